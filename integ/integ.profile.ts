import { IntegTest } from '@aws-cdk/integ-tests-alpha';
import { snapshotApp } from './app';
import { ProfileSample } from './samples/profile';

const app = snapshotApp();
new IntegTest(app, 'Integ', { testCases: [new ProfileSample(app, 'Profile')] });
