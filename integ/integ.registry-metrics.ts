import { IntegTest } from '@aws-cdk/integ-tests-alpha';
import { snapshotApp } from './app';
import { RegistryMetricsSample } from './samples/registry-metrics';

const app = snapshotApp();
new IntegTest(app, 'Integ', { testCases: [new RegistryMetricsSample(app, 'RegistryMetrics')] });
