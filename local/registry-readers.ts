import {
  DescribePullThroughCacheRulesCommand, DescribeRegistryCommand, DescribeRepositoryCreationTemplatesCommand, GetRegistryPolicyCommand,
  GetRegistryScanningConfigurationCommand, GetSigningConfigurationCommand, ListPullTimeUpdateExclusionsCommand,
} from '@aws-sdk/client-ecr';
import { capitalized, orNothing, Properties, Reader } from './reader';
import { exclusionFilters, setTags } from './repository-reader';

const NONE = () => ({});

export const REGISTRY_POLICY: Reader = {
  noun: 'registry policy',
  single: true,
  defaults: NONE,
  documents: ['PolicyText'],
  async read(clients, environment) {
    const answer = await orNothing(clients.ecr(environment).send(new GetRegistryPolicyCommand({})), 'RegistryPolicyNotFoundException');
    return answer && { PolicyText: answer.policyText };
  },
};

/** A registry that nobody has set scans basically, and nothing. */
export const SCANNING: Reader = {
  noun: 'registry scanning',
  single: true,
  defaults: () => ({ Rules: [] }),
  async read(clients, environment) {
    const { scanningConfiguration } = await clients.ecr(environment).send(new GetRegistryScanningConfigurationCommand({}));
    const { scanType, rules = [] } = scanningConfiguration ?? {};
    return scanType === 'BASIC' && rules.length === 0 ? undefined : { ScanType: scanType, Rules: capitalized(rules) };
  },
};

export const SIGNING: Reader = {
  noun: 'registry signing',
  single: true,
  defaults: NONE,
  async read(clients, environment) {
    const answer = await orNothing(clients.ecr(environment).send(new GetSigningConfigurationCommand({})), 'SigningConfigurationNotFoundException');
    return answer && { Rules: capitalized(answer.signingConfiguration?.rules) };
  },
};

export const REPLICATION: Reader = {
  noun: 'replication',
  single: true,
  defaults: NONE,
  async read(clients, environment) {
    const { replicationConfiguration } = await clients.ecr(environment).send(new DescribeRegistryCommand({}));
    const { rules = [] } = replicationConfiguration ?? {};
    return rules.length === 0 ? undefined : { ReplicationConfiguration: { Rules: capitalized(rules) } };
  },
};

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ecr-repositorycreationtemplate.html */
export const CREATION_TEMPLATE: Reader = {
  noun: 'creation template',
  defaults: () => ({ ImageTagMutability: 'MUTABLE', EncryptionConfiguration: { EncryptionType: 'AES256' } }),
  documents: ['LifecyclePolicy', 'RepositoryPolicy'],
  unordered: ['AppliedFor', 'ResourceTags'],
  async read(clients, environment, prefix) {
    const answer = await orNothing(
      clients.ecr(environment).send(new DescribeRepositoryCreationTemplatesCommand({ prefixes: [prefix] })), 'TemplateNotFoundException');
    const template = answer?.repositoryCreationTemplates?.[0];
    if (!template) { return undefined; }
    const { createdAt, updatedAt, imageTagMutabilityExclusionFilters, resourceTags = [], ...settings } = template;
    return {
      ...capitalized(settings) as Properties,
      ImageTagMutabilityExclusionFilters: exclusionFilters(imageTagMutabilityExclusionFilters),
      ResourceTags: setTags(resourceTags),
    };
  },
};

export const PULL_THROUGH_CACHE_RULE: Reader = {
  noun: 'pull-through cache rule',
  defaults: () => ({ UpstreamRepositoryPrefix: 'ROOT' }),
  async read(clients, environment, prefix) {
    const answer = await orNothing(
      clients.ecr(environment).send(new DescribePullThroughCacheRulesCommand({ ecrRepositoryPrefixes: [prefix] })), 'PullThroughCacheRuleNotFoundException');
    const rule = answer?.pullThroughCacheRules?.[0];
    if (!rule) { return undefined; }
    const { createdAt, updatedAt, registryId, ...settings } = rule;
    return capitalized(settings) as Properties;
  },
};

export const PULL_TIME_EXCLUSION: Reader = {
  noun: 'pull-time exclusion',
  defaults: NONE,
  async read(clients, environment, principalArn) {
    const { pullTimeUpdateExclusions = [] } = await clients.ecr(environment).send(new ListPullTimeUpdateExclusionsCommand({}));
    return pullTimeUpdateExclusions.includes(principalArn) ? { PrincipalArn: principalArn } : undefined;
  },
};
