import { IntegTest } from '@aws-cdk/integ-tests-alpha';
import { snapshotApp } from './app';
import { ReplicationDestinationSample, ReplicationSample } from './samples/replication';

const app = snapshotApp();
const otherRegion = new ReplicationDestinationSample(app, 'OtherRegion', { env: { account: '222222222222', region: 'eu-central-1' } });
const otherAccount = new ReplicationDestinationSample(app, 'OtherAccount', { env: { account: '111111111111', region: 'eu-central-1' } });
const source = new ReplicationSample(app, 'Replication', {
  env: { account: '222222222222', region: 'us-west-2' },
  otherRegion: otherRegion.registry,
  otherAccount: otherAccount.registry,
});
new IntegTest(app, 'Integ', { testCases: [otherRegion, otherAccount, source] });
