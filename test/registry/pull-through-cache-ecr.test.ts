import { App, aws_iam as iam, Aws, CfnParameter, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { messagesOf } from './messages';
import type { PullThroughCacheProps } from '../../src';
import { PrivateRegistry, PullThroughCache, UpstreamRegistry } from '../../src';

const RULE = 'AWS::ECR::PullThroughCacheRule';
const HERE = { account: '111111111111', region: 'us-east-1' };
const THERE = { account: '222222222222', region: 'eu-west-1' };

/** pull-through-cache-private: what ECR needs there. */
const COPY = ['ecr:BatchGetImage', 'ecr:BatchImportUpstreamImage', 'ecr:GetDownloadUrlForLayer', 'ecr:GetImageCopyStatus'];

let app: App;
let stack: Stack;

beforeEach(() => {
  app = new App({ context: { '@aws-cdk/core:enablePartitionLiterals': true } });
  stack = new Stack(app, 'Stack', { env: HERE });
});

const make = (upstream: UpstreamRegistry, props: Partial<PullThroughCacheProps> = {}, scope = stack) => new PullThroughCache(scope, 'Cache', { upstream, ...props });
const registryThere = () => PrivateRegistry.of(new Stack(app, 'There', { env: THERE }));
const fetchingRole = () => Object.entries(Template.fromStack(stack).findResources('AWS::IAM::Role'))
  .filter(([, { Properties }]) => JSON.stringify(Properties).includes('pullthroughcache.ecr.amazonaws.com')).map(([id]) => id);

describe('a cache of another private registry', () => {
  test('has a role as which ECR fetches, from there to here and nowhere else', () => {
    const cache = make(UpstreamRegistry.ecr(THERE), { prefix: 'copies', upstreamPrefix: 'prod' });

    const [role] = fetchingRole();
    const template = Template.fromStack(stack);
    template.hasResourceProperties(RULE, {
      UpstreamRegistry: 'ecr',
      UpstreamRegistryUrl: '222222222222.dkr.ecr.eu-west-1.amazonaws.com',
      UpstreamRepositoryPrefix: 'prod',
      CustomRoleArn: { 'Fn::GetAtt': [role, 'Arn'] },
      CredentialArn: Match.absent(),
    });
    template.hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { Service: 'pullthroughcache.ecr.amazonaws.com' }, Action: 'sts:AssumeRole' }],
      },
    });
    template.hasResourceProperties('AWS::IAM::ManagedPolicy', {
      Roles: [{ Ref: role }],
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Action: [
              'ecr:BatchGetImage', 'ecr:BatchImportUpstreamImage', 'ecr:CompleteLayerUpload', 'ecr:GetDownloadUrlForLayer',
              'ecr:GetImageCopyStatus', 'ecr:InitiateLayerUpload', 'ecr:PutImage', 'ecr:UploadLayerPart',
            ],
            Resource: ['arn:aws:ecr:eu-west-1:222222222222:repository/prod/*', 'arn:aws:ecr:us-east-1:111111111111:repository/copies/*'],
          },
          { Effect: 'Allow', Action: 'ecr:GetAuthorizationToken', Resource: '*' },
        ],
      },
    });
    expect(stack.resolve(cache.role!.roleArn)).toEqual({ 'Fn::GetAtt': [role, 'Arn'] });
  });

  test('has a role for everything when nothing narrower is said', () => {
    make(UpstreamRegistry.ecr(THERE), { prefix: PullThroughCache.ROOT });

    Template.fromStack(stack).hasResourceProperties('AWS::IAM::ManagedPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([Match.objectLike({
          Resource: ['arn:aws:ecr:eu-west-1:222222222222:repository/*', 'arn:aws:ecr:us-east-1:111111111111:repository/*'],
        })]),
      },
    });
  });

  test('is there after the rights of its role', () => {
    make(UpstreamRegistry.ecr(THERE));

    const template = Template.fromStack(stack);
    const policies = Object.keys(template.findResources('AWS::IAM::ManagedPolicy')).filter(id => id.startsWith('CacheRole'));
    expect(policies).toHaveLength(1);
    template.hasResource(RULE, { DependsOn: Match.arrayWith(policies) });
  });

  test('explains to cdk-nag what its role names by a prefix', () => {
    make(UpstreamRegistry.ecr(THERE));
    expect(new AwsSolutionsChecks().validateScope(stack).violations.map(({ ruleName }) => ruleName)).toEqual([]);
  });

  test('needs no role within the account, and nothing of the other Region', () => {
    const cache = make(UpstreamRegistry.ecr({ ...HERE, region: 'eu-west-1' }));

    expect(cache.role).toBeUndefined();
    Template.fromStack(stack).hasResourceProperties(RULE, { CustomRoleArn: Match.absent() });
    expect(messagesOf(app)).toEqual([]);
  });

  test('adds nothing to the policy of another Region of the account', () => {
    make(UpstreamRegistry.privateRegistry(PrivateRegistry.of(new Stack(app, 'Away', { env: { ...HERE, region: 'eu-west-1' } }))));
    expect(app.synth().getStackByName('Away').template).not.toHaveProperty('Resources');
  });

  test('fetches as a role of yours', () => {
    const role = iam.Role.fromRoleArn(stack, 'Fetch', 'arn:aws:iam::111111111111:role/fetch');

    expect(make(UpstreamRegistry.ecr({ ...THERE, role })).role).toBe(role);
    expect(make(UpstreamRegistry.privateRegistry(registryThere(), { role }), { prefix: 'two' }, new Stack(app, 'Two', { env: HERE })).role).toBe(role);
    Template.fromStack(stack).hasResourceProperties(RULE, { CustomRoleArn: 'arn:aws:iam::111111111111:role/fetch' });
    expect(fetchingRole()).toEqual([]);
  });

  test('fetches as a role of yours within the account too', () => {
    const role = iam.Role.fromRoleArn(stack, 'Fetch', 'arn:aws:iam::111111111111:role/fetch');
    expect(make(UpstreamRegistry.ecr({ ...HERE, region: 'eu-west-1', role })).role).toBe(role);
  });

  test('has the other registry allow the copying, when it is in the app', () => {
    const registry = registryThere();
    make(UpstreamRegistry.privateRegistry(registry), { upstreamPrefix: 'prod/' });

    Template.fromStack(Stack.of(registry)).hasResourceProperties('AWS::ECR::RegistryPolicy', {
      PolicyText: {
        Version: '2012-10-17',
        Statement: [{
          Effect: 'Allow',
          Principal: { AWS: 'arn:aws:iam::111111111111:root' },
          Action: COPY,
          Resource: 'arn:aws:ecr:eu-west-1:222222222222:repository/prod/*',
        }],
      },
    });
    expect(fetchingRole()).toHaveLength(1);
    expect(messagesOf(app)).toEqual([]);
  });

  test('says what the owner of the other registry must add, when it is not', () => {
    make(UpstreamRegistry.ecr(THERE));

    const statement = {
      Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::111111111111:root' }, Action: COPY, Resource: 'arn:aws:ecr:eu-west-1:222222222222:repository/*',
    };
    expect(messagesOf(app)).toEqual([
      `/Stack/Cache: the upstream registry is not in this app: its owner must add ${JSON.stringify(statement)} to the registry policy `
      + '[ack: cdk-hardened-ecr:PullThroughCache.upstreamMustAllow]',
    ]);
  });

  test('says it of an account that is not known too, and has a role', () => {
    const unknown = new Stack(app, 'Unknown');
    const cache = make(UpstreamRegistry.ecr({ ...THERE, account: new CfnParameter(unknown, 'Account').valueAsString }), {}, unknown);

    expect(cache.role).toBeDefined();
    expect(messagesOf(app)).toEqual([expect.stringContaining('"Principal":{"AWS":"arn:aws:iam::ACCOUNT:root"}')]);
    expect(messagesOf(app)[0]).toContain('{"Ref":"Account"}');
  });

  test('takes the account of the stack for this account, whether it is known or not', () => {
    const unknown = new Stack(app, 'Unknown', { env: { region: 'us-east-1' } });
    expect(make(UpstreamRegistry.ecr({ account: Aws.ACCOUNT_ID, region: 'eu-west-1' }), {}, unknown).role).toBeUndefined();
    expect(messagesOf(app)).toEqual([]);
  });
});
