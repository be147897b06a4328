import type { Decision } from './decide';
import type { Place } from './documents';
import type { Asked } from './world';
import { OURS } from './world';

/** Whether someone or something is meant, said of the world and not of the keys of a policy. */
export type Test = (asked: Asked, place: Place) => boolean;

/** What a document is expected to say: who can do what, where, and how. */
export interface Claim {
  readonly who: Test;
  readonly can: readonly string[] | typeof EVERYTHING;
  /** In documents that name resources. */
  readonly on?: Test;
  /** Not without TLS. */
  readonly tls?: boolean;
}

export interface Expectation {
  readonly allows: readonly Claim[];
  readonly denies?: readonly Claim[];
}

export const PULL = ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];
export const FETCH = ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];
export const PUSH = [
  'ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:CompleteLayerUpload', 'ecr:InitiateLayerUpload', 'ecr:PutImage', 'ecr:UploadLayerPart',
];

/** Whatever the document's service has. */
const EVERYTHING = 'everything';

// Who.

export const everyone: Test = () => true;
export const ourOrganization: Test = ({ organization }) => organization === OURS;
export const unit = (id: string): Test => ({ organization, organizationPath = '' }) => organization === OURS && organizationPath.split('/').includes(`ou-ab12-${id}`);
export const account = (id: string): Test => ({ principal }) => principal.kind === 'role' && principal.account === id;
export const ownAccount: Test = (asked, place) => account(place.account)(asked, place);
export const functionsOf = (id: string): Test => ({ principal, sourceArn = '' }, { region }) =>
  principal.kind === 'service' && principal.service === 'lambda.amazonaws.com' && sourceArn.startsWith(`arn:aws:lambda:${region}:${id}:function:`);
export const functionsOfOwnAccount: Test = (asked, place) => functionsOf(place.account)(asked, place);
export const codeBuildFor = (id: string): Test => ({ principal, sourceAccount }) =>
  principal.kind === 'service' && principal.service === 'codebuild.amazonaws.com' && sourceAccount === id;
/** Of the repository's own account and Region. */
export const codeBuildProject = (name: string): Test => (asked, place) => codeBuildFor(place.account)(asked, place)
  && asked.sourceArn === `arn:aws:codebuild:${place.region}:${place.account}:project/${name}`;
/** For trust policies alone: whoever has the service act passes a role of the same account to it. */
export const service = (name: string): Test => ({ principal }) => principal.kind === 'service' && principal.service === name;
/** A rule of the document's own account and Region, by its logical id; any of them where no name is given. */
export const rule = (id: RegExp = /./): Test => (asked, { account: own_, region }) => service('events.amazonaws.com')(asked, { account: own_, region })
  && (asked.sourceArn ?? '').startsWith(`arn:aws:events:${region}:${own_}:rule/`) && id.test(asked.sourceArn!.split('/').pop()!);
/** A topic of the document's own account and Region, by its logical id. */
export const topic = (id: RegExp): Test => (asked, place) => service('sns.amazonaws.com')(asked, place)
  && (asked.sourceArn ?? '').startsWith(`arn:aws:sns:${place.region}:${place.account}:`) && id.test(asked.sourceArn!.split(':').pop()!);
export const workflow = (subject: string): Test => asked => asked.subject === subject;

// Where.

export const repositories = (...names: string[]): Test => ({ resource = '' }, place) => names.some(name => {
  const arn = `arn:aws:ecr:${place.region}:${place.account}:repository/${name.replace(/\*$/, '')}`;
  return name.endsWith('*') ? resource.startsWith(arn) : resource === arn;
});
export const arn = (whole: string): Test => ({ resource }) => resource === whole;
export const ofOurOrganization: Test = ({ ownerOrganization }) => ownerOrganization === OURS;
export const ofAccount = (id: string): Test => ({ ownerAccount }) => ownerAccount === id;
export const layers: Test = ({ resource = '' }) => resource.startsWith('arn:aws:s3:::prod-us-east-1-starport-layer-bucket/');
export const streamsOf = (id: RegExp): Test => ({ resource = '' }, { account: own_, region }) => {
  const prefix = `arn:aws:logs:${region}:${own_}:log-group:`;
  return resource.startsWith(prefix) && resource.includes(':', prefix.length) && id.test(resource.slice(prefix.length).split(':')[0]);
};
export const anything: Test = () => true;
/** A resource of the stack itself, a key or a profile, by its logical id. */
export const own = (pattern: RegExp): Test => ({ resource = '' }, place) => resource.includes(`:${place.account}:`) && pattern.test(resource.split(/[:/]/).pop()!);

// What is found in many samples.

export const pulledBy = (...whos: Test[]): Expectation => ({ allows: whos.map(who => ({ who, can: PULL, tls: true })) });
export const assumedBy = (...whos: Test[]): Expectation => ({ allows: whos.map(who => ({ who, can: ['sts:AssumeRole'] })) });

/** As which ECR makes the repositories of a creation template. The guide names no key that ECR would send, so its trust has no condition. */
export const TEMPLATE_TRUST = assumedBy(service('ecr.amazonaws.com'));

const throughEcr: Test = ({ viaService }, { region }) => viaService === `ecr.${region}.amazonaws.com`;

/** What that role does: make repositories below a prefix, with the stack's key. */
export const makes = (name: string): Expectation => ({
  allows: [
    { who: everyone, can: ['ecr:CreateRepository', 'ecr:ReplicateImage', 'ecr:TagResource'], on: repositories(name) },
    { who: throughEcr, can: ['kms:CreateGrant', 'kms:DescribeKey', 'kms:RetireGrant'], on: own(/^RegistryKey[0-9A-F]{8}$/) },
  ],
});

/** What is granted to a role or a policy, with the login. */
export const granted = (...claims: [string[], Test][]): Expectation => ({
  allows: [...claims.map(([can, on]) => ({ who: everyone, can, on })), { who: everyone, can: ['ecr:GetAuthorizationToken'], on: anything }],
});

const forResource: Test = ({ context }) => context['kms:grantisforawsresource']?.[0] === 'true';
const isService: Test = ({ principal }) => principal.kind === 'service';
const ADMINISTRATION = [
  'kms:CancelKeyDeletion', 'kms:CreateAlias', 'kms:DeleteAlias', 'kms:DescribeKey', 'kms:DisableKey', 'kms:DisableKeyRotation', 'kms:EnableKey',
  'kms:EnableKeyRotation', 'kms:GetKeyPolicy', 'kms:GetKeyRotationStatus', 'kms:ListGrants', 'kms:ListKeyPolicies', 'kms:ListKeyRotations',
  'kms:ListResourceTags', 'kms:PutKeyPolicy', 'kms:RevokeGrant', 'kms:RotateKeyOnDemand', 'kms:ScheduleKeyDeletion', 'kms:TagResource',
  'kms:UntagResource', 'kms:UpdateAlias', 'kms:UpdateKeyDescription',
];

/** The stack's own key: administered from the account, used by ECR on its behalf, read by nobody. */
export const REGISTRY_KEY: Expectation = {
  allows: [
    { who: ownAccount, can: ADMINISTRATION },
    { who: (asked, place) => ownAccount(asked, place) && throughEcr(asked, place), can: ['kms:CreateGrant', 'kms:DescribeKey', 'kms:RetireGrant'] },
  ],
  denies: [{ who: (asked, place) => !forResource(asked, place) && !isService(asked, place), can: ['kms:CreateGrant'] }],
};

/** What the CDK writes for a key of one's own. */
export const CDK_KEY: Expectation = { allows: [{ who: ownAccount, can: EVERYTHING }] };

const withoutTls: Test = ({ tls }) => !tls;

/** A queue that somebody sends to, over TLS as everyone must. */
export const sentTo = (id: RegExp, who: Test, ...more: string[]): Expectation => ({
  allows: [{ who, can: ['sqs:SendMessage', ...more], on: own(id), tls: true }], denies: [{ who: withoutTls, can: EVERYTHING, on: own(id) }],
});

/** A topic that somebody publishes to, over TLS as everyone must. */
export const publishedTo = (id: RegExp, who: Test): Expectation => ({
  allows: [{ who, can: ['sns:Publish'], on: own(id), tls: true }], denies: [{ who: withoutTls, can: ['sns:Publish'], on: own(id) }],
});

/** A key of the CDK's that services of AWS alone make grants on, and that EventBridge uses. */
export const TOPIC_KEY: Expectation = {
  allows: [...CDK_KEY.allows, { who: service('events.amazonaws.com'), can: ['kms:Decrypt', 'kms:GenerateDataKey'] }],
  denies: REGISTRY_KEY.denies,
};

interface Answer {
  readonly decision: Decision;
  readonly claims: readonly Claim[];
}

/** What a document is expected to answer, and by which claims. */
export function expected({ allows, denies = [] }: Expectation, asked: Asked, place: Place): Answer {
  const meant = (claims: readonly Claim[]) => claims.filter(({ who, can, on = anything, tls }) =>
    (can === EVERYTHING || can.includes(asked.action)) && (!tls || asked.tls) && on(asked, place) && who(asked, place));
  const [denied, allowed] = [meant(denies), meant(allows)];
  return { decision: denied.length > 0 ? 'deny' : allowed.length > 0 ? 'allow' : 'nothing', claims: [...denied, ...allowed] };
}
