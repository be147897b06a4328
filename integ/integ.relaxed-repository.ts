import { IntegTest } from '@aws-cdk/integ-tests-alpha';
import { snapshotApp } from './app';
import { RelaxedRepositorySample } from './samples/relaxed-repository';

const app = snapshotApp();
new IntegTest(app, 'Integ', { testCases: [new RelaxedRepositorySample(app, 'RelaxedRepository')] });
