import { App, aws_ecr as ecr, Stack } from 'aws-cdk-lib';
import type { aws_events as events } from 'aws-cdk-lib';
import { about, ACCOUNT, REGION, REPOSITORY, SAMPLES } from './sample-events';
import type { SampleEvent, SampleName } from './sample-events';
import { ImageEvents, RegistryEvents, RepositoryEvents, Severity } from '../../../src';

/** Which of the samples an event of ours is; none of the others is. */
export interface Row {
  readonly name: string;
  readonly on: (images: ImageEvents, id: string) => events.Rule;
  readonly matches: SampleName[];
}

const SCANS: SampleName[] = ['basicScan', 'basicScanOfLittle', 'basicScanOfUnrated', 'basicScanOfNothing'];
const INSPECTOR_SCANS: SampleName[] = ['inspectorScan', 'inspectorScanOfUnrated', 'inspectorScanOfNothing'];

export const ROWS: Row[] = [
  { name: 'onImagePushed', on: (images, id) => images.onImagePushed(id), matches: ['pushed', 'pushedVersion', 'pushedWithoutTag'] },
  { name: 'onImagePushed of latest', on: (images, id) => images.onImagePushed(id, { tags: ['latest'] }), matches: ['pushed'] },
  { name: 'onImagePushed of v*', on: (images, id) => images.onImagePushed(id, { tags: ['v*'] }), matches: ['pushedVersion'] },
  { name: 'onImagePushed of *.4.*', on: (images, id) => images.onImagePushed(id, { tags: ['*.4.*'] }), matches: ['pushedVersion'] },
  { name: 'onImagePushed of *.2 and latest', on: (images, id) => images.onImagePushed(id, { tags: ['*.2', 'latest'] }), matches: ['pushed', 'pushedVersion'] },
  { name: 'onImagePushed of any tag', on: (images, id) => images.onImagePushed(id, { tags: ['*'] }), matches: ['pushed', 'pushedVersion'] },
  { name: 'onImageDeleted', on: (images, id) => images.onImageDeleted(id), matches: ['deleted'] },
  { name: 'onImageArchived', on: (images, id) => images.onImageArchived(id), matches: ['archived'] },
  { name: 'onImageRestored', on: (images, id) => images.onImageRestored(id), matches: ['restored'] },
  { name: 'onReferrerRestored', on: (images, id) => images.onReferrerRestored(id), matches: ['referrerRestored'] },
  { name: 'onImageReplicated', on: (images, id) => images.onImageReplicated(id), matches: ['replicated'] },
  { name: 'onReplicationFailed', on: (images, id) => images.onReplicationFailed(id), matches: ['replicationFailed'] },
  { name: 'onCacheSynced', on: (images, id) => images.onCacheSynced(id), matches: ['cacheSynced'] },
  { name: 'onCacheSyncFailed', on: (images, id) => images.onCacheSyncFailed(id), matches: ['cacheFailed'] },
  { name: 'onScanCompleted', on: (images, id) => images.onScanCompleted(id), matches: [...SCANS, ...INSPECTOR_SCANS] },
  {
    name: 'onScanCompleted, critical',
    on: (images, id) => images.onScanCompleted(id, { severity: Severity.CRITICAL }),
    matches: ['basicScan', 'inspectorScan'],
  },
  {
    name: 'onScanCompleted, low',
    on: (images, id) => images.onScanCompleted(id, { severity: Severity.LOW }),
    matches: ['basicScan', 'inspectorScan', 'basicScanOfLittle'],
  },
  {
    name: 'onScanCompleted, anything found',
    on: (images, id) => images.onScanCompleted(id, { severity: Severity.UNTRIAGED }),
    matches: ['basicScan', 'inspectorScan', 'basicScanOfLittle', 'basicScanOfUnrated', 'inspectorScanOfUnrated'],
  },
  { name: 'onFindingReported', on: (images, id) => images.onFindingReported(id), matches: ['criticalFinding', 'highFinding', 'basicScan'] },
  {
    name: 'onFindingReported, critical',
    on: (images, id) => images.onFindingReported(id, { severity: Severity.CRITICAL }),
    matches: ['criticalFinding', 'basicScan'],
  },
  {
    name: 'onFindingReported, medium',
    on: (images, id) => images.onFindingReported(id, { severity: Severity.MEDIUM }),
    matches: ['criticalFinding', 'highFinding', 'mediumFinding', 'basicScan'],
  },
  {
    name: 'onFindingReported, everything',
    on: (images, id) => images.onFindingReported(id, { severity: Severity.UNTRIAGED }),
    matches: ['criticalFinding', 'highFinding', 'mediumFinding', 'unratedFinding', 'basicScan', 'basicScanOfLittle', 'basicScanOfUnrated'],
  },
];

/** Whose images are asked for, and which repositories of the account those are. */
export interface Source {
  readonly name: string;
  readonly make: (stack: Stack) => ImageEvents;
  readonly includes: string[];
}

/** Names that are near to one another. */
export const REPOSITORIES = [REPOSITORY, 'payments/api-v2', 'payments', 'payments/batch/worker', 'shop/payments/api', 'api'];

export const SOURCES: Source[] = [
  {
    name: 'a repository',
    make: stack => RepositoryEvents.fromRepository(ecr.Repository.fromRepositoryName(stack, 'Repository', REPOSITORY)),
    includes: [REPOSITORY],
  },
  { name: 'a registry', make: stack => RegistryEvents.of(stack), includes: REPOSITORIES },
  { name: 'a namespace', make: stack => RegistryEvents.of(stack, { repositories: ['payments/*'] }), includes: [REPOSITORY, 'payments/api-v2', 'payments/batch/worker'] },
  { name: 'names', make: stack => RegistryEvents.of(stack, { repositories: ['payments', 'api'] }), includes: ['payments', 'api'] },
  { name: 'an end of names', make: stack => RegistryEvents.of(stack, { repositories: ['*/api'] }), includes: [REPOSITORY, 'shop/payments/api'] },
  { name: 'a middle of names', make: stack => RegistryEvents.of(stack, { repositories: ['*pay*/*api'] }), includes: [REPOSITORY, 'shop/payments/api'] },
];

/** An event, and whether it is about the account and Region. */
export interface Case {
  readonly name: string;
  readonly sample: SampleName;
  readonly repository?: string;
  readonly event: SampleEvent;
}

/** What is about no image of the account has no repository here. */
const OF_NO_REPOSITORY: SampleName[] = ['instanceFinding', 'functionFinding', 'findingOfMember', 'instanceScan', 'frequencyChanged'];

/** Every sample about every repository, and about the same name in another account and another Region. */
export const CASES: Case[] = (Object.keys(SAMPLES) as SampleName[]).flatMap(sample => [
  ...REPOSITORIES.map(repository => ({
    name: `${sample} of ${repository}`,
    sample,
    repository: OF_NO_REPOSITORY.includes(sample) ? undefined : repository,
    event: about(SAMPLES[sample], { repository }),
  })),
  { name: `${sample} of another account`, sample, event: about(SAMPLES[sample], { account: '222222222222' }) },
  { name: `${sample} of another Region`, sample, event: about(SAMPLES[sample], { region: 'eu-west-1' }) },
]);

export function isExpected({ matches }: Row, { includes }: Source, { sample, repository }: Case): boolean {
  return repository !== undefined && matches.includes(sample) && includes.includes(repository);
}

/** The pattern in the template. */
export function patternOf(source: Source, row: Row): Record<string, unknown> {
  const stack = new Stack(new App({ context: { '@aws-cdk/core:enablePartitionLiterals': true } }), 'Team', { env: { account: ACCOUNT, region: REGION } });
  const rule = row.on(source.make(stack), 'Rule');
  return stack.resolve((rule.node.defaultChild as events.CfnRule).eventPattern);
}
