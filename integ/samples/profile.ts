import { Annotations, Stack } from 'aws-cdk-lib';
import type { StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { HardenedRepository, ImageProfile, PrivateRegistry, PullAudience, TemplateUse } from '../../src';

/** The three occasions on which ECR makes a repository by itself, and where. */
const TEMPLATES = [
  { id: 'Pushed', prefix: 'payments', use: TemplateUse.CREATE_ON_PUSH },
  { id: 'Replicated', prefix: 'copies', use: TemplateUse.REPLICATION },
  { id: 'Cached', prefix: 'upstream', use: TemplateUse.PULL_THROUGH_CACHE },
];

/** One profile, four targets: wherever an image of the team arrives, it is kept in the same way. */
export class ProfileSample extends Stack {
  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);
    const registry = PrivateRegistry.of(this);
    const profile = ImageProfile.release({
      keep: 50,
      audience: PullAudience.anyOf(
        PullAudience.organizationalUnits('o-abcd123456/r-ab12/ou-ab12-11111111'),
        PullAudience.lambdaFunctions({ accounts: ['222222222222'] }),
      ),
      tags: { team: 'payments' },
    });

    new HardenedRepository(this, 'Api', { repositoryName: 'payments/api', profile, registry });
    for (const { id: templateId, prefix, use } of TEMPLATES) {
      const template = registry.addCreationTemplate(templateId, { prefix, appliedFor: [use], profile });
      if (use === TemplateUse.PULL_THROUGH_CACHE) {
        Annotations.of(template).acknowledgeWarning('cdk-hardened-ecr:RepositoryCreationTemplate.immutableCache',
          'The sample shows that all four are alike. A cache of its own has ImageProfile.cache()');
      }
    }
  }
}
