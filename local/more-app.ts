/** The samples that take longer, deployed by the demo with its option --all. */
import { App } from 'aws-cdk-lib';
import { CENTRAL, MEMBER, MORE_REGION } from './accounts';
import { AdoptedRegistrySample, ManyRepositoriesSample } from '../integ/samples/central-registry';

const app = new App();
new ManyRepositoriesSample(app, 'ManyRepositories', { env: { account: CENTRAL, region: MORE_REGION } });
new AdoptedRegistrySample(app, 'AdoptedRegistry', {
  env: { account: MEMBER, region: MORE_REGION }, isImported: app.node.tryGetContext('imported') === 'true',
});
