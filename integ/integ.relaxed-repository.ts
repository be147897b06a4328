import { IntegTest } from '@aws-cdk/integ-tests-alpha';
import { App } from 'aws-cdk-lib';
import { RelaxedRepositorySample } from './samples/relaxed-repository';

const app = new App();
new IntegTest(app, 'Integ', { testCases: [new RelaxedRepositorySample(app, 'RelaxedRepository')] });
