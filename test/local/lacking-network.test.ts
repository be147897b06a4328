import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { PrivateNetworkSample } from '../../integ/samples/private-network';
import { lackingNetwork } from '../../local/lacking-network';
import { WITHOUT } from '../../local/without';

const ENDPOINT = 'AWS::EC2::VPCEndpoint';
/** Both have the same name, so that their templates differ in nothing else. */
const env = { account: '222222222222', region: 'us-east-1' };
const resourcesOf = (template: Template) => template.toJSON().Resources as Record<string, { readonly Type: string }>;

const whole = resourcesOf(Template.fromStack(new PrivateNetworkSample(new App(), 'Network', { env })));

describe('a network that lacks an endpoint', () => {
  test.each(Object.entries(WITHOUT))('%s is the sample but for that one', (_, lack) => {
    const resources = resourcesOf(Template.fromStack(lackingNetwork(new App(), 'Network', lack)));
    const [gone, ...more] = Object.keys(whole).filter(id => !(id in resources));
    expect(more).toEqual([]);
    expect(whole[gone].Type).toBe(ENDPOINT);
    expect(JSON.stringify(whole[gone])).toContain(`.${lack.endpoint.split(' ')[0]}"`);
    expect({ ...resources, [gone]: whole[gone] }).toEqual(whole);
  });

  test('is there for each of the endpoints', () => {
    expect(Object.keys(WITHOUT)).toHaveLength(Object.values(whole).filter(({ Type }) => Type === ENDPOINT).length);
  });

  test('fails for one that the sample does not have', () => {
    expect(() => lackingNetwork(new App(), 'Network', { construct: 'Sts' })).toThrow('the sample has no endpoint Sts');
  });
});
