import { App, aws_iam as iam, aws_signer as signer, NestedStack, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { PrivateRegistry } from '../../../src';
import { messagesOf } from '../messages';

let app: App;
let stack: Stack;
let pusher: iam.Role;

beforeEach(() => {
  app = new App();
  stack = new Stack(app, 'Stack');
  pusher = new iam.Role(stack, 'Pusher', { assumedBy: new iam.AccountRootPrincipal() });
});

describe('PrivateRegistry.ownedElsewhere', () => {
  test('contributes nothing and says nothing until something counts on it', () => {
    PrivateRegistry.ownedElsewhere(stack);

    expect(stack.node.findAll().filter(construct => construct instanceof PrivateRegistry)).toEqual([]);
    expect(messagesOf(app, 'info')).toEqual([]);
  });

  test('says once what to ask for, however many repositories and registries', () => {
    const registry = PrivateRegistry.ownedElsewhere(new NestedStack(stack, 'Nested'), { owner: 'the landing zone team' });
    registry.ensureScanned('a', stack);
    registry.ensureScanned('b', stack);
    registry.allowSigning(pusher, 'a');
    registry.allowSigning(pusher, 'b');
    PrivateRegistry.ownedElsewhere(stack, { owner: 'the landing zone team' }).ensureScanned('c', stack);

    expect(messagesOf(app, 'info')).toEqual([
      "/Stack: ask the landing zone team for enhanced, continuous scanning of this stack's repositories in its registry: "
      + 'without it images are scanned when they are pushed, and not again [ack: cdk-hardened-ecr:PrivateRegistry.askForScanning]',
      "/Stack: ask the landing zone team whether its registry signs images, and give the profiles as 'signingProfiles': "
      + "who pushes then needs 'signer:SignPayload' on them, or images stay unsigned [ack: cdk-hardened-ecr:PrivateRegistry.askForSigning]",
    ]);
    expect(Object.keys(Template.fromStack(stack).findResources('AWS::ECR::RegistryScanningConfiguration'))).toEqual([]);
  });

  test('names the owner in general words when it is not known', () => {
    PrivateRegistry.ownedElsewhere(stack).ensureScanned('a', stack);
    expect(messagesOf(app, 'info')[0]).toContain('ask the owner of this registry for');
  });

  test('lets pushers sign with the profiles that are known', () => {
    const profile = signer.SigningProfile.fromSigningProfileAttributes(stack, 'Profile', { signingProfileName: 'releases', signingProfileVersion: 'v1' });
    PrivateRegistry.ownedElsewhere(stack, { signingProfiles: [profile] }).allowSigning(pusher, 'a');

    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: [{
          Effect: 'Allow',
          Action: 'signer:SignPayload',
          Resource: {
            'Fn::Join': ['', [
              'arn:', { Ref: 'AWS::Partition' }, ':signer:', { Ref: 'AWS::Region' }, ':', { Ref: 'AWS::AccountId' }, ':/signing-profiles/releases',
            ]],
          },
        }],
      },
    });
    expect(messagesOf(app, 'info')).toEqual([]);
  });

  test('warns when a pusher has no policy to write to', () => {
    const profile = new signer.SigningProfile(stack, 'Profile', { platform: signer.Platform.NOTATION_OCI_SHA384_ECDSA });
    PrivateRegistry.ownedElsewhere(stack, { signingProfiles: [profile] }).allowSigning(new iam.AccountPrincipal('222222222222'), 'a');

    expect(messagesOf(app)).toEqual([expect.stringContaining('[ack: cdk-hardened-ecr:PrivateRegistry.signingNotGranted]')]);
  });

  test('an owner and someone who knows of it do not clash', () => {
    const env = { account: '111111111111', region: 'us-east-1' };
    PrivateRegistry.of(new Stack(app, 'Owner', { env })).ensureScanned('a', stack);
    const other = new Stack(app, 'Other', { env });
    PrivateRegistry.ownedElsewhere(other).ensureScanned('b', other);

    expect(messagesOf(app)).toEqual([]);
  });
});
