import { readFileSync } from 'fs';
import { join } from 'path';
import { App } from 'aws-cdk-lib';
import { PrivateNetworkSample } from '../../integ/samples/private-network';

test('the page on the endpoints shows what explain() says of the sample', () => {
  const page = readFileSync(join(__dirname, '..', '..', 'docs', 'registry-vpc-endpoints.md'), 'utf8');
  const { endpoints } = new PrivateNetworkSample(new App(), 'Sample', { env: { account: '222222222222', region: 'us-east-1' } });
  expect(page).toContain(`\`\`\`text\n${endpoints.explain()}\n\`\`\``);
});
