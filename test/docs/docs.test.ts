import { join } from 'path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ts from 'typescript';
import { snippetsOf } from './snippets';

/** The pages whose code is compiled and run, and whose JSON must come of it. */
const PAGES = [
  'central-registry', 'findings', 'hardened-repository', 'image-encryption', 'image-events', 'image-profile', 'migrating-from-the-l2',
  'pull-audience', 'pull-through-cache', 'registry-vpc-endpoints', 'replication', 'repository-grants', 'repository-hardening',
  'repository-metrics', 'tag-immutability',
];
const SNIPPETS = PAGES.flatMap(snippetsOf);

/** Goes through the compiler with the others, to see that it is asked. */
const WRONG = { name: 'wrong', code: 'new HardenedRepository(this, 1);', results: [] };

const ROOT = join(__dirname, '..', '..');

/** What a reader is taken to have imported and made; `this` is a stack named Team in us-east-1, of `app`. */
const IMPORTS = `
import {
  App, aws_cloudwatch_actions as actions, aws_codebuild as codebuild, aws_ec2 as ec2, aws_ecr as ecr, aws_ecs as ecs, aws_events as events,
  aws_events_targets as targets, aws_iam as iam, aws_kms as kms, aws_lambda as lambda, aws_sns as sns, aws_sns_subscriptions as subscriptions,
  aws_ssm as ssm, Duration, Stack, Stage,
} from 'aws-cdk-lib';
import {
  AudiencePlacement, CentralRegistry, ContainerPlatform, FindingAction, FindingAutomation, FindingTopic, GitHubActionsPrincipal, HardenedRepository,
  ImageEncryption, ImageProfile, LifecyclePolicy, LifecycleRule, PrivateRegistry, PullAudience, PullThroughCache, PullThroughCacheCredentials,
  RegistryApi, RegistryDashboard, RegistryEvents, RegistryKey, RegistryMetrics, RegistryVpcEndpoints, ReplicationDestination,
  RepositoryCreationTemplate, RepositoryEvents, RepositoryGrants, RepositoryHardening, RepositoryMetrics, Severity, TagImmutability, TemplateUse,
  UpstreamRegistry,
} from '../src';`;

/** What a snippet may use without having made it. */
const GIVEN: Record<string, string> = {
  announcer: "lambda.Function.fromFunctionName(this, 'Announce', 'announce')",
  paymentsCi: "new iam.Role(this, 'PaymentsCi', { assumedBy: new iam.AccountRootPrincipal() })",
  service: "new ec2.SecurityGroup(this, 'Service', { vpc })",
  topic: "sns.Topic.fromTopicArn(this, 'Topic', 'arn:aws:sns:us-east-1:111111111111:operations')",
  vpc: "new ec2.Vpc(this, 'Vpc', { natGateways: 0, subnetConfiguration: [{ name: 'private', subnetType: ec2.SubnetType.PRIVATE_ISOLATED }] })",
};

/** What of it the code uses, and what that uses, in an order in which it can be made. */
function given(code: string): string[] {
  const used = Object.keys(GIVEN).filter(name => new RegExp(`\\b${name}\\b`).test(code) && !new RegExp(`const ${name}\\b`).test(code));
  return used.length === 0 ? [] : [...new Set(used.flatMap(name => [...given(GIVEN[name]), `const ${name} = ${GIVEN[name]};`]))];
}

const module_ = ({ code }: { code: string }) =>
  `${IMPORTS}\nexport function run(this: Stack) {\nconst app = this.node.root as App;\n${given(code).join('\n')}\n{\n${code}\n}\n}\n`;

/** What the compiler has to say of all snippets at once: it takes seconds to start. */
function diagnostics(): string[] {
  const files = new Map([...SNIPPETS, WRONG].map(snippet => [join(ROOT, 'docs', `${snippet.name.replace(/\W/g, '-')}.ts`), snippet]));
  const { config } = ts.readConfigFile(join(ROOT, 'test', 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [] }, ts.sys, join(ROOT, 'test'));
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile } = host;
  host.fileExists = path => files.has(path) || fileExists(path);
  host.readFile = path => files.has(path) ? module_(files.get(path)!) : readFile(path);
  const program = ts.createProgram([...files.keys()], { ...options, noEmit: true, noUnusedLocals: false }, host);
  return ts.getPreEmitDiagnostics(program).map(({ file, messageText }) =>
    `${files.get(file?.fileName ?? '')?.name ?? file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`);
}

/** The template of a stack in which the snippet was written. Documents that it holds as text are read. */
function templateOf(code: string): unknown {
  const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 };
  const { outputText } = ts.transpileModule(module_({ code }), { compilerOptions });
  const exported: { run?: (this: Stack) => void } = {};
  new Function('require', 'exports', outputText)((path: string) => jest.requireActual(path === '../src' ? '../../src' : path), exported);
  const app = new App({ context: { '@aws-cdk/core:enablePartitionLiterals': true } });
  const stack = new Stack(app, 'Team', { env: { account: '111111111111', region: 'us-east-1' } });
  exported.run!.call(stack);
  return read(Template.fromStack(stack).toJSON());
}

function read(value: unknown): unknown {
  if (typeof value === 'string' && /^[[{].*[\]}]$/s.test(value)) {
    return JSON.parse(value);
  }
  return typeof value === 'object' && value !== null
    ? Array.isArray(value) ? value.map(read) : Object.fromEntries(Object.entries(value).map(([key, item]) => [key, read(item)]))
    : value;
}

/** Whether `part` is there: objects may have more keys than it shows, lists are as long as it shows. */
function shows(whole: unknown, part: unknown): boolean {
  if (typeof part !== 'object' || part === null || typeof whole !== 'object' || whole === null) {
    return whole === part;
  }
  return Array.isArray(part)
    ? Array.isArray(whole) && whole.length === part.length && part.every((item, i) => shows(whole[i], item))
    : Object.entries(part).every(([key, item]) => shows((whole as Record<string, unknown>)[key], item));
}

function isSomewhereIn(whole: unknown, part: unknown): boolean {
  return shows(whole, part) || (typeof whole === 'object' && whole !== null && Object.values(whole).some(item => isSomewhereIn(item, part)));
}

describe('the code in docs/', () => {
  test('compiles', () => {
    expect(diagnostics()).toEqual(["wrong: Argument of type 'number' is not assignable to parameter of type 'string'."]);
  }, 120_000);

  test.each(SNIPPETS)('$name gives what the page shows', ({ code, results }) => {
    const template = templateOf(code);
    for (const result of results) {
      if (!isSomewhereIn(template, JSON.parse(result))) {
        throw new Error(`not in the template: ${result}\nwhich is ${JSON.stringify(template, undefined, 2)}`);
      }
    }
  });

  test('is there, with results', () => {
    for (const page of PAGES) {
      expect([page, snippetsOf(page).some(({ results }) => results.length > 0)]).toEqual([page, true]);
    }
  });

  test.each([
    ['another value', { a: { b: [1, 2] } }, { b: [1, 3] }],
    ['a list that is shorter', { a: { b: [1, 2] } }, { b: [1] }],
    ['a key that is not there', { a: { b: 1 } }, { b: 1, c: 1 }],
    ['a list for an object', { a: { 0: 1 } }, [1]],
  ])('would be found out for %s', (_, whole, part) => {
    expect(isSomewhereIn(whole, part)).toBe(false);
  });
});
