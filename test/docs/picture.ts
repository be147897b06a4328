/** Draws the picture of the central registry's page from the template of its sample. Run by itself, it writes the file. */
import { writeFileSync } from 'fs';
import { join } from 'path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { CentralRegistrySample } from '../../integ/samples/central-registry';

export const PICTURE = join(__dirname, '..', '..', 'docs', 'pictures', 'central-registry.svg');

interface Statement {
  readonly Sid?: string;
  readonly Principal: { readonly AWS?: string | string[] };
  readonly Action: string | string[];
  readonly Condition?: Record<string, Record<string, string>>;
}

interface Row {
  readonly title: string;
  readonly note: string;
  readonly pullers: string[];
  readonly pushers: string[];
}

const WIDTH = 980;
const ROW = 46;
const TOP = 84;
const BOX = { x: 284, width: 336 };
const RIGHT = { x: 716, width: 248 };
const LEFT = { x: 16, width: 178 };

/** Who a statement that allows pulls is for; several statements for the same people are one. */
function pullersOf(statements: Statement[]): string[] {
  return [...new Set(statements.flatMap(({ Sid, Condition, Principal }) => {
    switch (Sid) {
      case 'PullFromOrganization': return [`everyone in ${Condition!.StringEquals['aws:PrincipalOrgID']}`];
      case 'PullFromOrganizationalUnits': return [`unit ${Condition!['ForAnyValue:StringLike']['aws:PrincipalOrgPaths'].split('/').slice(-2)[0]}`];
      case 'LambdaFunctionsOfAccounts': return [`Lambda functions of ${/lambda:[^:]+:(\d+)/.exec(JSON.stringify(Condition))![1]}`];
      case 'PullFromAccounts': return []; // the half of the Lambda audience that makes functions
      case undefined: return [];
      default: throw new Error(`the picture does not know ${Sid} for ${JSON.stringify(Principal)}`);
    }
  }))];
}

function rows(): Row[] {
  const app = new App({ context: { '@aws-cdk/core:enablePartitionLiterals': true } });
  const { Resources } = Template.fromStack(new CentralRegistrySample(app, 'Central', { env: { account: '111111111111', region: 'us-east-1' } })).toJSON() as {
    Resources: Record<string, { Type: string; Properties: Record<string, never> }>;
  };
  const all = Object.values(Resources);
  const identities = all.filter(({ Type }) => Type === 'AWS::IAM::Policy').map(({ Properties }) => ({
    role: String(Resources[(Properties.Roles[0] as { Ref: string }).Ref].Properties.RoleName),
    text: JSON.stringify(Properties),
  }));
  return [
    ...all.filter(({ Type }) => Type === 'AWS::ECR::Repository').map(({ Properties }): Row => ({
      title: Properties.RepositoryName,
      note: 'repository',
      pullers: pullersOf((Properties.RepositoryPolicyText as { Statement: Statement[] }).Statement),
      pushers: [],
    })),
    ...all.filter(({ Type }) => Type === 'AWS::ECR::RepositoryCreationTemplate').map(({ Properties }): Row => {
      const { Statement } = JSON.parse(Properties.RepositoryPolicy) as { Statement: Statement[] };
      const accounts = Statement.filter(({ Action }) => Action.includes('ecr:PutImage')).flatMap(({ Principal }) => Principal.AWS ?? []);
      return {
        title: `${Properties.Prefix}/…`,
        note: 'namespace: a push makes repositories',
        pullers: pullersOf(Statement),
        pushers: [
          ...identities.filter(({ text }) => text.includes(`repository/${Properties.Prefix}/*`)).map(({ role }) => `role ${role}`),
          ...accounts.map(arn => `account ${/\d{12}/.exec(arn)![0]}`),
        ],
      };
    }),
  ];
}

const text = (x: number, y: number, content: string, kind = '') => `<text x="${x}" y="${y}"${kind && ` class="${kind}"`}>${content}</text>`;
const box = (x: number, y: number, width: number, height: number, kind: string) => `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="6" class="${kind}"/>`;

/** An arrow between two points, curved so that many can be told apart. */
function arrow(from: [number, number], to: [number, number], kind: string): string {
  const middle = (from[0] + to[0]) / 2;
  return `<path d="M${from[0]} ${from[1]} C${middle} ${from[1]} ${middle} ${to[1]} ${to[0]} ${to[1]}" class="${kind}" marker-end="url(#${kind})"/>`;
}

/** People in a column, spread over the height of the rows. */
function column(names: string[], count: number): Map<string, number> {
  const step = count * ROW / names.length;
  return new Map(names.map((name, i) => [name, TOP + step * (i + 0.5)]));
}

export function draw(): string {
  const all = rows();
  const height = TOP + all.length * ROW + 118;
  const pullers = column([...new Set(all.flatMap(row => row.pullers))], all.length);
  const pushers = column([...new Set(all.flatMap(row => row.pushers))], all.length);
  const center = (index: number) => TOP + index * ROW + 19;
  const bottom = TOP + all.length * ROW;
  const parts = [
    box(BOX.x - 14, 22, BOX.width + 28, bottom - 16, 'account'),
    text(BOX.x, 46, 'Central account 111111111111', 'title'),
    text(BOX.x, 64, 'one registry, one KMS key, scanned continuously', 'note'),
    ...all.flatMap(({ title, note }, i) => [
      box(BOX.x, TOP + i * ROW, BOX.width, 38, 'row'), text(BOX.x + 12, center(i) + 5, title, 'name'), text(BOX.x + BOX.width - 12, center(i) + 5, note, 'note end'),
    ]),
    text(RIGHT.x, 46, 'pull', 'title'), text(LEFT.x, 46, 'push', 'title'),
    ...[...pullers].flatMap(([name, y]) => [box(RIGHT.x, y - 17, RIGHT.width, 34, 'who'), text(RIGHT.x + 10, y + 5, name)]),
    ...[...pushers].flatMap(([name, y]) => [box(LEFT.x, y - 17, LEFT.width, 34, 'who'), text(LEFT.x + 10, y + 5, name)]),
    ...all.flatMap((row, i) => [
      ...row.pullers.map(name => arrow([BOX.x + BOX.width, center(i)], [RIGHT.x - 4, pullers.get(name)!], 'pull')),
      ...row.pushers.map(name => arrow([LEFT.x + LEFT.width, pushers.get(name)!], [BOX.x - 4, center(i)], 'push')),
    ]),
    box(RIGHT.x, bottom + 46, RIGHT.width, 34, 'nobody'), text(RIGHT.x + 10, bottom + 68, 'everybody else: nothing'),
    text(LEFT.x, bottom + 68, 'An arrow is a statement in a policy of the sample. Who pulls from', 'note'),
    text(LEFT.x, bottom + 84, 'another account needs its own account to allow it too.', 'note'),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="Helvetica, Arial, sans-serif" font-size="14">
<title>A central registry: who pushes to it and who pulls from it</title>
<style>
rect { fill: #fff; stroke: #8a94a6; } .account { fill: #f3f6fb; stroke: #2f5d9b; } .row { stroke: #2f5d9b; } .nobody { stroke-dasharray: 4 3; }
text { fill: #1c2430; } .title { font-size: 16px; font-weight: bold; } .name { font-family: Menlo, Consolas, monospace; } .note { fill: #566072; font-size: 12px; } .end { text-anchor: end; }
path { fill: none; stroke-width: 1.5; } path.pull { stroke: #2f7d4f; } path.push { stroke: #b3541e; } marker#pull path { fill: #2f7d4f; } marker#push path { fill: #b3541e; }
</style>
<rect x="0" y="0" width="${WIDTH}" height="${height}" style="stroke:none"/>
<defs>${['pull', 'push'].map(kind => `<marker id="${kind}" viewBox="0 0 8 8" refX="6" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z"/></marker>`).join('')}</defs>
${parts.join('\n')}
</svg>
`;
}

if (require.main === module) {
  writeFileSync(PICTURE, draw());
}
