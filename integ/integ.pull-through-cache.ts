import { IntegTest } from '@aws-cdk/integ-tests-alpha';
import { snapshotApp } from './app';
import { PullThroughCacheSample } from './samples/pull-through-cache';

const app = snapshotApp();
new IntegTest(app, 'Integ', { testCases: [new PullThroughCacheSample(app, 'PullThroughCache')] });
