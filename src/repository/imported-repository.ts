import type { aws_iam as iam } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { GrantingRepository } from './granting-repository';

/** @internal A repository that someone else made: its policy is out of reach, and every grant that would need it says so. */
export class ImportedRepository extends GrantingRepository {
  public readonly repositoryName: string;
  public readonly repositoryArn: string;

  constructor(scope: Construct, id: string, attributes: { readonly repositoryName: string; readonly repositoryArn: string }) {
    super(scope, id, { environmentFromArn: attributes.repositoryArn });
    this.repositoryName = attributes.repositoryName;
    this.repositoryArn = attributes.repositoryArn;
  }

  public addToResourcePolicy(_statement: iam.PolicyStatement): iam.AddToResourcePolicyResult {
    return { statementAdded: false };
  }
}
