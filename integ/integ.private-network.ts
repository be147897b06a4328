import { IntegTest } from '@aws-cdk/integ-tests-alpha';
import { snapshotApp } from './app';
import { PrivateNetworkSample } from './samples/private-network';

const app = snapshotApp();
new IntegTest(app, 'Integ', { testCases: [new PrivateNetworkSample(app, 'PrivateNetwork')] });
