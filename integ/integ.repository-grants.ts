import { IntegTest } from '@aws-cdk/integ-tests-alpha';
import { snapshotApp } from './app';
import { RepositoryGrantsSample } from './samples/repository-grants';

const app = snapshotApp();
new IntegTest(app, 'Integ', { testCases: [new RepositoryGrantsSample(app, 'RepositoryGrants')] });
