/** The samples in the accounts of the demo: the app that `cdk deploy --all` is given. */
import { App, aws_ecr as ecr } from 'aws-cdk-lib';
import { CENTRAL, MEMBER } from './accounts';
import { Change } from './change';
import { HardenedRepositorySample } from '../integ/samples/hardened-repository';
import { RegistrySample } from '../integ/samples/registry';
import { RelaxedRepositorySample } from '../integ/samples/relaxed-repository';

const app = new App();
const change: Change = app.node.getContext('change');

/** How many images the sample keeps, by what is to change. */
const KEEP: Record<Change, number> = { nothing: 100, keep: 50, conflict: 20 };

const hardened = new HardenedRepositorySample(app, 'HardenedRepository', {
  env: { account: CENTRAL, region: 'us-east-1' }, keep: KEEP[change],
});
new RegistrySample(app, 'Registry', { env: { account: CENTRAL, region: 'eu-west-1' } });
new RelaxedRepositorySample(app, 'RelaxedRepository', { env: { account: MEMBER, region: 'us-east-1' } });

if (change === 'conflict') {
  // ECR refuses a name that is taken, after the other repository has been updated.
  const taken = new ecr.CfnRepository(hardened, 'Taken', { repositoryName: 'payments/api' });
  taken.node.addDependency(hardened.node.findChild('Api'));
}
