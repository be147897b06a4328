import type { Expectation } from './audiences';
import {
  account, anything, arn, assumedBy, CDK_KEY, codeBuildFor, codeBuildProject, everyone, FETCH, functionsOf, functionsOfOwnAccount, granted, layers,
  makes, ofAccount, ofOurOrganization, ourOrganization, own, ownAccount, publishedTo, PULL, pulledBy, PUSH, REGISTRY_KEY, repositories, rule,
  sentTo, service, streamsOf, TEMPLATE_TRUST, topic, TOPIC_KEY, unit, workflow,
} from './audiences';

const withFunctions = (id: string, { allows }: Expectation): Expectation =>
  ({ allows: [...allows, ...pulledBy(account(id)).allows, { who: functionsOf(id), can: FETCH }] });

const OF_THE_ORGANIZATION = pulledBy(ourOrganization);
const OF_A_UNIT = withFunctions('222222222222', pulledBy(unit('11111111')));
const OF_THE_CENTRAL_REGISTRY = withFunctions('222222222222', OF_THE_ORGANIZATION);
const OF_THE_SHOP = repositories('shop/api', 'shop/worker', 'shop/batch');
const ROLE_OF_THE_ACCOUNT = assumedBy(ownAccount);

/** The organization logs in, and pulls its own images and those of one account of AWS. It pushes nothing. */
const THROUGH_ENDPOINT: Expectation = {
  allows: [
    { who: ourOrganization, can: ['ecr:GetAuthorizationToken'] },
    { who: ourOrganization, can: PULL, on: ofOurOrganization },
    { who: ourOrganization, can: PULL, on: ofAccount('593207742271') },
  ],
};

/** What fetching through a cache takes, beside the pull. */
const IMPORT = ['ecr:BatchImportUpstreamImage', 'ecr:CreateRepository'];

/** What Step Functions documents for the log and the traces of a state machine. */
const LOGGED_AND_TRACED = [
  'logs:CreateLogDelivery', 'logs:DeleteLogDelivery', 'logs:DescribeLogGroups', 'logs:DescribeResourcePolicies', 'logs:GetLogDelivery',
  'logs:ListLogDeliveries', 'logs:PutResourcePolicy', 'logs:UpdateLogDelivery',
  'xray:GetSamplingRules', 'xray:GetSamplingTargets', 'xray:PutTelemetryRecords', 'xray:PutTraceSegments',
];

/** The caches of the sample, and the prefixes of their copies. */
const CACHES = {
  DockerHub: 'docker-hub',
  EcrPublic: 'ecr-public',
  Kubernetes: 'kubernetes',
  Quay: 'quay',
  GitHub: 'actions-runner',
  GitLab: 'gitlab',
  Azure: 'azure',
  Chainguard: 'chainguard',
  Central: 'central',
};

/** Who may do what by each policy document of each sample, by stack and resource. */
export const EXPECTED: Record<string, Record<string, Expectation>> = {
  HardenedRepository: {
    Api: OF_THE_ORGANIZATION,
    Pusher: ROLE_OF_THE_ACCOUNT,
    PusherDefaultPolicy: granted([[...PULL, ...PUSH], repositories('payments/api', 'payments/worker')]),
    Puller: ROLE_OF_THE_ACCOUNT,
    PullerDefaultPolicy: granted([PULL, repositories('payments/api', 'payments/worker')]),
    RegistryKey: REGISTRY_KEY,
  },
  Profile: {
    Api: OF_A_UNIT,
    PrivateRegistryPushed: OF_A_UNIT,
    PrivateRegistryReplicated: OF_A_UNIT,
    PrivateRegistryCached: OF_A_UNIT,
    PrivateRegistryPushedRole: TEMPLATE_TRUST,
    PrivateRegistryReplicatedRole: TEMPLATE_TRUST,
    PrivateRegistryCachedRole: TEMPLATE_TRUST,
    PrivateRegistryPushedRolePolicy: makes('payments/*'),
    PrivateRegistryReplicatedRolePolicy: makes('copies/*'),
    PrivateRegistryCachedRolePolicy: makes('upstream/*'),
    RegistryKey: REGISTRY_KEY,
  },
  Registry: {
    RegistryPolicy: { allows: [{ who: account('222222222222'), can: ['ecr:CreateRepository', 'ecr:ReplicateImage'], on: repositories('copies/*') }] },
    RegistryTeams: OF_THE_ORGANIZATION,
    RegistryTeamsRole: TEMPLATE_TRUST,
    RegistryCopiesRole: TEMPLATE_TRUST,
    RegistryEverythingRole: TEMPLATE_TRUST,
    RegistryTeamsRolePolicy: makes('prod/*'),
    RegistryCopiesRolePolicy: makes('copies/*'),
    RegistryEverythingRolePolicy: makes('*'),
    Pusher: assumedBy(service('codebuild.amazonaws.com')),
    Push: granted([PUSH, repositories('prod/api')], [['signer:SignPayload'], own(/^Releases[0-9A-F]{8}$/)]),
    Scanner: assumedBy(service('ecs-tasks.amazonaws.com')),
    RegistryKey: REGISTRY_KEY,
  },
  RegistryMetrics: { RegistryKey: REGISTRY_KEY },
  RelaxedRepository: {
    Shared: {
      ...withFunctions('222222222222', pulledBy(unit('22222222'), account('111111111111'))),
      denies: [{ who: everyone, can: ['ecr:BatchDeleteImage'] }],
    },
    OwnKey: CDK_KEY,
    RegistryKey: REGISTRY_KEY,
  },
  Brownfield: {
    Tools: OF_THE_ORGANIZATION,
    Orders: { allows: [...OF_THE_ORGANIZATION.allows, { who: account('222222222222'), can: ['ecr:DescribeImages', 'ecr:DescribeRepositories'] }] },
    Batch: { allows: [...OF_THE_ORGANIZATION.allows, { who: codeBuildFor('222222222222'), can: FETCH }] },
    Scratch: OF_THE_ORGANIZATION,
    RegistryKey: REGISTRY_KEY,
  },
  CentralRegistry: {
    Registrybasenode: OF_THE_CENTRAL_REGISTRY,
    Registrybasepython: OF_THE_CENTRAL_REGISTRY,
    Registrysearchapi: OF_THE_CENTRAL_REGISTRY,
    Registryauditledger: pulledBy(unit('22222222')),
    RegistryNamespacepaymentsTemplate: OF_THE_CENTRAL_REGISTRY,
    RegistryNamespacepaymentsTemplateRole: TEMPLATE_TRUST,
    RegistryNamespacepaymentsTemplateRolePolicy: makes('payments/*'),
    RegistryNamespaceshopTemplate: { allows: [...OF_THE_CENTRAL_REGISTRY.allows, { who: account('222222222222'), can: PUSH }] },
    RegistryNamespaceshopTemplateRole: TEMPLATE_TRUST,
    RegistryNamespaceshopTemplateRolePolicy: makes('shop/*'),
    PrivateRegistryPolicy: { allows: [{ who: account('222222222222'), can: ['ecr:CreateRepository'], on: repositories('shop/*') }] },
    PaymentsCi: ROLE_OF_THE_ACCOUNT,
    PaymentsCiDefaultPolicy: granted([['ecr:CreateRepository', ...PUSH], repositories('payments/*')]),
    RegistryKey: REGISTRY_KEY,
  },
  RepositoryGrants: {
    Api: { allows: [...OF_THE_ORGANIZATION.allows, { who: functionsOfOwnAccount, can: PULL }] },
    Worker: { allows: [{ who: account('111111111111'), can: PULL }] },
    Batch: { allows: [{ who: codeBuildProject('nightly'), can: PULL }] },
    TaskExecution: assumedBy(service('ecs-tasks.amazonaws.com')),
    TaskExecutionDefaultPolicy: granted([PULL, OF_THE_SHOP]),
    Nodes: assumedBy(service('ec2.amazonaws.com')),
    NodesDefaultPolicy: granted([PULL, OF_THE_SHOP]),
    Builders: { allows: [{ who: service('pods.eks.amazonaws.com'), can: ['sts:AssumeRole', 'sts:TagSession'] }] },
    BuildersDefaultPolicy: granted([[...PULL, ...PUSH], OF_THE_SHOP], [PULL, arn('arn:aws:ecr:us-east-1:111111111111:repository/base/node')]),
    Releases: { allows: [{ who: workflow('repo:acme@123456/shop@456789:environment:production'), can: ['sts:AssumeRoleWithWebIdentity'] }] },
    ReleasesDefaultPolicy: granted([PUSH, OF_THE_SHOP]),
    RegistryKey: REGISTRY_KEY,
  },
  AdoptedRegistry: {
    Registrylegacyapi: OF_THE_ORGANIZATION,
    Registrylegacybatch: OF_THE_ORGANIZATION,
  },
  Replication: {
    Api: OF_THE_ORGANIZATION,
    Tool: OF_THE_ORGANIZATION,
    RegistryKey: REGISTRY_KEY,
  },
  ImageEvents: {
    PushesPolicy: sentTo(/^Pushes[0-9A-F]{8}$/, rule(/^BillingPushed[0-9A-F]{8}$/), 'sqs:GetQueueAttributes', 'sqs:GetQueueUrl'),
    ImageEventsDeadLettersPolicy: sentTo(/^ImageEventsDeadLetters[0-9A-F]{8}$/, rule()),
    LostPolicy: sentTo(/^Lost[0-9A-F]{8}$/, (asked, place) => rule()(asked, place) || topic(/^FindingsTopic[0-9A-F]{8}$/)(asked, place)),
    Announcer: assumedBy(service('lambda.amazonaws.com')),
    AnnouncerDefaultPolicy: {
      allows: [
        { who: everyone, can: ['logs:CreateLogStream', 'logs:PutLogEvents'], on: streamsOf(/^Announcements[0-9A-F]{8}$/) },
        { who: everyone, can: ['sqs:SendMessage'], on: own(/^Lost[0-9A-F]{8}$/) },
        { who: everyone, can: ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'], on: anything },
      ],
    },
    FindingsKey: TOPIC_KEY,
    FindingsTopicPolicy: publishedTo(/^FindingsTopic[0-9A-F]{8}$/, rule()),
    FindingsSecurityConfigurationRole: assumedBy(service('chatbot.amazonaws.com')),
    QuarantineStateMachineRole: assumedBy(service('states.amazonaws.com')),
    QuarantineStateMachineRoleDefaultPolicy: {
      allows: [
        { who: everyone, can: ['ecr:ListImages', 'ecr:UpdateImageStorageClass'], on: repositories('billing/api') },
        { who: everyone, can: LOGGED_AND_TRACED, on: anything },
      ],
    },
    QuarantineStartRole: assumedBy(rule()),
    QuarantineStartRoleDefaultPolicy: { allows: [{ who: everyone, can: ['states:StartExecution'], on: own(/^QuarantineStateMachine[0-9A-F]{8}$/) }] },
    RegistryKey: REGISTRY_KEY,
  },
  PrivateNetwork: {
    EcrEcrApi: THROUGH_ENDPOINT,
    EcrEcrDkr: THROUGH_ENDPOINT,
    EcrS3: {
      allows: [
        // ECR signs the URLs of layers itself.
        { who: everyone, can: ['s3:GetObject'], on: layers },
        { who: ourOrganization, can: ['s3:GetObject', 's3:PutObject', 's3:ListBucket', 's3:SomethingNew'], on: ofOurOrganization },
      ],
    },
  },
  OtherRegion: {
    PrivateRegistryReplicationrelease: OF_THE_ORGANIZATION,
    PrivateRegistryReplicationreleaseRole: TEMPLATE_TRUST,
    PrivateRegistryReplicationreleaseRolePolicy: makes('release/*'),
    PrivateRegistryReplicationshared: OF_THE_ORGANIZATION,
    PrivateRegistryReplicationsharedRole: TEMPLATE_TRUST,
    PrivateRegistryReplicationsharedRolePolicy: makes('shared/*'),
    RegistryKey: REGISTRY_KEY,
  },
  OtherAccount: {
    PrivateRegistryPolicy: { allows: [{ who: account('222222222222'), can: ['ecr:CreateRepository', 'ecr:ReplicateImage'], on: repositories('shared/*') }] },
    PrivateRegistryReplicationsharedRole: TEMPLATE_TRUST,
    PrivateRegistryReplicationsharedRolePolicy: makes('shared/*'),
    RegistryKey: REGISTRY_KEY,
  },
  PullThroughCache: {
    ...Object.fromEntries(Object.entries(CACHES).flatMap(([id, prefix]) => [
      [`${id}TemplateRole`, TEMPLATE_TRUST], [`${id}TemplateRolePolicy`, makes(`${prefix}/*`)],
    ])),
    DockerHubTemplate: OF_THE_ORGANIZATION,
    PrivateRegistryPolicy: { allows: [{ who: ourOrganization, can: IMPORT, on: repositories('docker-hub/*') }] },
    TaskExecutionRole: assumedBy(ownAccount, service('ecs-tasks.amazonaws.com')),
    TaskExecutionRoleDefaultPolicy: granted([[...PULL, ...IMPORT], repositories('docker-hub/*')]),
    CentralRole: assumedBy(service('pullthroughcache.ecr.amazonaws.com')),
    CentralRolePolicy: granted([
      [...FETCH, ...PUSH.filter(action => !PULL.includes(action)), 'ecr:BatchImportUpstreamImage', 'ecr:GetImageCopyStatus'],
      (asked, place) => repositories('central/*')(asked, place) || repositories('*')(asked, { account: '111111111111', region: 'us-west-2' }),
    ]),
    RegistryKey: REGISTRY_KEY,
  },
};
