import { IntegTest } from '@aws-cdk/integ-tests-alpha';
import { App } from 'aws-cdk-lib';
import { RegistrySample } from './samples/registry';

const app = new App();
new IntegTest(app, 'Integ', { testCases: [new RegistrySample(app, 'Registry')] });
