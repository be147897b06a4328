import { App, Aws, aws_ecr as ecr, CfnParameter, Lazy, Stack, Stage } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { errorOf, messagesOf } from './messages';
import type { ReplicationOptions } from '../../src';
import {
  ImageProfile, PrivateRegistry, PullAudience, RegistryScanning, ReplicationDestination, RepositoryCreationTemplate, TagImmutability, TemplateUse,
} from '../../src';

const CENTRAL = '111111111111';
const MEMBER = '222222222222';
const REPLICATION = 'AWS::ECR::ReplicationConfiguration';
const TEMPLATE = 'AWS::ECR::RepositoryCreationTemplate';
const arn = (region: string, account: string, name: string) => ({ 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:ecr:${region}:${account}:repository/${name}`]] });

let app: App;
let source: PrivateRegistry;

const stackIn = (id: string, account?: string, region?: string, scope: App | Stage = app) => new Stack(scope, id, { env: { account, region } });
const registryIn = (id: string, account = CENTRAL, region = 'eu-west-1') => PrivateRegistry.of(stackIn(id, account, region));
const elsewhere = (account = CENTRAL, region = 'eu-west-1') => ReplicationDestination.elsewhere(account, region);
const sourceTemplate = () => Template.fromStack(Stack.of(source));
const rulesOf = (registry: PrivateRegistry) =>
  Object.values(Template.fromStack(Stack.of(registry)).findResources(REPLICATION))[0]?.Properties?.ReplicationConfiguration.Rules;
const prefixesOf = (registry: PrivateRegistry) =>
  Object.values(Template.fromStack(Stack.of(registry)).findResources(TEMPLATE)).map(({ Properties }) => Properties?.Prefix);

beforeEach(() => {
  app = new App();
  source = new PrivateRegistry(stackIn('Source', CENTRAL, 'us-east-1'), 'Registry', { replicationAccounts: [MEMBER] });
});

describe('replicateTo', () => {
  test('another Region of the account copies, and keeps the copies as releases, with a key of that Region, scanned', () => {
    const destination = registryIn('Destination');
    source.replicateTo(destination, { prefixes: ['payments/'] });

    sourceTemplate().hasResourceProperties(REPLICATION, {
      ReplicationConfiguration: {
        Rules: [{ Destinations: [{ Region: 'eu-west-1', RegistryId: CENTRAL }], RepositoryFilters: [{ Filter: 'payments/', FilterType: 'PREFIX_MATCH' }] }],
      },
    });
    sourceTemplate().resourceCountIs(TEMPLATE, 0);
    const template = Template.fromStack(Stack.of(destination));
    const [key] = Object.keys(template.findResources('AWS::KMS::Key'));
    template.hasResourceProperties(TEMPLATE, {
      Prefix: 'payments',
      AppliedFor: ['REPLICATION'],
      ImageTagMutability: 'IMMUTABLE',
      EncryptionConfiguration: { EncryptionType: 'KMS', KmsKey: { 'Fn::GetAtt': [key, 'Arn'] } },
      CustomRoleArn: Match.anyValue(),
    });
    template.hasResourceProperties('AWS::ECR::RegistryScanningConfiguration', { ScanType: 'ENHANCED' });
    template.resourceCountIs('AWS::ECR::RegistryPolicy', 0);
    template.resourceCountIs(REPLICATION, 0);
    expect(messagesOf(app)).toEqual([]);
  });

  test('another account is let in by the registry policy of the destination, for the prefixes alone', () => {
    const destination = registryIn('Destination', MEMBER);
    source.replicateTo(destination, { prefixes: ['payments/', 'search/'] });
    Template.fromStack(Stack.of(destination)).hasResourceProperties('AWS::ECR::RegistryPolicy', {
      PolicyText: {
        Statement: [{
          Effect: 'Allow',
          Principal: { AWS: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:iam::${CENTRAL}:root`]] } },
          Action: ['ecr:CreateRepository', 'ecr:ReplicateImage'],
          Resource: [arn('eu-west-1', MEMBER, 'payments/*'), arn('eu-west-1', MEMBER, 'search/*')],
        }],
      },
    });
    sourceTemplate().resourceCountIs('AWS::ECR::RegistryPolicy', 0);
  });

  test('without prefixes is for every repository, kept by the template for everything', () => {
    const destination = registryIn('Destination', MEMBER);
    source.replicateTo(destination);
    expect(rulesOf(source)).toEqual([{ Destinations: [{ Region: 'eu-west-1', RegistryId: MEMBER }] }]);
    expect(prefixesOf(destination)).toEqual([RepositoryCreationTemplate.ROOT]);
    Template.fromStack(Stack.of(destination)).hasResourceProperties('AWS::ECR::RegistryPolicy', {
      PolicyText: { Statement: [Match.objectLike({ Resource: arn('eu-west-1', MEMBER, '*') })] },
    });
  });

  test('keeps the copies as the profile says', () => {
    const destination = registryIn('Destination');
    source.replicateTo(destination, { prefixes: ['payments/'], profile: ImageProfile.release({ tags: { team: 'payments' }, audience: PullAudience.accounts(MEMBER) }) });
    Template.fromStack(Stack.of(destination)).hasResourceProperties(TEMPLATE, { ResourceTags: [{ Key: 'team', Value: 'payments' }], RepositoryPolicy: Match.anyValue() });
  });

  test('destinations with the same prefixes share a rule, others have one each', () => {
    source.replicateTo(elsewhere(CENTRAL, 'eu-west-1'), { prefixes: ['a/', 'b/'] });
    source.replicateTo(elsewhere(CENTRAL, 'eu-west-2'), { prefixes: ['b/'] });
    source.replicateTo(elsewhere(MEMBER, 'us-east-1'), { prefixes: ['b/', 'a/'] });
    source.replicateTo(elsewhere(CENTRAL, 'eu-west-2'), { prefixes: ['c/', 'b/'] });
    source.replicateTo(elsewhere(CENTRAL, 'eu-west-3'), { prefixes: ['a/'] });
    source.replicateTo(elsewhere(CENTRAL, 'eu-west-3'));
    const filters = (...names: string[]) => names.map(Filter => ({ Filter, FilterType: 'PREFIX_MATCH' }));
    expect(rulesOf(source)).toEqual([
      { Destinations: [{ Region: 'eu-west-1', RegistryId: CENTRAL }, { Region: 'us-east-1', RegistryId: MEMBER }], RepositoryFilters: filters('a/', 'b/') },
      { Destinations: [{ Region: 'eu-west-2', RegistryId: CENTRAL }], RepositoryFilters: filters('b/', 'c/') },
      { Destinations: [{ Region: 'eu-west-3', RegistryId: CENTRAL }] },
    ]);
  });

  test('the order in which replications are added changes nothing', () => {
    const wishes: [ReplicationDestination, ReplicationOptions?][] = [
      [elsewhere(MEMBER, 'us-east-1'), { prefixes: ['b/', 'a/'] }], [elsewhere(CENTRAL, 'eu-west-2')],
      [elsewhere(CENTRAL, 'eu-west-1'), { prefixes: ['a/'] }], [elsewhere(CENTRAL, 'eu-west-1'), { prefixes: ['b/'] }],
    ];
    const again = new PrivateRegistry(new Stack(new App(), 'Again', { env: { account: CENTRAL, region: 'us-east-1' } }), 'Registry', { replicationAccounts: [MEMBER] });
    wishes.forEach(([destination, options]) => source.replicateTo(destination, options));
    wishes.reverse().forEach(([destination, options]) => again.replicateTo(destination, options));
    expect(rulesOf(again)).toEqual(rulesOf(source));
  });

  test.each(['xx', 'x'.repeat(25)])('takes the Region %s', region => {
    expect(() => source.replicateTo(elsewhere(CENTRAL, region))).not.toThrow();
  });

  test('a destination that gets everything gets no more by prefixes, whichever came first', () => {
    source.replicateTo(elsewhere());
    source.replicateTo(elsewhere(), { prefixes: ['a/'] });
    expect(rulesOf(source)).toEqual([{ Destinations: [{ Region: 'eu-west-1', RegistryId: CENTRAL }] }]);
  });

  test('stacks whose account is decided by the same credentials are of one account', () => {
    const from = PrivateRegistry.of(stackIn('From', undefined, 'us-east-1'));
    const to = PrivateRegistry.of(stackIn('To', undefined, 'eu-west-1'));
    from.replicateTo(to);
    expect(rulesOf(from)).toEqual([{ Destinations: [{ Region: 'eu-west-1', RegistryId: { Ref: 'AWS::AccountId' } }] }]);
    Template.fromStack(Stack.of(to)).resourceCountIs('AWS::ECR::RegistryPolicy', 0);
  });

  test.each<[string, () => void, string]>([
    ['itself', () => source.replicateTo(source),
      '\'destination\' must be another registry than this one, got "111111111111" in "us-east-1" [Source/Registry]'],
    ['itself, said in words', () => source.replicateTo(elsewhere(CENTRAL, 'us-east-1')), "'destination' must be another registry than this one"],
    ['an account that is not named', () => source.replicateTo(elsewhere('333333333333')),
      '\'destination\' must be in an account that images may be copied to, got "333333333333" in "eu-west-1": add "333333333333" to \'replicationAccounts\' of the registry'],
    ['an account that is not one', () => source.replicateTo(elsewhere('22222222222')), "'destination' must be in an account of 12 digits, got \"22222222222\""],
    ['an account of 13 digits', () => source.replicateTo(elsewhere('2222222222222')), "'destination' must be in an account of 12 digits, got \"2222222222222\""],
    ['another partition', () => source.replicateTo(elsewhere(CENTRAL, 'cn-north-1')),
      '\'destination\' must be in the partition of this registry, aws, got "111111111111" in "cn-north-1", which is in aws-cn: ECR copies nothing across partitions'],
    ['a Region that is not one', () => source.replicateTo(elsewhere(CENTRAL, 'EU (Ireland)')),
      '\'destination\' must be in a Region of 2 to 25 lowercase letters, digits and \'-\', got "111111111111" in "EU (Ireland)" [Source/Registry]'],
    ['a Region of 26 characters', () => source.replicateTo(elsewhere(CENTRAL, 'x'.repeat(26))), "'destination' must be in a Region of 2 to 25"],
    ['a Region of 1 character', () => source.replicateTo(elsewhere(CENTRAL, 'x')), "'destination' must be in a Region of 2 to 25"],
    ['a Region that is not known', () => source.replicateTo(PrivateRegistry.of(stackIn('To', CENTRAL))), "'destination' must be in a Region that is known at synth"],
    ['anything from a Region that is not known', () => PrivateRegistry.of(stackIn('From', CENTRAL)).replicateTo(elsewhere()), "'destination' must be in a Region that is known at synth, as this registry must"],
    ['an account that is not known', () => source.replicateTo(PrivateRegistry.of(stackIn('To', undefined, 'eu-west-1'))), "'destination' must be in an account that is known at synth, got a token"],
    ['an account that other credentials decide',
      () => PrivateRegistry.of(stackIn('From', undefined, 'us-east-1')).replicateTo(PrivateRegistry.of(stackIn('To', undefined, 'eu-west-1', new Stage(app, 'Other')))),
      "'destination' must be in an account that is known at synth, got a token"],
    ['no prefixes at all', () => source.replicateTo(elsewhere(), { prefixes: [] }), "'prefixes' must have 1 to 100 entries, got []: leave it out for every repository [Source/Registry]"],
    ['a prefix of 1 character', () => source.replicateTo(elsewhere(), { prefixes: ['a'] }), "'prefixes' must be 2 to 256 lowercase letters and digits"],
    ['a prefix of 257 characters', () => source.replicateTo(elsewhere(), { prefixes: ['a'.repeat(257)] }), "'prefixes' must be 2 to 256"],
    ['a prefix in capitals', () => source.replicateTo(elsewhere(), { prefixes: ['Prod/'] }), 'got "Prod/"'],
    ['a star', () => source.replicateTo(elsewhere(), { prefixes: ['prod/*'] }), 'got "prod/*": leave the star out, a prefix is followed by anything'],
  ])('fails to %s', (_, act, message) => {
    expect(act).toThrow(message);
  });

  test('names the construct that asked for it in an error', () => {
    const contributor = stackIn('Contributor');
    expect(() => source.replicateTo(source, { contributor })).toThrow('[Contributor]');
  });

  test.each([['aa'], ['a'.repeat(255) + '/'], ['payments/api'], ['team-'], ['a_b/c.d-'], [Lazy.string({ produce: () => 'A' })]])('takes the prefix %s', prefix => {
    expect(() => source.replicateTo(elsewhere(), { prefixes: [prefix] })).not.toThrow();
  });

  test.each(['2222', '2222222222222', 'abcdefabcdef'])('fails with the account %s in the list of those that are allowed', account => {
    expect(() => new PrivateRegistry(stackIn('Stack'), 'Registry', { replicationAccounts: [account] }))
      .toThrow(`'replicationAccounts' must be 12 digits each, got ["${account}"] [Stack/Registry]`);
  });

  test('a token in the list of accounts skips the check', () => {
    expect(() => new PrivateRegistry(stackIn('Stack'), 'Registry', { replicationAccounts: [Aws.ACCOUNT_ID] })).not.toThrow();
  });

  test('a second owner of the configuration is an error', () => {
    source.replicateTo(elsewhere());
    new ecr.CfnReplicationConfiguration(stackIn('Other', CENTRAL, 'us-east-1'), 'Raw', { replicationConfiguration: { rules: [] } });
    expect(errorOf(() => app.synth())).toContain("'AWS::ECR::ReplicationConfiguration' exists once per account and Region");
  });
});

describe('limits of a replication configuration', () => {
  const regions = (count: number) => Array.from({ length: count }, (_, i) => `xx-east-${i + 1}`);

  test('25 destinations are taken, and fails with 26', () => {
    regions(25).forEach(region => source.replicateTo(elsewhere(CENTRAL, region)));
    expect(errorOf(() => app.synth())).toBe('');
    source.replicateTo(elsewhere(MEMBER, 'xx-east-1'));
    expect(errorOf(() => app.synth({ force: true }))).toContain(
      "'destination' must be one of at most 25 in a registry, got 26: copy to fewer Regions and accounts; they come from Source/Registry");
  });

  test.each([[10, 0], [11, 1], [25, 1]])('%d rules: %d warnings, as the schema of CloudFormation takes 10', (count, warnings) => {
    regions(count).forEach((region, i) => source.replicateTo(elsewhere(CENTRAL, region), { prefixes: [`team-${i}/`] }));
    expect(messagesOf(app).filter(message => message.includes('PrivateRegistry.manyReplicationRules'))).toHaveLength(warnings);
  });

  test('fails with 26 rules', () => {
    regions(26).forEach((region, i) => source.replicateTo(elsewhere(CENTRAL, region), { prefixes: [`team-${i}/`] }));
    expect(errorOf(() => app.synth())).toContain(
      "'prefixes' must make at most 25 rules in a registry, got 26: give destinations the same prefixes, which makes them one rule");
    expect(errorOf(() => app.synth({ force: true }))).not.toContain('schema');
  });

  test('100 prefixes for a destination are taken, and fails with 101, whoever contributes them', () => {
    source.replicateTo(elsewhere(), { prefixes: Array.from({ length: 100 }, (_, i) => `team-${i}/`) });
    expect(errorOf(() => app.synth())).toBe('');
    source.replicateTo(elsewhere(), { prefixes: ['more/'], contributor: Stack.of(source) });
    expect(errorOf(() => app.synth({ force: true }))).toContain(
      "'prefixes' must be at most 100 for a destination, got 101: name what they have in common; they come from Source/Registry, Source");
  });
});

describe('warnings of a replication', () => {
  const ids = () => messagesOf(app).flatMap(message => /\[ack: cdk-hardened-ecr:(\S+)\]/.exec(message)?.[1] ?? []);

  test.each([
    ['prod', 1], ['payments/api', 1], ['prod/', 0],
  ])('a prefix %s matches more than it seems: %d warnings', (prefix, count) => {
    source.replicateTo(elsewhere(), { prefixes: [prefix] });
    expect(ids()).toEqual(Array(count).fill(`PrivateRegistry.prefixMatchesMore:${prefix}`));
  });

  test('says what a prefix without a slash is for', () => {
    source.replicateTo(elsewhere(), { prefixes: ['prod'] });
    expect(messagesOf(app)[0]).toContain("/Source/Registry: the prefix 'prod' of a replication is for every name that starts with it, 'prod-old/app' too: write 'prod/' for what is below it");
  });

  test.each<[string, ReplicationOptions | undefined, ReplicationOptions | undefined, boolean]>([
    ['everything', {}, {}, true],
    ['the same prefix', { prefixes: ['a1/'] }, { prefixes: ['a1/'] }, true],
    ['a narrower one', { prefixes: ['a1/'] }, { prefixes: ['a1/b/'] }, true],
    ['a wider one', { prefixes: ['a1/b/'] }, { prefixes: ['a1/'] }, true],
    ['one of several', { prefixes: ['a1/', 'b1/'] }, { prefixes: ['c1/', 'b1/'] }, true],
    ['some of everything', {}, { prefixes: ['a1/'] }, true],
    ['another prefix', { prefixes: ['a1/'] }, { prefixes: ['b1/'] }, false],
    ['what is a token may be the same', { prefixes: [Lazy.string({ produce: () => 'a1/' })] }, { prefixes: ['b1/'] }, true],
  ])('a chain copies nothing to its end: %s', (_, first, second, warns) => {
    const middle = registryIn('Middle');
    source.replicateTo(middle, first);
    middle.replicateTo(elsewhere(CENTRAL, 'ap-south-1'), second);
    expect(ids()).toEqual(warns ? [`PrivateRegistry.replicationChain:${CENTRAL}/ap-south-1`] : []);
  });

  test('a chain says where the images stop', () => {
    const middle = registryIn('Middle');
    middle.replicateTo(elsewhere(CENTRAL, 'ap-south-1'));
    source.replicateTo(middle);
    expect(messagesOf(app)[0]).toContain('/Source/Registry: images of this registry stop in 111111111111/eu-west-1: ECR copies no copies, so none of them arrive '
      + 'in 111111111111/ap-south-1, to which that registry replicates. Replicate from here to both');
  });

  test('two registries that copy to each other are no chain', () => {
    const middle = registryIn('Middle');
    source.replicateTo(middle);
    middle.replicateTo(source);
    expect(ids()).toEqual([]);
  });

  test.each<[string, ReplicationOptions, boolean]>([
    ['everything', {}, false],
    ['the same', { prefixes: ['a1/'] }, false],
    ['the same and more', { prefixes: ['b1/', 'a1/'] }, false],
    ['less', { prefixes: ['a1/b/'] }, true],
    ['what only ends alike', { prefixes: ['1/'] }, true],
  ])('a chain with a direct way for %s warns: %s', (_, direct, warns) => {
    const middle = registryIn('Middle');
    source.replicateTo(middle, { prefixes: ['a1/'] });
    middle.replicateTo(elsewhere(CENTRAL, 'ap-south-1'));
    source.replicateTo(elsewhere(CENTRAL, 'ap-south-1'), direct);
    expect(ids()).toHaveLength(warns ? 1 : 0);
  });

  test('a direct way for some of several prefixes does not cover the others', () => {
    const middle = registryIn('Middle');
    source.replicateTo(middle, { prefixes: ['a1/', 'b1/'] });
    middle.replicateTo(elsewhere(CENTRAL, 'ap-south-1'));
    source.replicateTo(elsewhere(CENTRAL, 'ap-south-1'), { prefixes: ['a1/'] });
    expect(ids()).toHaveLength(1);
  });

  test('another account in the same Region is not back at the source', () => {
    const middle = new PrivateRegistry(stackIn('Middle', CENTRAL, 'eu-west-1'), 'Registry', { replicationAccounts: [MEMBER] });
    source.replicateTo(middle);
    middle.replicateTo(elsewhere(MEMBER, 'us-east-1'));
    expect(ids()).toEqual([`PrivateRegistry.replicationChain:${MEMBER}/us-east-1`]);
  });

  test('a direct way for some does not cover everything', () => {
    const middle = registryIn('Middle');
    source.replicateTo(middle);
    middle.replicateTo(elsewhere(CENTRAL, 'ap-south-1'));
    source.replicateTo(elsewhere(CENTRAL, 'ap-south-1'), { prefixes: ['a1/'] });
    expect(ids()).toHaveLength(1);
  });

  test('a way to another registry of the same Region or account is no direct way', () => {
    const middle = registryIn('Middle');
    source.replicateTo(middle);
    middle.replicateTo(elsewhere(CENTRAL, 'ap-south-1'));
    source.replicateTo(elsewhere(CENTRAL, 'ap-south-2'));
    source.replicateTo(elsewhere(MEMBER, 'ap-south-1'));
    expect(ids()).toHaveLength(1);
  });

  test('copies that the destination scans anyhow are not told of', () => {
    const destination = registryIn('Destination');
    source.replicateTo(destination, { scanned: false });
    destination.scanWith(RegistryScanning.enhanced());
    expect(ids()).toEqual([]);
  });

  test.each<[string, string | undefined, string, TemplateUse[], boolean]>([
    ['everything', undefined, 'payments', [TemplateUse.CREATE_ON_PUSH], true],
    ['a wider prefix', 'payments/', 'payments/batch/', [TemplateUse.CREATE_ON_PUSH, TemplateUse.PULL_THROUGH_CACHE], true],
    ['the start of a name', 'pay', 'payments', [TemplateUse.CREATE_ON_PUSH], true],
    ['the start of a name below', 'payments/api', 'payments', [TemplateUse.CREATE_ON_PUSH], true],
    ['a narrower prefix', 'payments/api/', 'payments', [TemplateUse.CREATE_ON_PUSH], false],
    ['another prefix', 'search/', 'payments', [TemplateUse.CREATE_ON_PUSH], false],
    ['a name that starts alike', 'payments-eu/', 'payments', [TemplateUse.CREATE_ON_PUSH], false],
    ['everything, by a template for copies too', undefined, 'payments', [TemplateUse.CREATE_ON_PUSH, TemplateUse.REPLICATION], false],
    ['everything, beside a cache', undefined, 'payments', [TemplateUse.PULL_THROUGH_CACHE], false],
  ])('a nearer template hides the settings of copies: %s', (_, taken, prefix, appliedFor, warns) => {
    const destination = registryIn('Destination');
    source.replicateTo(destination, { prefixes: taken === undefined ? undefined : [taken] });
    destination.addCreationTemplate('Theirs', { prefix, appliedFor, profile: ImageProfile.release({ tagImmutability: TagImmutability.MUTABLE }) });
    expect(ids().filter(id => id.includes('copiesWithoutTemplate'))).toEqual(warns ? [`PrivateRegistry.copiesWithoutTemplate:${prefix}`] : []);
  });

  test('a template whose prefix is a token hides nothing that is known', () => {
    const destination = registryIn('Destination');
    source.replicateTo(destination);
    destination.addCreationTemplate('Theirs', { prefix: Lazy.string({ produce: () => 'a' }), appliedFor: [TemplateUse.CREATE_ON_PUSH] });
    expect(ids()).toEqual([]);
  });

  test('says which template hides the settings of copies', () => {
    const destination = registryIn('Destination');
    destination.addCreationTemplate('Theirs', { prefix: 'payments', appliedFor: [TemplateUse.CREATE_ON_PUSH] });
    source.replicateTo(destination);
    expect(messagesOf(app)[0]).toContain("/Destination/PrivateRegistry: repositories that replication makes below 'payments/' may get none of the secure settings: "
      + "ECR takes the template with the longest prefix, which is Destination/PrivateRegistry/Theirs, and that is not for replication. Add TemplateUse.REPLICATION to its 'appliedFor'");
  });

  test('copies that nobody scans are told of', () => {
    const destination = registryIn('Destination');
    source.replicateTo(destination, { scanned: false });
    expect(ids()).toEqual(['PrivateRegistry.copiesNotScanned']);
    Template.fromStack(Stack.of(destination)).resourceCountIs('AWS::ECR::RegistryScanningConfiguration', 0);
  });
});

describe('a destination elsewhere', () => {
  test('is told of: who has to be asked for what', () => {
    source.replicateTo(elsewhere(MEMBER), { prefixes: ['payments/'] });
    expect(messagesOf(app, 'info')).toEqual([expect.stringContaining(
      '/Source/Registry: ask the owner of the registry of 222222222222 in eu-west-1 to take the images in, PrivateRegistry.acceptReplicationFrom() '
      + 'with the account "111111111111" and the prefixes ["payments/"]: in another account nothing arrives without it')]);
  });

  test('is told of for every repository, from an account that is not known', () => {
    const from = new PrivateRegistry(stackIn('Other', undefined, 'us-east-1'), 'Registry', { replicationAccounts: [MEMBER] });
    expect(() => from.replicateTo(elsewhere(MEMBER))).not.toThrow();
    expect(messagesOf(app, 'info')).toEqual([expect.stringContaining('with the account that this is deployed to and no prefixes')]);
  });

  test('says nothing to nobody', () => {
    elsewhere().acceptReplicationFrom({ account: CENTRAL });
    expect(messagesOf(app, 'info')).toEqual([]);
  });
});

describe('acceptReplicationFrom', () => {
  const accept = (options: Partial<ReplicationOptions> & { account?: string } = {}) => source.acceptReplicationFrom({ account: MEMBER, prefixes: ['payments/'], ...options });

  test('lets another account in and keeps the copies, without replicating anything', () => {
    accept();
    sourceTemplate().hasResourceProperties('AWS::ECR::RegistryPolicy', {
      PolicyText: { Statement: [Match.objectLike({ Action: ['ecr:CreateRepository', 'ecr:ReplicateImage'], Resource: arn('us-east-1', CENTRAL, 'payments/*') })] },
    });
    expect(prefixesOf(source)).toEqual(['payments']);
    sourceTemplate().resourceCountIs(REPLICATION, 0);
  });

  test.each([
    ['its own account', CENTRAL, 0], ['another one', MEMBER, 1], ['one that is not known', Lazy.string({ produce: () => MEMBER }), 1],
  ])('from %s', (_, account, policies) => {
    accept({ account });
    sourceTemplate().resourceCountIs('AWS::ECR::RegistryPolicy', policies);
  });

  test('from a parameter, where the account of the stack is not known either', () => {
    const stack = stackIn('Agnostic');
    PrivateRegistry.of(stack).acceptReplicationFrom({ account: new CfnParameter(stack, 'Source').valueAsString, prefixes: ['payments/'] });
    Template.fromStack(stack).hasResourceProperties('AWS::ECR::RegistryPolicy', {
      PolicyText: {
        Statement: [Match.objectLike({ Principal: { AWS: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::', { Ref: 'Source' }, ':root']] } } })],
      },
    });
  });

  test.each([['prod', ['ROOT']], ['prod/', ['prod']], ['a1/b/', ['a1/b']], ['my--team/', ['ROOT']], ['team-/', ['ROOT']], [Lazy.string({ produce: () => 'a1/' }), ['ROOT']]])('keeps what starts with %s', (prefix, templates) => {
    accept({ prefixes: [prefix] });
    expect(prefixesOf(source)).toEqual(templates);
  });

  test('two accounts with the same prefix share its template', () => {
    const profile = ImageProfile.release();
    accept({ profile });
    accept({ profile, account: '333333333333' });
    accept({ account: '444444444444' });
    expect(prefixesOf(source)).toEqual(['payments']);
  });

  test('uses a template that is for replication', () => {
    source.addCreationTemplate('Payments', { prefix: 'payments', appliedFor: [TemplateUse.CREATE_ON_PUSH, TemplateUse.REPLICATION] });
    accept();
    expect(prefixesOf(source)).toEqual(['payments']);
  });

  test('fails with a template that is not for replication', () => {
    source.addCreationTemplate('Payments', { prefix: 'payments', appliedFor: [TemplateUse.CREATE_ON_PUSH] });
    expect(() => accept()).toThrow('\'prefixes\' must be free of templates that are not for replication, got "payments", which has Source/Registry/Payments: '
      + "add TemplateUse.REPLICATION to its 'appliedFor', or 'replicated: true' to its namespace [Source/Registry]");
  });

  test('fails with a profile that is not the one of the template', () => {
    accept({ profile: ImageProfile.release() });
    expect(() => accept({ profile: ImageProfile.release() })).toThrow('\'profile\' must be the one of the template that is there for "payments", Source/Registry/Replication:payments: '
      + 'leave it out, or pass the same profile everywhere [Source/Registry]');
  });

  test('fails with a profile where a template by hand says another', () => {
    source.addCreationTemplate('Payments', { prefix: 'payments', appliedFor: [TemplateUse.REPLICATION] });
    expect(() => accept({ profile: ImageProfile.release() })).toThrow("'profile' must be the one of the template");
  });

  test.each<[string, Parameters<typeof accept>[0], string]>([
    ['an account that is not one', { account: '1234' }, '\'account\' must be 12 digits, got "1234" [Source/Registry]'],
    ['an account that starts with one', { account: '2222222222222' }, '\'account\' must be 12 digits, got "2222222222222"'],
    ['an account that ends with one', { account: 'a222222222222' }, '\'account\' must be 12 digits, got "a222222222222"'],
    ['no prefixes', { prefixes: [] }, "'prefixes' must have 1 to 100 entries"],
    ['a prefix that is not one', { prefixes: ['A/'] }, "'prefixes' must be 2 to 256"],
  ])('fails with %s', (_, options, message) => {
    expect(() => accept(options)).toThrow(message);
  });
});
