/** The samples in the accounts of the demo: the app that `cdk deploy --all` is given. */
import { App, aws_ecr as ecr } from 'aws-cdk-lib';
import { CENTRAL, MEMBER } from './accounts';
import { Revision } from './revision';
import { BrownfieldSample } from '../integ/samples/brownfield';
import { CentralRegistrySample } from '../integ/samples/central-registry';
import { HardenedRepositorySample } from '../integ/samples/hardened-repository';
import { ImageEventsSample } from '../integ/samples/image-events';
import { PrivateNetworkSample } from '../integ/samples/private-network';
import { ProfileSample } from '../integ/samples/profile';
import { PullThroughCacheSample } from '../integ/samples/pull-through-cache';
import { RegistrySample } from '../integ/samples/registry';
import { RegistryMetricsSample } from '../integ/samples/registry-metrics';
import { RelaxedRepositorySample } from '../integ/samples/relaxed-repository';
import { ReplicationDestinationSample, ReplicationSample } from '../integ/samples/replication';
import { RepositoryGrantsSample } from '../integ/samples/repository-grants';

const app = new App();
const revision: Revision = app.node.getContext('revision');

/** How many images the first sample keeps. */
const KEEP: Record<Revision, number> = { first: 100, second: 50, refused: 20 };

const hardened = new HardenedRepositorySample(app, 'HardenedRepository', { env: { account: CENTRAL, region: 'us-east-1' }, keep: KEEP[revision] });
new RegistrySample(app, 'Registry', { env: { account: CENTRAL, region: 'eu-west-1' } });
new RelaxedRepositorySample(app, 'RelaxedRepository', { env: { account: MEMBER, region: 'us-east-1' } });
new ProfileSample(app, 'Profile', { env: { account: MEMBER, region: 'eu-west-1' } });
// Deployed as it was before the library, then adopted.
new BrownfieldSample(app, 'Brownfield', { env: { account: MEMBER, region: 'us-east-1' }, isAdopted: revision !== 'first' });
new RepositoryGrantsSample(app, 'RepositoryGrants', { env: { account: MEMBER, region: 'us-east-1' } });
new RegistryMetricsSample(app, 'RegistryMetrics', { env: { account: MEMBER, region: 'us-east-1' } });

new CentralRegistrySample(app, 'CentralRegistry', { env: { account: CENTRAL, region: 'us-west-2' } });
const otherRegion = new ReplicationDestinationSample(app, 'OtherRegion', { env: { account: MEMBER, region: 'eu-central-1' } });
const otherAccount = new ReplicationDestinationSample(app, 'OtherAccount', { env: { account: CENTRAL, region: 'eu-central-1' } });
new ReplicationSample(app, 'Replication', {
  env: { account: MEMBER, region: 'us-west-2' }, otherRegion: otherRegion.registry, otherAccount: otherAccount.registry,
});
new ImageEventsSample(app, 'ImageEvents', { env: { account: MEMBER, region: 'us-east-1' } });
new PullThroughCacheSample(app, 'PullThroughCache', { env: { account: MEMBER, region: 'us-east-1' } });
new PrivateNetworkSample(app, 'PrivateNetwork', { env: { account: MEMBER, region: 'us-east-1' } });

if (revision === 'refused') {
  // ECR refuses a name that is taken, after the other repository has been updated.
  const taken = new ecr.CfnRepository(hardened, 'Taken', { repositoryName: 'payments/api' });
  taken.node.addDependency(hardened.node.findChild('Api'));
}
