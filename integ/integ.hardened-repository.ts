import { IntegTest } from '@aws-cdk/integ-tests-alpha';
import { snapshotApp } from './app';
import { HardenedRepositorySample } from './samples/hardened-repository';

const app = snapshotApp();
new IntegTest(app, 'Integ', { testCases: [new HardenedRepositorySample(app, 'HardenedRepository')] });
