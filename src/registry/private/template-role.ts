import { ArnFormat, aws_iam as iam, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { explainWildcard } from '../../private/explained';

/** What the role has to work on. */
export interface TemplateRoleProps {
  /** Where repositories are made: `prod/*`, or `*`. */
  readonly repositories: string;

  /** The key that encrypts them: an ARN, `aws/ecr` for the one that AWS manages, nothing for none. */
  readonly key?: string;
}

/** What stands for the key that AWS manages for ECR. */
export const AWS_MANAGED_KEY = 'aws/ecr';

/**
 * The role as which ECR makes repositories that have tags or a KMS key.
 *
 * Without a path, which ECR does not take. The trust policy is the documented one, without conditions:
 * the guide names no context key that ECR would send.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-creation-templates-create-iam.html
 */
export class TemplateRole extends Construct {
  public readonly role: iam.Role;

  constructor(scope: Construct, id: string, props: TemplateRoleProps) {
    super(scope, id);
    this.role = new iam.Role(this, 'Resource', {
      description: `Amazon ECR makes the repositories of the creation template for ${props.repositories}`,
      assumedBy: new iam.ServicePrincipal('ecr.amazonaws.com'),
    });
    const statements = [this.repositories(props.repositories), ...props.key === undefined ? [] : [this.encryption(props.key)]];
    const policy = new iam.ManagedPolicy(this, 'Policy', { roles: [this.role], statements });
    for (const arn of statements.flatMap(statement => statement.resources).filter(resource => resource.endsWith('*'))) {
      explainWildcard(policy, arn,
        'Neither the repositories that an image may bring about nor the key that AWS manages are known before they are there');
    }
  }

  /** @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-creation-templates-custom.html */
  private repositories(resourceName: string): iam.PolicyStatement {
    return new iam.PolicyStatement({
      actions: ['ecr:CreateRepository', 'ecr:ReplicateImage', 'ecr:TagResource'],
      resources: [Stack.of(this).formatArn({ service: 'ecr', resource: 'repository', resourceName, arnFormat: ArnFormat.SLASH_RESOURCE_NAME })],
    });
  }

  private encryption(key: string): iam.PolicyStatement {
    const stack = Stack.of(this);
    return new iam.PolicyStatement({
      actions: ['kms:CreateGrant', 'kms:DescribeKey', 'kms:RetireGrant'],
      // The ARN of the key that AWS manages is not known, and it may not even exist: the first repository makes it.
      resources: [key === AWS_MANAGED_KEY ? stack.formatArn({ service: 'kms', resource: 'key', resourceName: '*' }) : key],
      conditions: { StringEquals: { 'kms:ViaService': `ecr.${stack.region}.amazonaws.com` } },
    });
  }
}
