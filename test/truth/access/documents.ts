import { readFileSync } from 'fs';
import { basename, dirname, join } from 'path';
import type { Kind, PolicyDocument } from './decide';
import type { Snapshot } from '../snapshots';
import { SNAPSHOTS } from '../snapshots';

/** The account and Region that a stack is deployed to. */
export interface Place {
  readonly account: string;
  readonly region: string;
}

export interface Found {
  /** Of the template. */
  readonly stack: string;
  /** Of the resource: its logical id without the hash. */
  readonly id: string;
  readonly kind: Kind;
  readonly place: Place;
  readonly document: PolicyDocument;
}

/** Every property of the samples that holds a policy; one that is not here is found out, because it has statements. */
const KINDS: Record<string, Kind> = {
  'AWS::ECR::Repository.RepositoryPolicyText': 'repository',
  'AWS::ECR::RepositoryCreationTemplate.RepositoryPolicy': 'repository',
  'AWS::ECR::RegistryPolicy.PolicyText': 'registry',
  'AWS::IAM::Policy.PolicyDocument': 'identity',
  'AWS::IAM::ManagedPolicy.PolicyDocument': 'identity',
  'AWS::KMS::Key.KeyPolicy': 'key',
  'AWS::IAM::Role.AssumeRolePolicyDocument': 'trust',
  'AWS::EC2::VPCEndpoint.PolicyDocument': 'endpoint',
  'AWS::SQS::QueuePolicy.PolicyDocument': 'queue',
  'AWS::SNS::TopicPolicy.PolicyDocument': 'topic',
};

/** Stands for an account that a template leaves open; no sample names it. */
export const ANY_PLACE: Place = { account: '444444444444', region: 'us-east-1' };

/** Resources whose reference is their ARN. */
const REFERRED_TO_BY_ARN = ['AWS::SNS::Topic', 'AWS::StepFunctions::StateMachine'];

/** What a reference to a resource stands for, by the type of the resource. */
const ARNS: Record<string, (id: string, { account, region }: Place, properties: Record<string, unknown>) => string> = {
  'AWS::ECR::Repository': (id, { account, region }, { RepositoryName }) =>
    `arn:aws:ecr:${region}:${account}:repository/${typeof RepositoryName === 'string' ? RepositoryName : `named-after-${id.toLowerCase()}`}`,
  'AWS::KMS::Key': (id, { account, region }) => `arn:aws:kms:${region}:${account}:key/${id}`,
  'AWS::Signer::SigningProfile': (id, { account, region }) => `arn:aws:signer:${region}:${account}:/signing-profiles/${id}`,
  'AWS::IAM::Role': (id, { account }) => `arn:aws:iam::${account}:role/${id}`,
  // Its log streams, as CloudFormation has it.
  'AWS::Logs::LogGroup': (id, { account, region }) => `arn:aws:logs:${region}:${account}:log-group:${id}:*`,
  'AWS::SQS::Queue': (id, { account, region }) => `arn:aws:sqs:${region}:${account}:${id}`,
  'AWS::SNS::Topic': (id, { account, region }) => `arn:aws:sns:${region}:${account}:${id}`,
  'AWS::Events::Rule': (id, { account, region }) => `arn:aws:events:${region}:${account}:rule/${id}`,
  'AWS::StepFunctions::StateMachine': (id, { account, region }) => `arn:aws:states:${region}:${account}:stateMachine:${id}`,
};

function placeOf({ path }: Snapshot): Place {
  const manifest = JSON.parse(readFileSync(join(dirname(path), 'manifest.json'), 'utf8')) as {
    artifacts: Record<string, { environment?: string; properties?: { templateFile?: string } }>;
  };
  const { environment } = Object.values(manifest.artifacts).find(({ properties }) => properties?.templateFile === basename(path)) ?? {};
  const [, account, region] = /^aws:\/\/(\d{12})\/([a-z0-9-]+)$/.exec(environment ?? '') ?? [];
  return account === undefined ? ANY_PLACE : { account, region };
}

/** A value with what its references stand for. */
function resolve(value: unknown, { template }: Snapshot, place: Place): unknown {
  const go = (item: unknown): unknown => {
    if (typeof item !== 'object' || item === null) {
      return item;
    }
    if (Array.isArray(item)) {
      return item.map(go);
    }
    const [[name, argument], ...more] = Object.entries(item as Record<string, unknown>);
    if (more.length === 0 && (name === 'Ref' || name.startsWith('Fn::'))) {
      switch (name) {
        case 'Ref':
          return reference(argument as string);
        case 'Fn::GetAtt':
          return attribute(argument as [string, string]);
        case 'Fn::Join':
          return (go((argument as [string, unknown[]])[1]) as string[]).join((argument as [string, unknown[]])[0]);
        default:
          throw new Error(`not modelled: ${JSON.stringify(item)}`);
      }
    }
    return Object.fromEntries(Object.entries(item).map(([key, member]) => [key, go(member)]));
  };
  const reference = (id: string): string => {
    const pseudo: Record<string, string> = { 'AWS::Partition': 'aws', 'AWS::AccountId': place.account, 'AWS::Region': place.region };
    if (REFERRED_TO_BY_ARN.includes(template.Resources[id]?.Type)) {
      return attribute([id, 'Arn']);
    }
    if (!(id in pseudo)) {
      throw new Error(`not modelled: a reference to ${id}`);
    }
    return pseudo[id];
  };
  const attribute = ([id, name]: [string, string]): string => {
    const { Type, Properties = {} } = template.Resources[id];
    if (name !== 'Arn' || !(Type in ARNS)) {
      throw new Error(`not modelled: ${name} of ${Type}`);
    }
    return ARNS[Type](id, place, Properties);
  };
  return go(value);
}

/** All places below a property that have statements. */
function withStatements(value: unknown, path: string): [string, unknown][] {
  if (typeof value !== 'object' || value === null) {
    return typeof value === 'string' && value.includes('"Statement"') ? [[path, value]] : [];
  }
  if ('Statement' in value || JSON.stringify(value).match(/^\{"Fn::Join":\["",\["\{.*\\"Statement\\"/s)) {
    return [[path, value]];
  }
  return Object.entries(value).flatMap(([key, member]) => withStatements(member, `${path}.${key}`));
}

function documentsOf(snapshot: Snapshot): Found[] {
  const place = placeOf(snapshot);
  const stack = basename(snapshot.path).replace(/\..*/, '');
  return Object.entries(snapshot.template.Resources ?? {}).flatMap(([logicalId, { Type, Properties = {} }]) =>
    withStatements(Properties, Type).map(([path, value]): Found => {
      if (!(path in KINDS)) {
        throw new Error(`not modelled: a policy in ${path} of ${logicalId}`);
      }
      const resolved = resolve(value, snapshot, place);
      const { Version, Statement } = (typeof resolved === 'string' ? JSON.parse(resolved) : resolved) as PolicyDocument;
      return {
        stack, place, kind: KINDS[path], id: logicalId.replace(/[0-9A-F]{8}$/, ''), document: { Version, Statement: [Statement].flat() },
      };
    }));
}

/** Every policy document of every sample. */
export const DOCUMENTS: readonly Found[] = SNAPSHOTS.flatMap(documentsOf);

/** The templates that have resources: each has a row of expectations. */
export const STACKS: readonly string[] = SNAPSHOTS.filter(({ template }) => Object.keys(template.Resources ?? {}).length > 0)
  .map(({ path }) => basename(path).replace(/\..*/, ''));
