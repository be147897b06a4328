import { readFileSync } from 'fs';
import { join } from 'path';
import { App, aws_ecr as ecr, Stack, Token } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { propertiesOf, warningsOf } from './helpers';
import { ImageProfile, RepositoryHardening } from '../../src';

const ENV = { account: '111111111111', region: 'us-east-1' };
const KEY = 'cc-api-provider:account=111111111111:exactIdentifier=team/app:'
  + 'propertiesToReturn.0=EncryptionConfiguration.EncryptionType:region=us-east-1:typeName=AWS$:$:ECR$:$:Repository';
const NEW = RepositoryHardening.forNewRepositories(ImageProfile.release(), { lookUpDeployed: true });

/** A stack whose app knows what the CDK CLI found: the answer of Cloud Control, or what it makes of a repository that isn't there. */
function stackThatKnows(found?: object, env?: typeof ENV): Stack {
  return new Stack(new App({ context: found && { [KEY]: [found] } }), 'Team', { env });
}

describe('RepositoryHardening.forNewRepositories({ lookUpDeployed: true })', () => {
  test('keeps the encryption of a named repository that is deployed with AES256', () => {
    const stack = stackThatKnows({ 'EncryptionConfiguration.EncryptionType': 'AES256', 'Identifier': 'team/app' }, ENV);
    new ecr.Repository(stack, 'App', { repositoryName: 'team/app' }).with(NEW);
    expect(propertiesOf(stack)).toMatchObject({ ImageTagMutability: 'IMMUTABLE', RepositoryName: 'team/app' });
    expect(propertiesOf(stack).EncryptionConfiguration).toBeUndefined();
    Template.fromStack(stack).resourceCountIs('AWS::KMS::Key', 0);
    expect(warningsOf(stack)).toEqual(['encryptionIsForEver']);
  });

  test.each([
    ['is not deployed', {}],
    ['is deployed with a key', { 'EncryptionConfiguration.EncryptionType': 'KMS', 'Identifier': 'team/app' }],
  ])('encrypts a named repository that %s', (_, found) => {
    const stack = stackThatKnows(found, ENV);
    new ecr.Repository(stack, 'App', { repositoryName: 'team/app' }).with(NEW);
    expect(propertiesOf(stack).EncryptionConfiguration).toMatchObject({ EncryptionType: 'KMS' });
  });

  test('asks the CDK CLI for what it does not know, and takes no missing repository for an error', () => {
    const stack = stackThatKnows(undefined, ENV);
    new ecr.CfnRepository(stack, 'App', { repositoryName: 'team/app' }).with(NEW);
    const { directory } = (stack.node.root as App).synth();
    const { missing } = JSON.parse(readFileSync(join(directory, 'manifest.json'), 'utf8')) as { missing: { key: string; props: object }[] };
    expect(missing).toEqual([expect.objectContaining({
      key: KEY,
      provider: 'cc-api-provider',
      props: expect.objectContaining({ exactIdentifier: 'team/app', ignoreErrorOnMissingContext: true, dummyValue: [{}] }) as object,
    })]);
  });

  test.each([
    ['no name', undefined],
    ['a name that is not known at synth', Token.asString({ Ref: 'Name' })],
  ])('asks nothing of a repository with %s', (_, repositoryName) => {
    const stack = stackThatKnows();
    new ecr.CfnRepository(stack, 'App', { repositoryName }).with(NEW);
    expect((stack.node.root as App).synth().manifest.missing).toBeUndefined();
    expect(propertiesOf(stack).EncryptionConfiguration).toMatchObject({ EncryptionType: 'KMS' });
  });

  test('asks nothing of a repository whose encryption its author set', () => {
    const stack = stackThatKnows(undefined, ENV);
    new ecr.CfnRepository(stack, 'App', { repositoryName: 'team/app', encryptionConfiguration: { encryptionType: 'KMS' } }).with(NEW);
    expect((stack.node.root as App).synth().manifest.missing).toBeUndefined();
  });

  test('asks nothing when it is not told to', () => {
    const stack = stackThatKnows(undefined, ENV);
    new ecr.CfnRepository(stack, 'App', { repositoryName: 'team/app' }).with(RepositoryHardening.forNewRepositories());
    expect((stack.node.root as App).synth().manifest.missing).toBeUndefined();
  });

  test.each([
    ['account', { region: 'us-east-1' }],
    ['Region', { account: '111111111111' }],
  ])('fails without a concrete %s', (_, env) => {
    const stack = new Stack(new App(), 'Team', { env });
    const repository = new ecr.Repository(stack, 'App', { repositoryName: 'team/app' });
    expect(() => repository.with(NEW))
      .toThrow('\'lookUpDeployed\' must be used in stacks whose \'env\' has an account and a Region: the CDK CLI has to know where to look [Team/App/Resource]');
  });
});
