import { IntegTest } from '@aws-cdk/integ-tests-alpha';
import { snapshotApp } from './app';
import { RegistrySample } from './samples/registry';

const app = snapshotApp();
new IntegTest(app, 'Integ', { testCases: [new RegistrySample(app, 'Registry')] });
