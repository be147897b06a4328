import type { aws_events as events } from 'aws-cdk-lib';
import type { Matcher } from './event-matchers';
import { Severity } from '../severity';

/** Whose images. */
export interface EventSubject {
  readonly account: string;
  readonly region: string;
  /** What the name of the repository is compared with. */
  readonly names: readonly Matcher[];
  /** What its ARN is compared with: Inspector writes it where ECR writes the name. */
  readonly arns: readonly Matcher[];
}

type Detail = Record<string, unknown>;

const ECR = 'aws.ecr';
const INSPECTOR = 'aws.inspector2';
const SEVERITIES = Object.values(Severity);

/** Events of ECR itself about an image of the subject. */
export function ecrPattern(subject: EventSubject, detailType: string, detail: Detail): events.EventPattern {
  return pattern(subject, [ECR], [detailType], { 'repository-name': subject.names, ...detail });
}

/** An image was stored in another class, or so was what refers to one. */
export function storageClassPattern(subject: EventSubject, target: 'ARCHIVE' | 'STANDARD', detailType = 'ECR Image Action'): events.EventPattern {
  return ecrPattern(subject, detailType, { 'action-type': ['UPDATE_STORAGE_CLASS'], 'target-storage-class': [target], 'result': ['SUCCESS'] });
}

/** A scan is over, whoever scanned. The status tells who: what compares names must not be given ARNs, which end like names. */
export function scanPattern(subject: EventSubject, severity?: Severity): events.EventPattern {
  return pattern(subject, [ECR, INSPECTOR], ['ECR Image Scan', 'Inspector2 Scan'], {
    $or: [
      { 'scan-status': ['COMPLETE'], 'repository-name': subject.names, ...severity && counted(basicNames(severity)) },
      { 'scan-status': ['INITIAL_SCAN_COMPLETE'], 'repository-name': subject.arns, ...severity && counted(worstTo(severity)) },
    ],
  });
}

/** Vulnerabilities that are open: single ones of Inspector's, and counts of basic scans, which tell nothing else. */
export function findingPattern(subject: EventSubject, severity: Severity): events.EventPattern {
  return pattern(subject, [ECR, INSPECTOR], ['ECR Image Scan', 'Inspector2 Finding'], {
    $or: [
      {
        status: ['ACTIVE'],
        severity: worstTo(severity),
        resources: {
          type: ['AWS_ECR_CONTAINER_IMAGE'],
          details: { awsEcrContainerImage: { registry: [subject.account], repositoryName: subject.names } },
        },
      },
      { 'scan-status': ['COMPLETE'], 'repository-name': subject.names, ...counted(basicNames(severity)) },
    ],
  });
}

/** Where it happened is a part of it: a bus may be sent the events of other accounts and Regions, with repositories of the same name. */
function pattern({ account, region }: EventSubject, source: string[], detailType: string[], detail: Detail): events.EventPattern {
  return { source, detailType, account: [account], region: [region], detail };
}

function worstTo(severity: Severity): string[] {
  return SEVERITIES.slice(0, SEVERITIES.indexOf(severity) + 1);
}

/** As basic scanning calls them. */
function basicNames(severity: Severity): string[] {
  return worstTo(severity).map(name => name === 'UNTRIAGED' ? 'UNDEFINED' : name);
}

/** At least one of any of these: a severity that no finding has is not there at all. */
function counted(names: readonly string[]): Detail {
  const some = names.map(name => ({ [name]: [{ numeric: ['>', 0] }] }));
  return { 'finding-severity-counts': some.length > 1 ? { $or: some } : some[0] };
}
