import { IntegTest } from '@aws-cdk/integ-tests-alpha';
import { App } from 'aws-cdk-lib';
import { HardenedRepositorySample } from './samples/hardened-repository';

const app = new App();
new IntegTest(app, 'Integ', { testCases: [new HardenedRepositorySample(app, 'HardenedRepository')] });
