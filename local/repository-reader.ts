import {
  DescribeRepositoriesCommand, EncryptionConfiguration, GetLifecyclePolicyCommand, GetRepositoryPolicyCommand, ImageTagMutabilityExclusionFilter,
  ListTagsForResourceCommand,
} from '@aws-sdk/client-ecr';
import { DescribeKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { Environment } from './accounts';
import { Clients } from './clients';
import { capitalized, orNothing, Properties, Reader } from './reader';

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ecr-repository.html */
export const REPOSITORY: Reader = {
  noun: 'repository',
  defaults: (_, physicalId) => ({
    RepositoryName: physicalId,
    ImageTagMutability: 'MUTABLE',
    ImageScanningConfiguration: { ScanOnPush: false },
    EncryptionConfiguration: { EncryptionType: 'AES256' },
  }),
  writeOnly: ['EmptyOnDelete'], // what CloudFormation does at the end, no setting of the repository
  documents: ['LifecyclePolicyText', 'RepositoryPolicyText'],
  unordered: ['Tags'],
  async read(clients, environment, repositoryName, template) {
    const found = await readRepository(clients, environment, repositoryName);
    if (!found) { return undefined; }
    const { repository, policyText, lifecyclePolicyText, tags } = found;
    return {
      RepositoryName: repository.repositoryName,
      ImageTagMutability: repository.imageTagMutability,
      ImageTagMutabilityExclusionFilters: exclusionFilters(repository.imageTagMutabilityExclusionFilters),
      ImageScanningConfiguration: capitalized(repository.imageScanningConfiguration),
      EncryptionConfiguration: await encryption(repository.encryptionConfiguration, template, () => clients.kms(environment)),
      RepositoryPolicyText: policyText,
      LifecyclePolicy: lifecyclePolicyText === undefined ? undefined : { LifecyclePolicyText: lifecyclePolicyText },
      Tags: setTags(tags),
    };
  },
};

/** All that the API answers of a repository, or nothing when it is not there. */
export async function readRepository(clients: Clients, environment: Environment, repositoryName: string) {
  const ecr = clients.ecr(environment);
  const answer = await orNothing(ecr.send(new DescribeRepositoriesCommand({ repositoryNames: [repositoryName] })), 'RepositoryNotFoundException');
  const repository = answer?.repositories?.[0];
  if (!repository) { return undefined; }
  const policy = await orNothing(ecr.send(new GetRepositoryPolicyCommand({ repositoryName })), 'RepositoryPolicyNotFoundException');
  const lifecycle = await orNothing(ecr.send(new GetLifecyclePolicyCommand({ repositoryName })), 'LifecyclePolicyNotFoundException');
  const { tags = [] } = await ecr.send(new ListTagsForResourceCommand({ resourceArn: repository.repositoryArn }));
  return { repository, policyText: policy?.policyText, lifecyclePolicyText: lifecycle?.lifecyclePolicyText, tags };
}

/** A template that names no key means the account's key for ECR, which AWS manages; the API always names the key. */
async function encryption(answer: EncryptionConfiguration | undefined, template: Properties, kms: () => KMSClient): Promise<unknown> {
  const written = template.EncryptionConfiguration as { EncryptionType: string; KmsKey?: string } | undefined;
  if (written?.EncryptionType === 'KMS' && written.KmsKey === undefined) {
    const { KeyMetadata } = await kms().send(new DescribeKeyCommand({ KeyId: 'alias/aws/ecr' }));
    if (answer?.kmsKey === KeyMetadata?.Arn) { return { EncryptionType: answer?.encryptionType }; }
  }
  return capitalized(answer);
}

/** CloudFormation has longer names here than the API. */
export function exclusionFilters(filters: readonly ImageTagMutabilityExclusionFilter[] = []): unknown {
  return filters.length === 0 ? undefined : filters.map(({ filterType, filter }) => ({
    ImageTagMutabilityExclusionFilterType: filterType,
    ImageTagMutabilityExclusionFilterValue: filter,
  }));
}

/** The tags that a template has set: CloudFormation adds its own, which nobody else can. */
export function setTags(tags: readonly { Key?: string; Value?: string }[]): unknown {
  const own = tags.filter(({ Key }) => !Key?.startsWith('aws:'));
  return own.length === 0 ? undefined : own.map(({ Key, Value }) => ({ Key, Value }));
}
