/** The private network, once for each of its endpoints: without it. Deployed by the demo, and taken down again. */
import { App } from 'aws-cdk-lib';
import { lackingNetwork } from './lacking-network';
import { WITHOUT } from './without';

const app = new App();
Object.entries(WITHOUT).forEach(([stack, lack]) => lackingNetwork(app, stack, lack));
