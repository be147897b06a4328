import type { aws_ecr as ecrRefs, ResourceEnvironment } from 'aws-cdk-lib/interfaces';

/** Where a repository is. An ARN that is known says more than the stack that the repository was imported into. */
export function environmentOf({ repositoryRef, env }: ecrRefs.IRepositoryRef): ResourceEnvironment {
  const [, region, account] = /^arn:[^:]+:ecr:([^:]+):(\d{12}):/.exec(repositoryRef.repositoryArn) ?? [];
  return { account: account ?? env.account, region: region ?? env.region };
}
