/**
 * The events that AWS documents, with the example account, one repository and short digests.
 *
 * Of ECR: https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html
 * Of Inspector, about images: https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning-enhanced-events.html
 * Of Inspector, about other things: https://docs.aws.amazon.com/inspector/latest/user/eventbridge-integration.html
 *
 * What no page shows and is taken from the shown ones is under `derived`.
 */
export interface SampleEvent {
  readonly 'source': string;
  readonly 'detail-type': string;
  readonly 'account': string;
  readonly 'region': string;
  readonly 'resources': string[];
  readonly 'detail': Record<string, any>;
  readonly [more: string]: unknown;
}

export const ACCOUNT = '111111111111';
export const REGION = 'us-east-1';
export const REPOSITORY = 'payments/api';
export const ARN = `arn:aws:ecr:${REGION}:${ACCOUNT}:repository/${REPOSITORY}`;
const DIGEST = 'sha256:7f5b2640fe6fb4f46592dfd3410c4a79dac4f89e4782432e0378abcd1234';

function event(source: string, detailType: string, detail: Record<string, unknown>, resources: string[] = []): SampleEvent {
  return {
    'version': '0',
    'id': '13cde686-328b-6117-af20-0e5566167482',
    'detail-type': detailType,
    source,
    'account': ACCOUNT,
    'time': '2025-11-16T01:54:34Z',
    'region': REGION,
    resources,
    detail,
  };
}

function action(type: string, more: Record<string, unknown> = { 'image-tag': 'latest' }): SampleEvent {
  return event('aws.ecr', 'ECR Image Action', {
    'result': 'SUCCESS', 'repository-name': REPOSITORY, 'image-digest': DIGEST, 'action-type': type, ...more,
  });
}

function storageClass(target: string, detailType = 'ECR Image Action'): SampleEvent {
  return event('aws.ecr', detailType, {
    'action-type': 'UPDATE_STORAGE_CLASS',
    'target-storage-class': target,
    'image-digest': DIGEST,
    'repository-name': REPOSITORY,
    'result': 'SUCCESS',
    'manifest-media-type': 'application/vnd.oci.image.manifest.v1+json',
    'artifact-media-type': 'application/vnd.oci.image.config.v1+json',
    ...target === 'STANDARD' && { 'last-activated-at': '2025-10-10T19:13:02.74Z' },
  });
}

function replication(result: string): SampleEvent {
  return event('aws.ecr', 'ECR Replication Action', {
    result,
    'repository-name': REPOSITORY,
    'image-digest': DIGEST,
    'source-account': ACCOUNT,
    'action-type': 'REPLICATE',
    'source-region': 'us-west-2',
    'image-tag': '3.17.2',
  }, [ARN]);
}

function cacheAction(status: string): SampleEvent {
  return event('aws.ecr', 'ECR Pull Through Cache Action', {
    'rule-version': '1',
    'sync-status': status,
    'ecr-repository-prefix': 'payments',
    'repository-name': REPOSITORY,
    'upstream-registry-url': 'public.ecr.aws',
    'image-tag': '3.17.2',
    'image-digest': DIGEST,
  }, [ARN]);
}

function basicScan(counts: Record<string, number>, status = 'COMPLETE'): SampleEvent {
  return event('aws.ecr', 'ECR Image Scan', {
    'scan-status': status, 'repository-name': REPOSITORY, 'finding-severity-counts': counts, 'image-digest': DIGEST, 'image-tags': [],
  }, [ARN]);
}

function inspectorScan(counts: Record<string, number>): SampleEvent {
  return event('aws.inspector2', 'Inspector2 Scan', {
    'scan-status': 'INITIAL_SCAN_COMPLETE', 'repository-name': ARN, 'finding-severity-counts': counts, 'image-digest': DIGEST, 'image-tags': ['latest'],
  }, [ARN]);
}

function finding(severity: string, status = 'ACTIVE'): SampleEvent {
  return event('aws.inspector2', 'Inspector2 Finding', {
    awsAccountId: ACCOUNT,
    description: 'An integer overflow in a bounds check enables an attacker to read out of bounds.',
    findingArn: `arn:aws:inspector2:${REGION}:${ACCOUNT}:finding/be674aaddd0f75ac632055`,
    fixAvailable: 'YES',
    inspectorScore: 6.5,
    packageVulnerabilityDetails: {
      source: 'REDHAT_CVE',
      vulnerabilityId: 'CVE-2019-17498',
      vulnerablePackages: [{ name: 'libssh2', version: '1.4.3', packageManager: 'OS' }],
    },
    resources: [{
      details: {
        awsEcrContainerImage: {
          architecture: 'amd64',
          imageHash: DIGEST,
          imageTags: ['latest'],
          platform: 'AMAZON_LINUX_2',
          inUseCount: 1,
          registry: ACCOUNT,
          repositoryName: REPOSITORY,
        },
      },
      id: `${ARN}/${DIGEST}`,
      partition: 'N/A',
      region: 'N/A',
      type: 'AWS_ECR_CONTAINER_IMAGE',
    }],
    severity,
    status,
    title: 'CVE-2019-17498 - libssh2',
    type: 'PACKAGE_VULNERABILITY',
  }, [`${ARN}/${DIGEST}`]);
}

function findingElsewhere(type: string, id: string, details: Record<string, unknown>): SampleEvent {
  const { detail, ...envelope } = finding('CRITICAL');
  return { ...envelope, resources: [id], detail: { ...detail, resources: [{ details, id, partition: 'aws', region: REGION, type }] } };
}

/** As documented. */
const DOCUMENTED = {
  pushed: action('PUSH'),
  deleted: action('DELETE'),
  archived: storageClass('ARCHIVE'),
  restored: storageClass('STANDARD'),
  referrerRestored: storageClass('STANDARD', 'ECR Referrer Action'),
  replicated: replication('SUCCESS'),
  replicationFailed: replication('FAILED'),
  cacheSynced: cacheAction('SUCCESS'),
  basicScan: basicScan({ CRITICAL: 10, MEDIUM: 9 }),
  inspectorScan: inspectorScan({ CRITICAL: 7, HIGH: 61, MEDIUM: 62, TOTAL: 158 }),
  mediumFinding: finding('MEDIUM'),
  closedFinding: finding('CRITICAL', 'CLOSED'),
  instanceFinding: findingElsewhere('AWS_EC2_INSTANCE', 'i-12345678901234567', { awsEc2Instance: { imageId: 'ami-02ff980600c693b38', platform: 'UBUNTU_22_04' } }),
  functionFinding: findingElsewhere('AWS_LAMBDA_FUNCTION', `arn:aws:lambda:${REGION}:${ACCOUNT}:function:api:$LATEST`, {
    awsLambdaFunction: { functionName: REPOSITORY, runtime: 'PYTHON_3_11' },
  }),
  instanceScan: event('aws.inspector2', 'Inspector2 Scan', {
    'scan-status': 'INITIAL_SCAN_COMPLETE', 'finding-severity-counts': { CRITICAL: 1, TOTAL: 1 }, 'instance-id': 'i-087d63509b8c97098',
  }, ['i-087d63509b8c97098']),
  frequencyChanged: event('aws.ecr', 'ECR Scan Resource Change', {
    'action-type': 'SCAN_FREQUENCY_CHANGE',
    'repositories': [{
      'repository-name': REPOSITORY, 'repository-arn': ARN, 'scan-frequency': 'CONTINUOUS_SCAN', 'previous-scan-frequency': 'SCAN_ON_PUSH',
    }],
    'resource-type': 'REPOSITORY',
    'scan-type': 'ENHANCED',
  }),
};

function withDetail(sample: SampleEvent, detail: Record<string, unknown>): SampleEvent {
  return { ...sample, detail: { ...sample.detail, ...detail } };
}

/** The same finding about an image of another account, as the delegated administrator of Inspector is sent it. */
function ofMember(sample: SampleEvent): SampleEvent {
  const { account, ...copy } = JSON.parse(JSON.stringify(sample).replaceAll(ACCOUNT, '222222222222')) as SampleEvent;
  return { ...copy, account: ACCOUNT };
}

/** What follows from what is documented. */
const DERIVED = {
  pushedVersion: action('PUSH', { 'image-tag': 'v1.4.2' }),
  pushedWithoutTag: action('PUSH', {}),
  pushFailed: action('PUSH', { 'result': 'FAILURE', 'image-tag': 'latest' }),
  referrerArchived: storageClass('ARCHIVE', 'ECR Referrer Action'),
  cacheFailed: cacheAction('FAILED'),
  basicScanOfLittle: basicScan({ LOW: 3 }),
  basicScanOfUnrated: basicScan({ UNDEFINED: 1 }),
  basicScanOfNothing: basicScan({}),
  basicScanFailed: basicScan({ CRITICAL: 1 }, 'FAILED'),
  inspectorScanOfUnrated: inspectorScan({ UNTRIAGED: 2, TOTAL: 2 }),
  inspectorScanOfNothing: inspectorScan({ TOTAL: 0 }),
  criticalFinding: finding('CRITICAL'),
  highFinding: finding('HIGH'),
  findingOfMember: ofMember(finding('CRITICAL')),
  archiveFailed: withDetail(storageClass('ARCHIVE'), { result: 'FAILURE' }),
  archivedByOtherMeans: withDetail(storageClass('ARCHIVE'), { 'action-type': 'SOMETHING_NEW' }),
  replicatedByOtherMeans: withDetail(replication('SUCCESS'), { 'action-type': 'SOMETHING_NEW' }),
  unratedFinding: finding('UNTRIAGED'),
  suppressedFinding: finding('CRITICAL', 'SUPPRESSED'),
};

export const SAMPLES = { ...DOCUMENTED, ...DERIVED };
export type SampleName = keyof typeof SAMPLES;

/** The same event about another repository, account or Region, wherever these are in it. */
export function about(sample: SampleEvent, { repository = REPOSITORY, account = ACCOUNT, region = REGION }): SampleEvent {
  return JSON.parse(JSON.stringify(sample)
    .replaceAll(`"${REPOSITORY}"`, `"${repository}"`)
    .replaceAll(`repository/${REPOSITORY}`, `repository/${repository}`)
    .replaceAll(ACCOUNT, account)
    .replaceAll(REGION, region));
}
