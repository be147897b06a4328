import { IntegTest } from '@aws-cdk/integ-tests-alpha';
import { snapshotApp } from './app';
import { BrownfieldSample } from './samples/brownfield';

const app = snapshotApp();
new IntegTest(app, 'Integ', { testCases: [new BrownfieldSample(app, 'Brownfield')] });
