import { IntegTest } from '@aws-cdk/integ-tests-alpha';
import { snapshotApp } from './app';
import { ImageEventsSample } from './samples/image-events';

const app = snapshotApp();
new IntegTest(app, 'Integ', { testCases: [new ImageEventsSample(app, 'ImageEvents', { withSlack: true })] });
