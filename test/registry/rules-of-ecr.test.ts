import { App, aws_iam as iam, aws_signer as signer, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { Rule } from './rules';
import { testRules } from './rules';
import type { RepositoryCreationTemplateOptions } from '../../src';
import { ImageProfile, PrivateRegistry, PullAudience, RegistryScanning, TemplateUse } from '../../src';

interface Given {
  readonly app: App;
  readonly stack: Stack;
  readonly registry: PrivateRegistry;
}

const ENV = { account: '111111111111', region: 'us-east-1' };
const source = new iam.AccountPrincipal('222222222222');
const { PULL_THROUGH_CACHE, REPLICATION, CREATE_ON_PUSH } = TemplateUse;

const names = (count: number) => Array.from({ length: count }, (_, i) => `app-${i}`);
const allow = (props: iam.PolicyStatementProps = {}) =>
  new iam.PolicyStatement({ principals: [source], actions: ['ecr:ReplicateImage'], ...props });
const denyScanning = (props: iam.PolicyStatementProps = {}) =>
  allow({ effect: iam.Effect.DENY, principals: [new iam.AnyPrincipal()], actions: ['ecr:*'], ...props });
const profile = (scope: Construct, id = 'Profile', platform = signer.Platform.NOTATION_OCI_SHA384_ECDSA) =>
  new signer.SigningProfile(scope, id, { platform });
const role = (scope: Construct, id: string) => new iam.Role(scope, id, { assumedBy: source });
const template = ({ registry }: Given, options: Partial<RepositoryCreationTemplateOptions>, id = 'Template') =>
  registry.addCreationTemplate(id, { prefix: 'prod', appliedFor: [CREATE_ON_PUSH], ...options });

const enhanced = (...continuous: string[]) => ({ registry }: Given) => registry.scanWith(RegistryScanning.enhanced({ continuous }));
const signing = (...repositoryFilters: string[]) => ({ stack, registry }: Given) => registry.signWith(profile(stack), { repositoryFilters });
const prefix = (text: string) => (given: Given) => template(given, { prefix: text });

/**
 * What ECR and CloudFormation reject of a registry, one rule a line: what is rejected, what is said, and the nearest thing that is legal.
 * Both sides of a rule are synthesized, because some rules count over several contributions.
 */
const RULES: Rule<Given>[] = [
  // scanning: API_RegistryScanningRule, API_ScanningRepositoryFilter, image-scanning-filters
  { rule: 'a scanning filter has 1 character or more', bad: enhanced(''), message: 'got ""', good: enhanced('a') },
  { rule: 'a scanning filter has at most 255', bad: enhanced('x'.repeat(256)), message: 'filters of 1 to 255', good: enhanced('x'.repeat(255)) },
  { rule: 'a scanning filter is lowercase', bad: enhanced('Prod'), message: 'got "Prod"', good: enhanced('prod') },
  { rule: 'a scanning filter has no other characters', bad: enhanced('prod+'), message: 'got "prod+"', good: enhanced('prod*') },
  { rule: 'a scanning filter does not end in a slash', bad: enhanced('prod/'), message: 'got "prod/": end it with \'/*\', "prod/*"', good: enhanced('prod/*') },
  { rule: 'a scanning filter does not start with a slash', bad: enhanced('/prod'), message: 'got "/prod"', good: enhanced('*/prod') },
  {
    rule: 'a scanning filter has no two hyphens in a row',
    bad: enhanced('a--b'),
    message: 'got "a--b": write \'*\' where a name has two in a row, "a*b"',
    good: enhanced('a*b', 'a-b'),
  },
  {
    rule: 'a scanning filter has no two underscores in a row',
    bad: enhanced('a__b'),
    message: 'got "a__b": write \'*\' where a name has two in a row, "a*b"',
    good: enhanced('a*b', 'a_b'),
  },
  { rule: 'a scanning rule has at most 100 filters', bad: enhanced(...names(101)), message: "'continuous' must have at most 100 filters, got 101", good: enhanced(...names(100)) },
  {
    rule: 'a scanning rule has at most 100 filters, whoever contributes them',
    bad: given => { enhanced(...names(100))(given); enhanced('more')(given); },
    message: "'continuous' must have at most 100 filters, got 101",
    good: given => { enhanced(...names(99))(given); enhanced('more')(given); },
  },
  {
    rule: 'the rule for pushes has limits of its own',
    bad: ({ registry }) => registry.scanWith(RegistryScanning.basic({ onPush: names(101) })),
    message: "'onPush' must have at most 100 filters, got 101",
    good: ({ registry }) => registry.scanWith(RegistryScanning.enhanced({ continuous: names(100), onPush: names(100) })),
  },
  {
    rule: 'a registry has one scan type',
    bad: ({ registry }) => { registry.scanWith(RegistryScanning.basic()); registry.scanWith(RegistryScanning.enhanced()); },
    message: "'scanning' must be of one type in a registry, got ENHANCED",
    good: ({ registry }) => { registry.scanWith(RegistryScanning.basic()); registry.scanWith(RegistryScanning.basic()); },
  },
  {
    rule: 'enhanced scanning scans something',
    bad: enhanced(),
    message: "'continuous' and 'onPush' must not both be empty",
    good: ({ registry }) => registry.scanWith(RegistryScanning.enhanced({ continuous: [], onPush: ['*'] })),
  },
  {
    rule: 'without a wildcard a scanning filter means "contains", with one the whole name',
    bad: ({ registry, stack }) => { registry.scanWith(RegistryScanning.enhanced({ continuous: ['prod*'] })); registry.ensureScanned('my-prod', stack); },
    message: '\'registry\' must scan the repository "my-prod" of Stack, but no filter of its scanning matches',
    good: ({ registry, stack }) => { registry.scanWith(RegistryScanning.enhanced({ continuous: ['prod'] })); registry.ensureScanned('my-prod', stack); },
  },

  // registry policy: API_PutRegistryPolicy, registry-permissions; Inspector scanning-ecr
  {
    rule: 'a registry policy has at most 10,240 characters',
    bad: ({ registry }) => registry.addToRegistryPolicy(allow({ sid: 'x'.repeat(10_240) })),
    message: 'the registry policy must have at most 10240 characters',
    good: ({ registry }) => registry.addToRegistryPolicy(allow({ sid: 'x'.repeat(10_000) })),
  },
  {
    rule: 'a statement has a principal',
    bad: ({ registry }) => registry.addToRegistryPolicy(allow({ principals: [] })),
    message: 'must specify at least one IAM principal',
    good: ({ registry }) => registry.addToRegistryPolicy(allow()),
  },
  {
    rule: 'a statement has actions of ECR',
    bad: ({ registry }) => registry.addToRegistryPolicy(allow({ actions: ['ecr-public:PutImage'] })),
    message: '\'statement\' must have actions of ECR, got ["ecr-public:PutImage"]',
    good: ({ registry }) => registry.addToRegistryPolicy(allow({ actions: ['ecr:PutImage'] })),
  },
  {
    rule: 'a statement does not open the registry to everyone',
    bad: ({ registry }) => registry.addToRegistryPolicy(allow({ principals: [new iam.AnyPrincipal()] })),
    message: "'statement' must not allow everyone",
    good: ({ registry }) => registry.addToRegistryPolicy(allow({ principals: [new iam.OrganizationPrincipal('o-abcd123456')] })),
  },
  {
    rule: 'ecr:* is not denied beside enhanced scanning',
    bad: ({ registry }) => { registry.scanWith(RegistryScanning.enhanced()); registry.addToRegistryPolicy(denyScanning()); },
    message: "'statement' must not deny 'ecr:PutRegistryScanningConfiguration' beside enhanced scanning",
    good: ({ registry }) => { registry.scanWith(RegistryScanning.basic()); registry.addToRegistryPolicy(denyScanning()); },
  },
  {
    rule: 'ecr:PutRegistryScanningConfiguration is not denied beside enhanced scanning',
    bad: ({ registry }) => {
      registry.scanWith(RegistryScanning.enhanced());
      registry.addToRegistryPolicy(denyScanning({ actions: ['ecr:PutRegistryScanningConfiguration'] }));
    },
    message: "'statement' must not deny 'ecr:PutRegistryScanningConfiguration' beside enhanced scanning",
    good: ({ registry }) => {
      registry.scanWith(RegistryScanning.enhanced());
      registry.addToRegistryPolicy(denyScanning({ actions: ['ecr:PutRegistryPolicy'] }));
    },
  },

  // signing: API_SigningRule, API_SigningRepositoryFilter, managed-signing
  { rule: 'a signing filter has 1 character or more', bad: signing(''), message: 'filters of 1 to 256', good: signing('a') },
  { rule: 'a signing filter has at most 256', bad: signing('x'.repeat(257)), message: 'filters of 1 to 256', good: signing('x'.repeat(256)) },
  { rule: 'a signing filter does not end in a slash', bad: signing('prod/'), message: 'end it with \'/*\', "prod/*"', good: signing('prod/*') },
  { rule: 'a signing filter has no two hyphens in a row', bad: signing('a--b'), message: '"a*b"', good: signing('a*b') },
  { rule: 'a signing rule has 1 filter or no list', bad: signing(), message: "'repositoryFilters' must have 1 to 100 filters, got 0", good: ({ stack, registry }) => registry.signWith(profile(stack)) },
  { rule: 'a signing rule has at most 100 filters', bad: signing(...names(101)), message: "'repositoryFilters' must have at most 100 filters, got 101", good: signing(...names(100)) },
  {
    rule: 'a registry has at most 10 signing rules',
    bad: ({ stack, registry }) => names(11).forEach(id => registry.signWith(profile(stack, id))),
    message: "'profile' must be one of at most 10 in a registry, got 11",
    good: ({ stack, registry }) => names(10).forEach(id => registry.signWith(profile(stack, id))),
  },
  {
    rule: 'a signing profile is for container images',
    bad: ({ stack, registry }) => registry.signWith(profile(stack, 'Profile', signer.Platform.AWS_LAMBDA_SHA384_ECDSA)),
    message: '\'profile\' must have the platform "Notation-OCI-SHA384-ECDSA", got "AWSLambda-SHA384-ECDSA"',
    good: ({ stack, registry }) => registry.signWith(profile(stack, 'Profile', signer.Platform.of('Notation-OCI-SHA384-ECDSA'))),
  },
  {
    rule: 'a signing profile is of the same Region',
    bad: ({ app, registry }) => registry.signWith(profile(new Stack(app, 'Away', { env: { ...ENV, region: 'eu-west-1' } }))),
    message: '\'profile\' must be in the registry\'s Region, "us-east-1", got "eu-west-1"',
    good: ({ app, registry }) => registry.signWith(profile(new Stack(app, 'Near', { env: ENV }))),
  },

  // creation templates: API_CreateRepositoryCreationTemplate, AWS::ECR::RepositoryCreationTemplate
  { rule: 'a prefix has 1 character or more', bad: prefix(''), message: "'prefix' must be 1 to 256", good: prefix('a') },
  { rule: 'a prefix has at most 256', bad: prefix('x'.repeat(257)), message: "'prefix' must be 1 to 256", good: prefix('x'.repeat(256)) },
  { rule: 'a prefix has no wildcard', bad: prefix('prod*'), message: 'got "prod*"', good: prefix('prod/') },
  { rule: 'a prefix has no two hyphens in a row, though names may', bad: prefix('a--b'), message: 'got "a--b"', good: prefix('a-b') },
  { rule: 'a prefix is lowercase, but for ROOT', bad: prefix('Root'), message: 'got "Root"', good: prefix('ROOT') },
  {
    rule: 'a registry has one template a prefix',
    bad: given => { template(given, { prefix: 'prod' }, 'A'); template(given, { prefix: 'prod/' }, 'B'); },
    message: "'prefix' must be the prefix of one template in a registry",
    good: given => { template(given, { prefix: 'prod' }, 'A'); template(given, { prefix: 'prod/team' }, 'B'); },
  },
  { rule: 'a template has a use', bad: given => template(given, { appliedFor: [] }), message: "'appliedFor' must have at least one use", good: given => template(given, { appliedFor: [REPLICATION] }) },
  {
    rule: 'a template has no use twice',
    bad: given => template(given, { appliedFor: [REPLICATION, REPLICATION] }),
    message: "'appliedFor' must have no use twice",
    good: given => template(given, { appliedFor: [REPLICATION, CREATE_ON_PUSH, PULL_THROUGH_CACHE] }),
  },
  {
    rule: 'a description has at most 256 characters',
    bad: given => template(given, { description: 'x'.repeat(257) }),
    message: "'description' must have at most 256 characters, got 257",
    good: given => template(given, { description: 'x'.repeat(256) }),
  },
  {
    rule: 'a repository policy has at most 10,240 characters',
    bad: given => template(given, { profile: ImageProfile.release({ audience: PullAudience.principals(new iam.ArnPrincipal(`arn:aws:iam::111111111111:role/${'x'.repeat(10_240)}`)) }) }),
    message: "the policy of 'audience' must have at most 10240 characters",
    good: given => template(given, { profile: ImageProfile.release({ audience: PullAudience.principals(new iam.ArnPrincipal(`arn:aws:iam::111111111111:role/${'x'.repeat(9_900)}`)) }) }),
  },

  // pull-time exclusions: AWS::ECR::PullTimeUpdateExclusion, pull-time-update-exclusions
  {
    rule: 'an account has at most 100 pull-time exclusions',
    bad: ({ stack, registry }) => registry.excludeFromPullTime(...names(101).map(id => role(stack, id))),
    message: "'roles' must be at most 100 in a registry, got 101",
    good: ({ stack, registry }) => registry.excludeFromPullTime(...names(100).map(id => role(stack, id))),
  },
  {
    rule: 'a pull-time exclusion has at most 200 characters',
    bad: ({ stack, registry }) => registry.excludeFromPullTime(iam.Role.fromRoleArn(stack, 'R', `arn:aws:iam::111111111111:role/${'x'.repeat(170)}`)),
    message: "'roles' must have ARNs of roles, of at most 200 characters",
    good: ({ stack, registry }) => registry.excludeFromPullTime(iam.Role.fromRoleArn(stack, 'R', `arn:aws:iam::111111111111:role/${'x'.repeat(169)}`)),
  },

  // singletons: API_PutRegistryPolicy and its likes replace what is there
  {
    rule: 'an account has one of each setting in a Region',
    bad: ({ app, registry }) => {
      registry.addToRegistryPolicy(allow());
      PrivateRegistry.of(new Stack(app, 'Second', { env: ENV })).addToRegistryPolicy(allow());
    },
    message: "'AWS::ECR::RegistryPolicy' exists once per account and Region, got two owners",
    good: ({ app, registry }) => {
      registry.addToRegistryPolicy(allow());
      registry.addToRegistryPolicy(allow({ sid: 'Second' }), new Stack(app, 'Second', { env: ENV }));
    },
  },
];

testRules('the rules of ECR for a registry', RULES, () => {
  const app = new App();
  const stack = new Stack(app, 'Stack', { env: ENV });
  return { app, stack, registry: PrivateRegistry.of(stack) };
});
