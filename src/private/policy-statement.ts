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

/** What says for whom a service acts. */
const SOURCE_KEYS = ['aws:sourceaccount', 'aws:sourcearn', 'aws:sourceorgid', 'aws:sourceorgpaths'];

/** Operators that hold only if the key is there and has one of the values: no `Not`, no `IfExists`, no `ForAllValues`. */
const PINNING_OPERATOR = /^(ForAnyValue:)?(StringEquals|StringEqualsIgnoreCase|StringLike|ArnEquals|ArnLike)$/i;

/** Whether a statement allows something to every AWS account. */
export function isOpenToEveryone(statement: StatementJson): boolean {
  return statement.Effect === 'Allow' && isForEveryone(statement) && !isPinned(statement);
}

/** Whether a statement allows something to everyone, but for a condition on who they are. */
export function isOpenToThePinned(statement: StatementJson): boolean {
  return statement.Effect === 'Allow' && isForEveryone(statement) && isPinned(statement);
}

/** Whether a statement is about every AWS account, but for its conditions. */
export function isForEveryone(statement: StatementJson): boolean {
  return statement.NotPrincipal !== undefined || statement.Principal === '*' || principalsOf(statement).includes('*');
}

/** The accounts and IAM principals that a statement names. */
export function principalsOf(statement: StatementJson): unknown[] {
  const { AWS } = (statement.Principal ?? {}) as { AWS?: unknown };
  return listOf(AWS);
}

/** A value that stands by itself is a list of one. */
export function listOf(value: unknown): unknown[] {
  return [value].flat();
}

/** Whether conditions say for whose resources a service acts. */
export function isServicePinned(conditions: NonNullable<StatementJson['Condition']>): boolean {
  return pins(conditions, SOURCE_KEYS);
}

function isPinned(statement: StatementJson): boolean {
  return pins(statement.Condition ?? {}, IDENTITY_KEYS);
}

function pins(conditions: NonNullable<StatementJson['Condition']>, pinningKeys: string[]): boolean {
  return Object.entries(conditions).some(([operator, keys]) => PINNING_OPERATOR.test(operator)
    && Object.entries(keys).some(([key, values]) => pinningKeys.includes(key.toLowerCase())
      && !listOf(values).some(value => /^[*?]+$/.test(String(value)))));
}
