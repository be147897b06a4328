import { App } from 'aws-cdk-lib';
import { PaymentsStack } from './payments-stack';

const app = new App();
new PaymentsStack(app, 'Payments', { env: { account: '111111111111', region: 'us-east-1' } });
