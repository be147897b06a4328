import type { IResolveContext } from 'aws-cdk-lib';
import { Lazy, Token } from 'aws-cdk-lib';
import type { Findings } from './findings';

/** What one entry of an audience must look like. */
export interface Grammar {
  /** The prop or parameter that errors name. */
  readonly property: string;
  readonly pattern: RegExp;
  /** Goes on after "must be". */
  readonly mustBe: string;
  /** What to write instead. */
  readonly fix?: string;
}

/** @see https://docs.aws.amazon.com/organizations/latest/APIReference/API_Organization.html */
export const ORGANIZATION: Grammar = {
  property: 'organizationId',
  pattern: /^o-[a-z0-9]{10,32}$/,
  mustBe: "'o-' and 10 to 32 lowercase letters or digits",
};

/** @see https://docs.aws.amazon.com/organizations/latest/APIReference/API_OrganizationalUnit.html */
export const ORGANIZATION_PATH: Grammar = {
  property: 'paths',
  pattern: /^o-[a-z0-9]{10,32}\/r-[a-z0-9]{4,32}(\/ou-[a-z0-9]{4,32}-[a-z0-9]{8,32})+\/?$/,
  mustBe: 'from the organization down to a unit, like "o-abcd123456/r-ab12/ou-ab12-11111111"',
  fix: 'for the whole organization use PullAudience.organization()',
};

export const ACCOUNT: Grammar = { property: 'accounts', pattern: /^[0-9]{12}$/, mustBe: '12 digits each' };

/** What a policy can name as a principal: no wildcards within, and no groups. */
export const PRINCIPAL: Grammar = {
  property: 'principals',
  pattern: /^([0-9]{12}|arn:aws[a-z-]*:iam::[0-9]{12}:(root|(role|user)\/[^*?]+)|arn:aws[a-z-]*:sts::[0-9]{12}:(assumed-role|federated-user)\/[^*?]+)$/,
  mustBe: 'ARNs of roles, users or accounts without wildcards',
  fix: 'name each, or use PullAudience.accounts()',
};

/** Finds entries that are known and wrong; a token is looked at when it resolves. */
export function checkEntries(grammar: Grammar, entries: string[], findings: Findings): void {
  for (const entry of entries) {
    findings.unless(!Token.isUnresolved([entry]),
      `'${grammar.property}' must be a list whose length is known, got a token: pass its entries one by one, they may be tokens`);
    findings.unless(Token.isUnresolved([entry]) || Token.isUnresolved(entry) || grammar.pattern.test(entry), problem(grammar, entry));
  }
}

/**
 * Entries as a policy has them: each once, sorted, and one by itself. Policies are compared as text.
 *
 * Tokens are sorted by what they resolve to, not by their names, which change with every construct that is added before them.
 * One that resolves to a value at synth is checked then, because a condition that came to nothing would leave a statement for everyone.
 */
export function collapsed(grammar: Grammar, entries: string[], render: (entry: string) => string = entry => entry): unknown {
  return entries.some(entry => Token.isUnresolved(entry))
    ? Lazy.uncachedAny({ produce: context => distinct(entries.map(entry => resolved(grammar, entry, render, context))) })
    : distinct(entries.map(render));
}

function resolved(grammar: Grammar, entry: string, render: (entry: string) => string, context: IResolveContext): unknown {
  const value: unknown = context.resolve(entry);
  // While it prepares, CDK only looks for references. An intrinsic is known to CloudFormation alone, but for one that may remove the property.
  if (context.preparing || (typeof value === 'object' && !JSON.stringify(value).includes('"AWS::NoValue"'))) {
    return context.resolve(render(entry));
  }
  const entryNow = String(value);
  if (!grammar.pattern.test(entryNow)) {
    throw new Error(problem(grammar, value));
  }
  return context.resolve(render(entryNow));
}

function problem({ property, mustBe, fix }: Grammar, entry: unknown): string {
  return `'${property}' must be ${mustBe}, got ${entry === undefined ? 'nothing' : JSON.stringify(entry)}${fix ? `: ${fix}` : ''}`;
}

function distinct(values: unknown[]): unknown {
  const sorted = [...new Map(values.map(value => [JSON.stringify(value), value])).entries()].sort(([a], [b]) => a < b ? -1 : 1);
  return sorted.length === 1 ? sorted[0][1] : sorted.map(([, value]) => value);
}
