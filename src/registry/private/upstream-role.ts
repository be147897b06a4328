import { ArnFormat, aws_iam as iam, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { TOKEN_ACTION } from '../../private/actions';
import { explainWildcard } from '../../private/explained';

/** What the role has to work on. */
export interface UpstreamRoleProps {
  /** ARN pattern of the upstream registry's repositories. */
  readonly from: string;

  /** Where copies are kept: `ecr/*`, or `*`. */
  readonly repositories: string;
}

/**
 * The role as which ECR fetches images from the private registry of another account.
 *
 * The trust policy is the documented one, without conditions: the guide names no context key that ECR would send.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-private.html
 */
export class UpstreamRole extends Construct {
  public readonly role: iam.Role;

  constructor(scope: Construct, id: string, { from, repositories }: UpstreamRoleProps) {
    super(scope, id);
    const to = Stack.of(this).formatArn({
      service: 'ecr', resource: 'repository', resourceName: repositories, arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
    });
    this.role = new iam.Role(this, 'Resource', {
      description: `Amazon ECR copies images to ${repositories} from the registry of another account`,
      assumedBy: new iam.ServicePrincipal('pullthroughcache.ecr.amazonaws.com'),
    });
    const policy = new iam.ManagedPolicy(this, 'Policy', {
      roles: [this.role],
      statements: [
        new iam.PolicyStatement({
          // The guide has them in one statement for every resource, and does not say on which side each is asked for.
          actions: [
            'ecr:BatchGetImage', 'ecr:BatchImportUpstreamImage', 'ecr:CompleteLayerUpload', 'ecr:GetDownloadUrlForLayer',
            'ecr:GetImageCopyStatus', 'ecr:InitiateLayerUpload', 'ecr:PutImage', 'ecr:UploadLayerPart',
          ],
          resources: [from, to],
        }),
        new iam.PolicyStatement({ actions: [TOKEN_ACTION], resources: ['*'] }),
      ],
    });
    for (const arn of [from, to, '*']) {
      explainWildcard(policy, arn, 'Images that are not there yet can only be named by a prefix, and the login has no resource');
    }
  }
}
