import { Template } from 'aws-cdk-lib/assertions';
import { stackIn } from './policy-of';
import {
  HardenedRepository, ImageEncryption, ImageProfile, LifecyclePolicy, PullAudience, RepositoryCreationTemplate, TagImmutability, TemplateUse,
} from '../../src';

type Properties = Record<string, any>;

/** What both resources call alike, and the three that they don't. */
function settings({ Properties: properties }: Properties): Properties {
  const { EncryptionConfiguration, ImageTagMutability, ImageTagMutabilityExclusionFilters } = properties;
  const parsed = (text?: string) => text === undefined ? undefined : JSON.parse(text);
  return properties.AppliedFor
    ? {
      EncryptionConfiguration,
      ImageTagMutability,
      ImageTagMutabilityExclusionFilters,
      lifecycle: parsed(properties.LifecyclePolicy),
      policy: parsed(properties.RepositoryPolicy),
      tags: properties.ResourceTags,
    }
    : {
      EncryptionConfiguration,
      ImageTagMutability,
      ImageTagMutabilityExclusionFilters,
      lifecycle: parsed(properties.LifecyclePolicy?.LifecyclePolicyText),
      policy: properties.RepositoryPolicyText,
      tags: properties.Tags,
    };
}

const EVERYTHING = {
  audience: PullAudience.anyOf(
    PullAudience.accounts('111111111111', '222222222222'),
    PullAudience.organization('o-abcd123456'),
    PullAudience.lambdaFunctions({ accounts: ['333333333333'] }),
  ),
  tags: { stage: 'prod', team: 'payments' },
};

describe('one profile, four targets', () => {
  test.each<[string, ImageProfile, string[]]>([
    ['releases', ImageProfile.release(EVERYTHING), ['EncryptionConfiguration', 'ImageTagMutability', 'lifecycle', 'policy', 'tags']],
    ['builds', ImageProfile.builds(EVERYTHING), ['EncryptionConfiguration', 'ImageTagMutability', 'lifecycle', 'policy', 'tags']],
    ['a cache', ImageProfile.cache(EVERYTHING), ['EncryptionConfiguration', 'ImageTagMutability', 'lifecycle', 'policy', 'tags']],
    ['nothing said', ImageProfile.of({}), ['EncryptionConfiguration', 'ImageTagMutability']],
    ['some tags that move', ImageProfile.of({ tagImmutability: TagImmutability.immutableExcept('latest', 'dev-*') }),
      ['EncryptionConfiguration', 'ImageTagMutability', 'ImageTagMutabilityExclusionFilters']],
    ['the AWS managed key', ImageProfile.of({ encryption: ImageEncryption.AWS_MANAGED_KEY }), ['EncryptionConfiguration', 'ImageTagMutability']],
    ['no lifecycle and no encryption of its own', ImageProfile.release({ lifecyclePolicy: LifecyclePolicy.NONE, encryption: ImageEncryption.asDeployed() }),
      ['ImageTagMutability']],
  ])('has the same settings everywhere: %s', (_, profile, said) => {
    const stack = stackIn();
    new HardenedRepository(stack, 'Repository', { profile });
    for (const use of Object.values(TemplateUse)) {
      new RepositoryCreationTemplate(stack, use, { prefix: use.toLowerCase().replaceAll('_', '-'), appliedFor: [use], profile });
    }
    const template = Template.fromStack(stack);
    const [repository] = Object.values(template.findResources('AWS::ECR::Repository')).map(settings);
    const templates = Object.values(template.findResources('AWS::ECR::RepositoryCreationTemplate')).map(settings);

    expect(Object.keys(repository).filter(setting => repository[setting] !== undefined)).toEqual(said);
    expect(templates).toEqual([repository, repository, repository]);
  });
});
