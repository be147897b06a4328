import {
  DescribeKeyCommand, GetKeyPolicyCommand, GetKeyRotationStatusCommand, ListResourceTagsCommand, paginateListAliases,
} from '@aws-sdk/client-kms';
import { orNothing, Reader } from './reader';
import { setTags } from './repository-reader';

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kms-key.html */
export const KEY: Reader = {
  noun: 'key',
  defaults: template => ({
    Description: '',
    Enabled: true,
    EnableKeyRotation: false,
    KeySpec: 'SYMMETRIC_DEFAULT',
    KeyUsage: 'ENCRYPT_DECRYPT',
    MultiRegion: false,
    Origin: 'AWS_KMS',
    ...template.EnableKeyRotation === true ? { RotationPeriodInDays: 365 } : {},
  }),
  writeOnly: ['PendingWindowInDays', 'BypassPolicyLockoutSafetyCheck'],
  documents: ['KeyPolicy'],
  unordered: ['Tags'],
  async read(clients, environment, KeyId) {
    const kms = clients.kms(environment);
    const key = (await orNothing(kms.send(new DescribeKeyCommand({ KeyId })), 'NotFoundException'))?.KeyMetadata;
    if (!key || key.KeyState === 'PendingDeletion') { return undefined; }
    const { Policy } = await kms.send(new GetKeyPolicyCommand({ KeyId, PolicyName: 'default' }));
    const rotation = await kms.send(new GetKeyRotationStatusCommand({ KeyId }));
    const { Tags = [] } = await kms.send(new ListResourceTagsCommand({ KeyId }));
    return {
      Description: key.Description ?? '',
      Enabled: key.Enabled,
      EnableKeyRotation: rotation.KeyRotationEnabled,
      RotationPeriodInDays: rotation.KeyRotationEnabled ? rotation.RotationPeriodInDays : undefined,
      KeySpec: key.KeySpec,
      KeyUsage: key.KeyUsage,
      MultiRegion: key.MultiRegion,
      Origin: key.Origin,
      KeyPolicy: Policy,
      Tags: setTags(Tags.map(({ TagKey, TagValue }) => ({ Key: TagKey, Value: TagValue }))),
    };
  },
};

export const ALIAS: Reader = {
  noun: 'key alias',
  defaults: () => ({}),
  async read(clients, environment, AliasName, template) {
    for await (const page of paginateListAliases({ client: clients.kms(environment) }, {})) {
      const alias = page.Aliases?.find(candidate => candidate.AliasName === AliasName);
      // A template names the key by id or by ARN, KMS answers the id.
      const expected = String(template.TargetKeyId);
      if (alias) { return { AliasName, TargetKeyId: expected.endsWith(`key/${alias.TargetKeyId}`) ? expected : alias.TargetKeyId }; }
    }
    return undefined;
  },
};
