import { Token } from 'aws-cdk-lib';
import { matchesWildcard } from '../../private/wildcard';

/** A statement as JSON, with tokens resolved. */
export interface StatementJson {
  readonly Effect: string;
  readonly Principal?: unknown;
  readonly NotPrincipal?: unknown;
  readonly Action?: unknown;
  readonly NotAction?: unknown;
  readonly Condition?: Record<string, Record<string, unknown>>;
}

/** What says who the principal is. Keys of conditions have no case. */
const IDENTITY_KEYS = ['aws:principalorgid', 'aws:principalorgpaths', 'aws:principalaccount', 'aws:principalarn'];

/** Operators that hold only if the key is there and has one of the values: no `Not`, no `IfExists`, no `ForAllValues`. */
const PINNING_OPERATOR = /^(ForAnyValue:)?(StringEquals|StringEqualsIgnoreCase|StringLike|ArnEquals|ArnLike)$/i;

const SCANNING_ACTION = 'ecr:PutRegistryScanningConfiguration';

/** Whether a statement allows something to every AWS account. */
export function isOpenToEveryone(statement: StatementJson): boolean {
  return statement.Effect === 'Allow' && isForEveryone(statement) && !isPinned(statement);
}

/** Whether a statement allows something to everyone, but for a condition on who they are. */
export function isOpenToThePinned(statement: StatementJson): boolean {
  return statement.Effect === 'Allow' && isForEveryone(statement) && isPinned(statement);
}

/**
 * Whether a statement denies what turning enhanced scanning on and off takes to everyone, or to everyone in the registry's account.
 * Roles that are denied it by name are no matter, nor are other accounts: Inspector is not one of them.
 */
export function deniesScanning(statement: StatementJson, account: string): boolean {
  return statement.Effect === 'Deny' && coversScanning(statement)
    && (isForEveryone(statement) || principalsOf(statement).some(principal => isAccount(principal, account)));
}

/** Actions that are not of ECR. */
export function foreignActions(statement: StatementJson): unknown[] {
  return listOf(statement.Action ?? statement.NotAction)
    .filter(action => typeof action === 'string' && action !== '*' && !action.toLowerCase().startsWith('ecr:'));
}

function isForEveryone(statement: StatementJson): boolean {
  return statement.NotPrincipal !== undefined || statement.Principal === '*' || principalsOf(statement).includes('*');
}

function principalsOf(statement: StatementJson): unknown[] {
  const { AWS } = (statement.Principal ?? {}) as { AWS?: unknown };
  return listOf(AWS);
}

/** Whether a principal is a whole account, and may be that one: a token can't be told from it. */
function isAccount(principal: unknown, account: string): boolean {
  const text = JSON.stringify(principal);
  const id = /\b[0-9]{12}\b/.exec(text)?.[0];
  return /:root"|"[0-9]{12}"/.test(text) && (id === undefined || Token.isUnresolved(account) || id === account);
}

function isPinned(statement: StatementJson): boolean {
  return Object.entries(statement.Condition ?? {}).some(([operator, keys]) => PINNING_OPERATOR.test(operator)
    && Object.entries(keys).some(([key, values]) => IDENTITY_KEYS.includes(key.toLowerCase())
      && !listOf(values).some(value => /^[*?]+$/.test(String(value)))));
}

function coversScanning(statement: StatementJson): boolean {
  const names = (actions: unknown) => listOf(actions).some(action => typeof action === 'string'
    && matchesWildcard(action.toLowerCase(), SCANNING_ACTION.toLowerCase()));
  return statement.NotAction === undefined ? names(statement.Action) : !names(statement.NotAction);
}

function listOf(value: unknown): unknown[] {
  return [value].flat();
}
