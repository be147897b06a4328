import { App, aws_iam as iam, aws_signer as signer, CfnParameter, Lazy, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Construct } from 'constructs';
import { messagesOf } from './messages';
import { PrivateRegistry } from '../../src';

const SIGNING = 'AWS::ECR::SigningConfiguration';
const ARN = 'arn:aws:signer:us-east-1:111111111111:/signing-profiles/releases';
const platform = signer.Platform.NOTATION_OCI_SHA384_ECDSA;

let app: App;
let stack: Stack;
let registry: PrivateRegistry;

beforeEach(() => {
  app = new App();
  stack = new Stack(app, 'Stack', { env: { account: '111111111111', region: 'us-east-1' } });
  registry = PrivateRegistry.of(stack);
});

const newProfile = (id = 'Profile') => new signer.SigningProfile(stack, id, { platform });
const newRole = (id = 'Pusher') => new iam.Role(stack, id, { assumedBy: new iam.AccountRootPrincipal() });
const arnOf = (profile: signer.SigningProfile) => stack.resolve(profile.signingProfileArn);

/** A profile of which nothing is known but its ARN. */
class KnownProfile extends Construct {
  public readonly env = { account: '111111111111', region: 'us-east-1' };
  public readonly signingProfileRef: { readonly signingProfileArn: string };

  constructor(signingProfileArn: string, id = 'Known') {
    super(stack, id);
    this.signingProfileRef = { signingProfileArn };
  }
}

function signers(): unknown[] {
  return Object.values(Template.fromStack(stack).findResources('AWS::IAM::Policy'))
    .flatMap(policy => policy.Properties.PolicyDocument.Statement)
    .filter(statement => statement.Action === 'signer:SignPayload')
    .map(statement => statement.Resource);
}

describe('signWith', () => {
  test('signs the images of every repository', () => {
    const profile = newProfile();
    registry.signWith(profile);

    Template.fromStack(stack).hasResource(SIGNING, {
      Properties: { Rules: [{ SigningProfileArn: arnOf(profile), RepositoryFilters: Match.absent() }] },
      DeletionPolicy: Match.absent(),
    });
  });

  test('signs the images of some repositories', () => {
    registry.signWith(newProfile(), { repositoryFilters: ['payments/*', 'base'] });

    Template.fromStack(stack).hasResourceProperties(SIGNING, {
      Rules: [{
        RepositoryFilters: [{ Filter: 'payments/*', FilterType: 'WILDCARD_MATCH' }, { Filter: 'base', FilterType: 'WILDCARD_MATCH' }],
      }],
    });
  });

  test('has one rule a profile, so that no image is signed twice with it', () => {
    const [a, b] = [newProfile('A'), newProfile('B')];
    registry.signWith(a, { repositoryFilters: ['x', 'y'] });
    registry.signWith(b, { repositoryFilters: ['x'] });
    registry.signWith(a, { repositoryFilters: ['y', 'z'] });

    Template.fromStack(stack).hasResourceProperties(SIGNING, {
      Rules: [
        { SigningProfileArn: arnOf(a), RepositoryFilters: ['x', 'y', 'z'].map(Filter => ({ Filter, FilterType: 'WILDCARD_MATCH' })) },
        { SigningProfileArn: arnOf(b), RepositoryFilters: [{ Filter: 'x', FilterType: 'WILDCARD_MATCH' }] },
      ],
    });
  });

  test.each([[['x'], undefined], [undefined, ['x']]])('signs everything when one of two calls says so (%#)', (first, second) => {
    const profile = newProfile();
    registry.signWith(profile, { repositoryFilters: first });
    registry.signWith(profile, { repositoryFilters: second });

    Template.fromStack(stack).hasResourceProperties(SIGNING, { Rules: [{ RepositoryFilters: Match.absent() }] });
  });

  test('takes the L1', () => {
    const profile = new signer.CfnSigningProfile(stack, 'L1', { platformId: 'Notation-OCI-SHA384-ECDSA' });
    registry.signWith(profile);

    Template.fromStack(stack).hasResourceProperties(SIGNING, { Rules: [{ SigningProfileArn: { Ref: 'L1' } }] });
  });

  test('takes an imported profile, and gives its ARN in the form that ECR accepts', () => {
    registry.signWith(signer.SigningProfile.fromSigningProfileAttributes(stack, 'Imported', {
      signingProfileName: 'releases', signingProfileVersion: 'aBcD1234',
    }));

    Template.fromStack(stack).hasResourceProperties(SIGNING, {
      Rules: [{
        SigningProfileArn: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':signer:us-east-1:111111111111:/signing-profiles/releases']] },
      }],
    });
  });

  test('takes a profile of another account', () => {
    registry.signWith(new KnownProfile('arn:aws:signer:us-east-1:222222222222:/signing-profiles/releases'));
    Template.fromStack(stack).resourceCountIs(SIGNING, 1);
  });

  test('the logical id never changes', () => {
    registry.signWith(newProfile());
    expect(Object.keys(Template.fromStack(stack).findResources(SIGNING))).toEqual(['PrivateRegistrySigning6A301010']);
  });

  test.each([
    ['another platform', () => new signer.SigningProfile(stack, 'P', { platform: signer.Platform.AWS_LAMBDA_SHA384_ECDSA }),
      '\'profile\' must have the platform "Notation-OCI-SHA384-ECDSA", got "AWSLambda-SHA384-ECDSA": use Platform.NOTATION_OCI_SHA384_ECDSA [Stack/P]'],
    ['another platform, L1', () => new signer.CfnSigningProfile(stack, 'P', { platformId: 'AWSLambda-SHA384-ECDSA' }),
      'got "AWSLambda-SHA384-ECDSA"'],
    ['a version', () => new KnownProfile(`${ARN}/aBcD1234`),
      `'profile' must have an ARN like ${ARN.replace('releases', 'name')}, got "${ARN}/aBcD1234": give the profile, not a version of it`],
    ['a name of one character', () => new KnownProfile(ARN.replace('releases', 'r')), "'profile' must have an ARN like"],
    ['a hyphen in the name', () => new KnownProfile(ARN.replace('releases', 're-leases')), "'profile' must have an ARN like"],
    ['an ARN of something else', () => new KnownProfile('arn:aws:signer:us-east-1:111111111111:/signing-jobs/one'),
      "'profile' must have an ARN like"],
    ['another Region in its ARN', () => new KnownProfile(ARN.replace('us-east-1', 'eu-west-1')),
      '\'profile\' must be in the registry\'s Region, "us-east-1", got "eu-west-1": make a profile in each Region; one of another account works'],
    ['a stack in another Region', () => new signer.SigningProfile(
      new Stack(app, 'Away', { env: { account: '111111111111', region: 'eu-west-1' } }), 'P', { platform }), 'got "eu-west-1"'],
  ])('fails with a profile of %s', (_, profile, message) => {
    expect(() => registry.signWith(profile())).toThrow(message);
    Template.fromStack(stack).resourceCountIs(SIGNING, 0);
  });

  test.each([
    ['a name of two characters', () => new KnownProfile(ARN.replace('releases', 'r_'))],
    ['an ARN that is a token', () => new KnownProfile(Lazy.string({ produce: () => ARN }))],
    ['a name that is a token', () => new KnownProfile(`arn:aws:signer:us-east-1:111111111111:/signing-profiles/${new CfnParameter(stack, 'Name').valueAsString}`)],
    ['a platform that is a token', () => new signer.CfnSigningProfile(stack, 'P', { platformId: new CfnParameter(stack, 'On').valueAsString })],
    ['a Region that is a token', () => new signer.SigningProfile(new Stack(app, 'Anywhere'), 'P', { platform })],
  ])('takes its neighbour with %s', (_, profile) => {
    expect(() => registry.signWith(profile())).not.toThrow();
  });

  test.each([
    ['no filter', [], "'repositoryFilters' must have 1 to 100 filters, got 0: leave it out to sign the images of every repository [Stack/Profile]"],
    ['a slash at the end', ['prod/'],
      "'repositoryFilters' must hold filters of 1 to 256 lowercase letters, digits and '*', with a single '.', '_', '-' or '/' between them, "
      + 'got "prod/": end it with \'/*\', "prod/*"'],
    ['257 characters', ['x'.repeat(257)], 'must hold filters of 1 to 256'],
  ])('fails with %s', (_, repositoryFilters, message) => {
    expect(() => registry.signWith(newProfile(), { repositoryFilters })).toThrow(message);
  });

  test('takes 256 characters', () => {
    expect(() => registry.signWith(newProfile(), { repositoryFilters: ['x'.repeat(256)] })).not.toThrow();
  });

  test('fails with 101 filters over several calls, and names who made them', () => {
    const profile = newProfile();
    const platformTeam = new Construct(stack, 'Platform');
    registry.signWith(profile, { repositoryFilters: Array.from({ length: 99 }, (_, i) => `a${i}`), contributor: platformTeam });
    registry.signWith(profile, { repositoryFilters: ['b'] });
    expect(() => app.synth()).not.toThrow();

    registry.signWith(profile, { repositoryFilters: ['c'] });
    expect(() => app.synth({ force: true })).toThrow(
      "'repositoryFilters' must have at most 100 filters, got 101: let one filter with '*' stand for several; they come from Stack/Platform, Stack/Profile");
  });

  test('fails with 11 profiles, and names them', () => {
    Array.from({ length: 10 }, (_, i) => registry.signWith(newProfile(`P${i}`)));
    expect(() => app.synth()).not.toThrow();

    registry.signWith(newProfile('P10'));
    expect(() => app.synth({ force: true })).toThrow(
      /'profile' must be one of at most 10 in a registry, got 11: sign with fewer profiles; they come from Stack\/P0, .*, Stack\/P10/);
  });
});

describe('allowSigning', () => {
  test('lets a pusher sign, with rules from before and from after', () => {
    const [before, after] = [newProfile('Before'), newProfile('After')];
    registry.signWith(before);
    registry.allowSigning(newRole(), 'app');
    registry.signWith(after);

    expect(signers()).toEqual([arnOf(before), arnOf(after)]);
    expect(messagesOf(app)).toEqual([]);
  });

  test('does not let it use a profile that signs other repositories', () => {
    const [mine, theirs] = [newProfile('Mine'), newProfile('Theirs')];
    registry.signWith(mine, { repositoryFilters: ['payments/*'] });
    registry.signWith(theirs, { repositoryFilters: ['search/*', 'payments'] });
    registry.allowSigning(newRole(), 'payments/api');

    expect(signers()).toEqual([arnOf(mine)]);
  });

  test('lets it sign with a rule that takes in its repository later', () => {
    const profile = newProfile();
    registry.signWith(profile, { repositoryFilters: ['search/*'] });
    registry.allowSigning(newRole(), 'payments/api');
    expect(signers()).toEqual([]);

    registry.signWith(profile, { repositoryFilters: ['payments/*'] });
    app.synth({ force: true });
    expect(signers()).toEqual([arnOf(profile)]);
  });

  test('is not granted for a repository whose name ends otherwise', () => {
    const profile = newProfile();
    registry.signWith(profile, { repositoryFilters: ['*/api'] });
    registry.allowSigning(newRole(), 'payments/web');
    expect(signers()).toEqual([]);

    registry.allowSigning(newRole('Api'), 'payments/api');
    app.synth({ force: true });
    expect(signers()).toEqual([arnOf(profile)]);
  });

  test('takes a name or a filter that is a token for one that matches', () => {
    const [named, filtered] = [newProfile('Named'), newProfile('Filtered')];
    registry.signWith(named, { repositoryFilters: ['payments/*'] });
    registry.allowSigning(newRole('A'), Lazy.string({ produce: () => 'unknown' }));
    registry.signWith(filtered, { repositoryFilters: [Lazy.string({ produce: () => 'unknown' })] });
    registry.allowSigning(newRole('B'), 'app');

    expect(signers()).toEqual([arnOf(named), arnOf(filtered), arnOf(filtered)]);
  });

  test('does nothing without a rule', () => {
    registry.allowSigning(newRole(), 'app');

    expect(signers()).toEqual([]);
    Template.fromStack(stack).resourceCountIs(SIGNING, 0);
  });

  test('warns when the pusher has no policy to write to', () => {
    registry.signWith(newProfile());
    registry.allowSigning(new iam.AccountPrincipal('222222222222'), 'app');

    expect(messagesOf(app)).toEqual([expect.stringMatching(
      /^\/Stack\/PrivateRegistry: images that .*222222222222.* pushes stay unsigned: it has no identity policy here that could be given 'signer:SignPayload' on the signing profile; whoever owns the principal has to allow it \[ack: cdk-hardened-ecr:PrivateRegistry.signingNotGranted\]$/)]);
  });
});

describe('a pusher to every repository below a prefix', () => {
  test.each([
    ['payments/api', true],
    ['payments/*', true],
    ['payments/batch/*', true],
    ['pay*', true],
    ['*', true],
    ['*api', true],
    ['payments', false],
    ['payments-eu/*', false],
    ['search/api', false],
    ['search/*', false],
  ])('signs where the filter is %s: %s', (filter, signs) => {
    const profile = newProfile();
    registry.signWith(profile, { repositoryFilters: [filter] });
    registry.allowSigning(newRole(), 'payments/*');
    expect(signers()).toEqual(signs ? [arnOf(profile)] : []);
  });
});
