import type { aws_ecr as ecr } from 'aws-cdk-lib';
import { ContextProvider, Stack, Token } from 'aws-cdk-lib';
import { Findings } from './findings';

const ENCRYPTION_TYPE = 'EncryptionConfiguration.EncryptionType';

/**
 * With what ECR encrypts a repository that is deployed under a name, as the CDK CLI found it and `cdk.context.json` keeps it.
 *
 * Nothing for a repository that does not exist, for a name that is not known at synth, and before the CLI has looked.
 *
 * @throws when the stack has no concrete account and Region
 */
export function deployedEncryption(repository: ecr.CfnRepository): string | undefined {
  const name = repository.repositoryName;
  if (name === undefined || Token.isUnresolved(name)) {
    return undefined;
  }
  const { account, region } = Stack.of(repository);
  const findings = new Findings();
  findings.unless(!Token.isUnresolved(account) && !Token.isUnresolved(region),
    "'lookUpDeployed' must be used in stacks whose 'env' has an account and a Region: the CDK CLI has to know where to look");
  findings.throwIfAny(repository);
  const [found] = ContextProvider.getValue(repository, {
    provider: 'cc-api-provider',
    props: { typeName: 'AWS::ECR::Repository', exactIdentifier: name, propertiesToReturn: [ENCRYPTION_TYPE] },
    dummyValue: [{}],
    mustExist: false,
  }).value as { [property: string]: string }[];
  return found[ENCRYPTION_TYPE];
}
