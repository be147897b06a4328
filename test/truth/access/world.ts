import type { Kind, Request } from './decide';
import { GRAMMARS } from './decide';
import type { Found } from './documents';
import { throughEndpoint } from './endpoint-world';

/** A request and what the world knows of whoever makes it, beyond what a policy sees. */
export interface Asked extends Request {
  readonly organization?: string;
  readonly organizationPath?: string;
  readonly sourceAccount?: string;
  readonly sourceArn?: string;
  readonly sourceOrganization?: string;
  readonly viaService?: string;
  readonly subject?: string;
  /** Whose the resource is, where the request says so. */
  readonly ownerAccount?: string;
  readonly ownerOrganization?: string;
  readonly tls: boolean;
}

/** The organization of the samples. */
export const OURS = 'o-abcd123456';
const FOREIGN = 'o-zyxw987654';

/** Other accounts that the samples name, and one that none does. */
const ACCOUNTS = ['111111111111', '222222222222', '333333333333'];

/** Who is in which organization and unit; accounts join and leave, so any account may be any of these. */
const MEMBERSHIPS: readonly { readonly organization?: string; readonly organizationPath?: string }[] = [
  {},
  { organization: FOREIGN, organizationPath: `${FOREIGN}/r-ab12/ou-ab12-11111111/` },
  { organization: `${OURS}7`, organizationPath: `${OURS}7/r-ab12/ou-ab12-22222222/` },
  { organization: OURS, organizationPath: `${OURS}/r-ab12/` },
  { organization: OURS, organizationPath: `${OURS}/r-ab12/ou-ab12-11111111/` },
  { organization: OURS, organizationPath: `${OURS}/r-ab12/ou-ab12-11111111/ou-ab12-33333333/` },
  { organization: OURS, organizationPath: `${OURS}/r-ab12/ou-ab12-22222222/` },
  { organization: OURS, organizationPath: `${OURS}/r-ab12/ou-ab12-111111112/` },
];

const SERVICES = [
  'lambda.amazonaws.com', 'codebuild.amazonaws.com', 'ecr.amazonaws.com', 'replication.ecr.amazonaws.com', 'pullthroughcache.ecr.amazonaws.com',
  'ecs-tasks.amazonaws.com', 'ec2.amazonaws.com', 'pods.eks.amazonaws.com',
];

/** Of each thing that can be done at least one action, those of a pull and a push, and one that ECR does not have yet. */
const ECR_ACTIONS = [
  'ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer',
  'ecr:InitiateLayerUpload', 'ecr:UploadLayerPart', 'ecr:CompleteLayerUpload', 'ecr:PutImage',
  'ecr:BatchDeleteImage', 'ecr:CreateRepository', 'ecr:DeleteRepository', 'ecr:SetRepositoryPolicy', 'ecr:PutLifecyclePolicy', 'ecr:TagResource',
  'ecr:ReplicateImage', 'ecr:BatchImportUpstreamImage', 'ecr:PutRegistryPolicy', 'ecr:DescribeImages', 'ecr:DescribeRepositories', 'ecr:ListImages',
  'ecr:GetAuthorizationToken', 'ecr:SomethingNew',
];

const KMS_ACTIONS = [
  'kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey', 'kms:ReEncryptFrom', 'kms:CreateGrant', 'kms:RetireGrant', 'kms:DescribeKey',
  'kms:PutKeyPolicy', 'kms:ScheduleKeyDeletion', 'kms:EnableKeyRotation', 'kms:SomethingNew',
];

const STS_ACTIONS = ['sts:AssumeRole', 'sts:AssumeRoleWithWebIdentity', 'sts:TagSession', 'sts:SomethingNew'];

const S3_ACTIONS = ['s3:GetObject', 's3:PutObject', 's3:ListBucket', 's3:SomethingNew'];

const QUEUE_ACTIONS = ['sqs:SendMessage', 'sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:PurgeQueue', 'sqs:GetQueueUrl', 'sqs:GetQueueAttributes', 'sqs:SomethingNew'];

const TOPIC_ACTIONS = ['sns:Publish', 'sns:Subscribe', 'sns:SetTopicAttributes', 'sns:SomethingNew'];

const OTHER_ACTIONS = ['signer:SignPayload', 'iam:PassRole', 'secretsmanager:GetSecretValue', 's3:GetObject'];

const ACTIONS: Record<Kind, readonly string[]> = {
  repository: ECR_ACTIONS,
  registry: ECR_ACTIONS,
  identity: [...ECR_ACTIONS, ...KMS_ACTIONS, ...STS_ACTIONS, ...OTHER_ACTIONS],
  key: KMS_ACTIONS,
  trust: STS_ACTIONS,
  endpoint: [...ECR_ACTIONS, ...S3_ACTIONS],
  queue: QUEUE_ACTIONS,
  topic: TOPIC_ACTIONS,
};

type Entity = Omit<Asked, 'action' | 'resource' | 'tls'>;

const given = (entries: Record<string, string | undefined>) =>
  Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined).map(([key, value]) => [key, [value!]]));

/** Everything of one kind that a document names, so that the world has it too. */
function literals(document: unknown, pattern: RegExp): string[] {
  return [...new Set([...JSON.stringify(document).matchAll(pattern)].map(([text]) => text))];
}

/** Roles in every account, whatever their membership. */
function roles({ document, place }: Found): Entity[] {
  const named = literals(document, /arn:aws:iam::\d{12}:role\/[\w+=,.@/-]+/g);
  const tags = literals(document, /aws:PrincipalTag\/[^"]+/g);
  const tagged = tags.flatMap(key => literals(document, new RegExp(`(?<="${key}":")[^"]+`, 'g')).map(value => ({ [key.toLowerCase()]: value })));
  const accounts = [...new Set([place.account, ...ACCOUNTS])];
  const arns = [...accounts.map(account => `arn:aws:iam::${account}:role/somebody`), ...named];
  return arns.flatMap(arn => MEMBERSHIPS.flatMap(membership => [{}, { 'aws:principaltag/aws-cdk:id': 'other' }, ...tagged].map((tag): Entity => {
    const account = arn.split(':')[4];
    return {
      ...membership,
      principal: { kind: 'role', arn, account },
      context: given({
        'aws:principalaccount': account,
        'aws:principalarn': arn,
        'aws:principalorgid': membership.organization,
        'aws:principalorgpaths': membership.organizationPath,
        'aws:principalisawsservice': 'false',
        ...tag,
      }),
    };
  })));
}

/**
 * Services that act for a resource of ours, of others, or that do not say for whom; for those that a document names, and one that none does,
 * also what no service would send together.
 */
function services({ document, place: { account: own, region } }: Found): Entity[] {
  const accounts = [undefined, ...new Set([own, ...ACCOUNTS])];
  const arns = [...new Set([
    undefined,
    ...[own, ...ACCOUNTS].map(account => `arn:aws:lambda:${region}:${account}:function:api`),
    'arn:aws:lambda:ap-south-1:222222222222:function:api',
    `arn:aws:codebuild:${region}:${own}:project/other`,
    ...literals(document, /arn:aws:codebuild:[\w-]+:\d{12}:project\/[\w-]+/g).flatMap(arn => [arn, `${arn}x`]),
    ...literals(document, /arn:aws:sns:[\w-]+:\d{12}:[\w-]+/g).flatMap(arn => [arn, `${arn}x`]),
    ...literals(document, /arn:aws:events:[\w-]+:\d{12}:rule\/[\w-]+/g).flatMap(arn => [arn, `${arn}x`]),
    ...document.Statement.some(({ Condition }) => JSON.stringify(Condition)?.includes('arn:aws:events:'))
      ? [`${region}:${own}`, `ap-south-1:${own}`, `${region}:333333333333`].map(where => `arn:aws:events:${where}:rule/any`)
      : [],
  ])];
  const organizations = [undefined, OURS, FOREIGN];
  const named = [...literals(document, /(?<=")[a-z0-9.-]+\.amazonaws\.com(?=")/g), 'events.amazonaws.com'];
  return [...new Set([...named, ...SERVICES])].flatMap(service => accounts.flatMap(sourceAccount => arns.flatMap(sourceArn => organizations
    .filter(organization => named.includes(service) || [sourceAccount, sourceArn, organization].filter(source => source !== undefined).length <= 1)
    .map((sourceOrganization): Entity => ({
      sourceAccount,
      sourceArn,
      sourceOrganization,
      principal: { kind: 'service', service },
      context: given({
        'aws:sourceaccount': sourceAccount, 'aws:sourcearn': sourceArn, 'aws:sourceorgid': sourceOrganization, 'aws:principalisawsservice': 'true',
      }),
    })))));
}

const NOBODY: Entity = { principal: { kind: 'nobody' }, context: given({ 'aws:principalisawsservice': 'false' }) };

/** Workflows on GitHub that look like those a document names. */
function workflows({ document, place: { account } }: Found): Entity[] {
  const subjects = literals(document, /repo:[^"]+/g);
  const provider = `arn:aws:iam::${account}:oidc-provider/token.actions.githubusercontent.com`;
  const others = ['repo:evil/payments:ref:refs/heads/main', 'repo:acme/payments:pull_request', 'repo:acme/payments:ref:refs/heads/other', 'repo:acme/other:environment:production'];
  return [provider, `${provider}.evil`].flatMap(from => [undefined, ...subjects, ...subjects.map(subject => `${subject}x`), ...others].flatMap(subject =>
    ['sts.amazonaws.com', 'https://github.com/acme', undefined].map((audience): Entity => ({
      subject: from === provider && audience === 'sts.amazonaws.com' ? subject : undefined,
      principal: { kind: 'federated', provider: from },
      context: given({
        'token.actions.githubusercontent.com:aud': audience, 'token.actions.githubusercontent.com:sub': subject, 'aws:principalisawsservice': 'false',
      }),
    }))));
}

/** Repositories that a document names, others that look like them, and the same in other registries, named or not; keys and profiles that it names. */
function resources({ kind, document, place: { account, region } }: Found): string[] {
  if (kind === 'key') {
    return ['the key'];
  }
  const repositories = literals(document, /(?<=:repository\/)[^"]+/g).flatMap(name => {
    const prefix = name.replace(/\/?\*$/, '');
    return name.endsWith('*') ? [`${prefix}/new`, `${prefix}/deep/new`, `${prefix}er/new`, prefix] : [name, `${name}x`, `${name}/x`];
  });
  const named = literals(document, /(?<=arn:aws:ecr:)[a-z0-9-]+:\d{12}(?=:repository\/)/g);
  const registries = [...new Set([`${region}:${account}`, `ap-south-1:${account}`, `${region}:333333333333`, ...named])].map(registry => registry.split(':'));
  return [
    '*',
    ...registries.flatMap(([where, whose]) => [...new Set([...repositories, 'other/app'])].filter(Boolean)
      .map(name => `arn:aws:ecr:${where}:${whose}:repository/${name.replace(/^\//, '')}`)),
    ...literals(document, /arn:aws:[a-z]+:[\w-]*:\d{12}:[^"]+/g).flatMap(arn => [arn.replace(/\*$/, 'a'), `${arn.replace(/\*$/, 'a')}x`]),
    `arn:aws:kms:${region}:333333333333:key/theirs`,
  ];
}

/** Every request that a document could tell from another one. */
export function* requests(found: Found): Generator<Asked> {
  const { kind } = found;
  const literal = literals(found.document, /(?<=")[a-z0-9-]+:\w+(?=")/g).filter(word => !/^aws:|^kms:(ViaService|GrantIsForAWSResource)$/.test(word));
  const unheardOf = literal.map(action => `${action.split(':')[0]}:SomethingNew`);
  const actions = [...new Set([...ACTIONS[kind], ...literal, ...unheardOf])];
  if (kind === 'endpoint') {
    const accounts = [...new Set([found.place.account, '333333333333', ...literals(found.document, /(?<=")\d{12}(?=")/g)])];
    yield* throughEndpoint(askers(found), actions, accounts, [undefined, OURS, `${OURS}7`, FOREIGN]);
    return;
  }
  for (const asking of askers(found)) {
    for (const resource of GRAMMARS[kind].hasResource ? resources(found) : [undefined]) {
      for (const action of actions) {
        yield { ...asking, action, resource };
      }
    }
  }
}

/** Whoever asks, and how. */
function askers(found: Found): Omit<Asked, 'action'>[] {
  const { kind } = found;
  switch (kind) {
    case 'key': {
      // Of whom a service acts for a key policy says nothing.
      const entities = [...roles(found), ...services(found), NOBODY]
        .filter(({ sourceArn, sourceOrganization }) => (sourceArn ?? sourceOrganization) === undefined);
      return entities.flatMap(entity => vias(found).flatMap(via => [undefined, 'true', 'false'].map(forResource =>
        overTls({ ...entity, ...via }, true, { 'kms:viaservice': via.viaService, 'kms:grantisforawsresource': forResource }))));
    }
    case 'identity':
      // Whose policy it is, is decided by whom it is attached to.
      return vias(found).map(via => overTls({ principal: { kind: 'nobody' }, context: {}, ...via }, true, { 'kms:viaservice': via.viaService }));
    case 'endpoint':
      // A service that acts for others comes from its own network, so it says nothing of them here.
      return [...roles(found), ...services(found).filter(({ context }) => Object.keys(context).length === 1), NOBODY]
        .map(entity => overTls(entity, true));
    default:
      return [...roles(found), ...services(found), NOBODY, ...kind === 'trust' ? workflows(found) : []]
        .flatMap(entity => [overTls(entity, true), overTls(entity, false)]);
  }
}

function overTls(entity: Entity, tls: boolean, context: Record<string, string | undefined> = {}): Omit<Asked, 'action'> {
  return { ...entity, tls, context: { ...entity.context, ...given({ ...context, 'aws:securetransport': String(tls) }) } };
}

/** Through which service a principal comes to a key. */
function vias({ place: { region } }: Found): { readonly viaService?: string }[] {
  return [{}, { viaService: `ecr.${region}.amazonaws.com` }, { viaService: 'ecr.ap-south-1.amazonaws.com' }, { viaService: `s3.${region}.amazonaws.com` }];
}
