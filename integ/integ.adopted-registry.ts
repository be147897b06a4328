import { IntegTest } from '@aws-cdk/integ-tests-alpha';
import { snapshotApp } from './app';
import { AdoptedRegistrySample } from './samples/central-registry';

const app = snapshotApp();
new IntegTest(app, 'Integ', { testCases: [new AdoptedRegistrySample(app, 'AdoptedRegistry', { isImported: true })] });
