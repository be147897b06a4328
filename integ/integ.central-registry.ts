import { IntegTest } from '@aws-cdk/integ-tests-alpha';
import { snapshotApp } from './app';
import { CentralRegistrySample } from './samples/central-registry';

const app = snapshotApp();
new IntegTest(app, 'Integ', { testCases: [new CentralRegistrySample(app, 'CentralRegistry')] });
