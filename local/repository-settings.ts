import { isDeepStrictEqual } from 'util';
import { DescribeRepositoryCreationTemplatesCommand, EncryptionConfiguration, ImageTagMutabilityExclusionFilter, Tag } from '@aws-sdk/client-ecr';
import { DescribeKeyCommand } from '@aws-sdk/client-kms';
import { Environment } from './accounts';
import { Clients } from './clients';
import { orNothing } from './reader';
import { readRepository } from './repository-reader';

/** What a creation template sets, of a repository or of the template, so that one can be compared with the other. */
export interface RepositorySettings {
  readonly tagMutability: string;
  readonly encryption: string;
  readonly lifecycle?: { readonly rules: readonly unknown[] };
  readonly policy?: { readonly Statement: unknown };
  readonly tags: Readonly<Record<string, string>>;
}

/** As the API answers it. */
interface Answered {
  readonly imageTagMutability?: string;
  readonly imageTagMutabilityExclusionFilters?: readonly ImageTagMutabilityExclusionFilter[];
  readonly encryptionConfiguration?: EncryptionConfiguration;
  readonly lifecyclePolicy?: string;
  readonly repositoryPolicy?: string;
  readonly resourceTags?: readonly Tag[];
}

/** The settings of a repository, or nothing when it is not there. */
export async function settingsOfRepository(clients: Clients, place: Environment, repositoryName: string): Promise<RepositorySettings | undefined> {
  const found = await readRepository(clients, place, repositoryName);
  if (!found) { return undefined; }
  const { repository, policyText, lifecyclePolicyText, tags } = found;
  const managed = await orNothing(clients.kms(place).send(new DescribeKeyCommand({ KeyId: 'alias/aws/ecr' })), 'NotFoundException');
  return toSettings({
    ...repository, lifecyclePolicy: lifecyclePolicyText, repositoryPolicy: policyText, resourceTags: tags,
  }, managed?.KeyMetadata?.Arn);
}

/** The settings of the creation template for a prefix, which may have its slash or not. */
export async function settingsOfTemplate(clients: Clients, place: Environment, prefix: string): Promise<RepositorySettings | undefined> {
  const { repositoryCreationTemplates = [] } = await clients.ecr(place).send(new DescribeRepositoryCreationTemplatesCommand({}));
  const template = repositoryCreationTemplates.find(candidate => candidate.prefix?.replace(/\/$/, '') === prefix);
  return template && toSettings(template);
}

/** @param managedKey the ARN of the key that AWS manages for ECR, which a template means when it names none */
export function toSettings(answer: Answered, managedKey?: string): RepositorySettings {
  const { encryptionType = 'AES256', kmsKey } = answer.encryptionConfiguration ?? {};
  const except = (answer.imageTagMutabilityExclusionFilters ?? []).map(({ filter }) => filter);
  return {
    tagMutability: [answer.imageTagMutability ?? 'MUTABLE', ...except].join(' '),
    encryption: encryptionType === 'AES256' ? encryptionType : kmsKey === undefined || kmsKey === managedKey ? 'aws/ecr' : kmsKey,
    lifecycle: answer.lifecyclePolicy ? JSON.parse(answer.lifecyclePolicy) : undefined,
    policy: answer.repositoryPolicy ? JSON.parse(answer.repositoryPolicy) : undefined,
    tags: Object.fromEntries((answer.resourceTags ?? []).map(({ Key, Value }) => [String(Key), String(Value)])),
  };
}

/** The names of the settings that are not the expected ones. */
export function differingSettings(expected: RepositorySettings, actual: RepositorySettings): string[] {
  return (['tagMutability', 'encryption', 'lifecycle', 'policy', 'tags'] as const).filter(name => !isDeepStrictEqual(expected[name], actual[name]));
}

/** In a few words; of a key the end of its ARN. */
export function settingsInShort({ tagMutability, encryption, lifecycle, policy, tags }: RepositorySettings): string {
  const named = Object.entries(tags).map(([key, value]) => `${key}=${value}`);
  return [
    tagMutability,
    encryption.startsWith('arn:') ? `key ${encryption.slice(-12)}` : encryption,
    ...lifecycle ? [counted(lifecycle.rules.length, 'lifecycle rule')] : [],
    ...policy ? [`policy of ${counted([policy.Statement].flat().length, 'statement')}`] : [],
    ...named,
  ].join(', ');
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
