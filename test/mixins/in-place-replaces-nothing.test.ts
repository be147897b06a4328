import { App, aws_ecr as ecr, aws_kms as kms, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as fc from 'fast-check';
import { CREATE_ONLY, identities } from './create-only';
import { KEEP_5, ORGANIZATION } from './helpers';
import { BrownfieldSample } from '../../integ/samples/brownfield';
import { RepositoryHardening, TagImmutability } from '../../src';

/** How an author may write an L2, as far as hardening could touch it. */
const AUTHORS = fc.record({
  repositoryName: fc.constantFrom(undefined, 'team/app'),
  encryption: fc.constantFrom(undefined, 'AES_256', 'KMS', 'key'),
  imageScanOnPush: fc.constantFrom(undefined, true, false),
  imageTagMutability: fc.constantFrom(undefined, ecr.TagMutability.MUTABLE, ecr.TagMutability.IMMUTABLE),
  lifecycleRules: fc.constantFrom(undefined, [], [{ maxImageCount: 3 }], [{ maxImageAge: Duration.days(1), tagStatus: ecr.TagStatus.UNTAGGED }]),
  lifecycleRegistryId: fc.constantFrom(undefined, '111111111111'),
  removalPolicy: fc.constantFrom(undefined, RemovalPolicy.RETAIN, RemovalPolicy.DESTROY, RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE),
  override: fc.constantFrom(undefined, { EncryptionType: 'AES256' }, { EncryptionType: 'KMS' }),
}, { noNullPrototype: true });

/** Everything that may be asked of hardening in place. */
const HARDENINGS = fc.record({
  lifecyclePolicy: fc.constantFrom(undefined, KEEP_5),
  tagImmutability: fc.constantFrom(undefined, TagImmutability.IMMUTABLE, TagImmutability.mutableExcept('v*')),
  audience: fc.constantFrom(undefined, ORGANIZATION),
  overwrite: fc.constantFrom(undefined, true, false),
}, { noNullPrototype: true });

type Author = typeof AUTHORS extends fc.Arbitrary<infer T> ? T : never;
type Hardening = typeof HARDENINGS extends fc.Arbitrary<infer T> ? T : never;

/** A stack of many authors, hardened at once or at synth. */
function synthesize(authors: Author[], hardening?: Hardening, isAspect = false): Template {
  const app = new App();
  const stack = new Stack(app, 'Team');
  const key = new kms.Key(stack, 'Key');
  const mixin = hardening && RepositoryHardening.inPlace(hardening);
  if (isAspect) {
    mixin?.applyToStages(app);
  }
  authors.forEach(({ encryption, override, lifecycleRules, ...props }, i) => {
    const repository = new ecr.Repository(stack, `App${i}`, {
      ...props,
      lifecycleRules: lifecycleRules && [...lifecycleRules],
      encryption: encryption === 'KMS' || encryption === 'AES_256' ? ecr.RepositoryEncryption[encryption] : undefined,
      encryptionKey: encryption === 'key' ? key : undefined,
    });
    if (override) {
      (repository.node.defaultChild as ecr.CfnRepository).addPropertyOverride('EncryptionConfiguration', override);
    }
  });
  if (mixin && !isAspect) {
    stack.with(mixin);
  }
  return Template.fromStack(stack);
}

describe('hardening in place', () => {
  test('knows what CloudFormation replaces a repository for', () => {
    expect(CREATE_ONLY).toEqual(['EncryptionConfiguration', 'RepositoryName']);
  });

  test('changes nothing of that and no logical id, and takes no other resource away, whatever the author wrote and whatever is asked', () => {
    fc.assert(fc.property(fc.array(AUTHORS, { minLength: 10, maxLength: 20 }), HARDENINGS, fc.boolean(), (authors, hardening, isAspect) => {
      const deployed = synthesize(authors);
      const hardened = synthesize(authors, hardening, isAspect);
      expect(identities(hardened)).toEqual(identities(deployed));
      expect(Object.keys(hardened.toJSON().Resources as object)).toEqual(Object.keys(deployed.toJSON().Resources as object));
    }), { numRuns: 6 });
  });

  test('is found out if it ever did: hardening new repositories does', () => {
    const app = new App();
    const stack = new Stack(app, 'Team');
    new ecr.Repository(stack, 'App').with(RepositoryHardening.forNewRepositories());
    const deployed = new Stack(new App(), 'Team');
    new ecr.Repository(deployed, 'App');
    expect(identities(Template.fromStack(stack))).not.toEqual(identities(Template.fromStack(deployed)));
  });

  test('and what else the brownfield sample adopts replaces nothing that was deployed', () => {
    const deployed = identities(Template.fromStack(new BrownfieldSample(new App(), 'Brownfield', { isAdopted: false })));
    const adopted = identities(Template.fromStack(new BrownfieldSample(new App(), 'Brownfield')));
    expect(Object.keys(deployed)).toHaveLength(5);
    expect(adopted).toEqual({ ...deployed, InvoicesF0222E8D: [{ EncryptionType: 'KMS', KmsKey: expect.anything() as unknown }, 'orders/invoices'] });
  });
});
