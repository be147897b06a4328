import type { PolicyDocument, Statement } from './decide';

/** A document with one thing wrong. */
export interface Mutant {
  readonly change: string;
  readonly document: PolicyDocument;
}

type Change = (statement: Statement, document: PolicyDocument) => Statement[];

const entries = ({ Condition = {} }: Statement) =>
  Object.entries(Condition).flatMap(([operator, keys]) => Object.keys(keys).map(key => [operator, key] as const));

interface Changed {
  readonly operator: string;
  readonly value?: string;
}

/** A statement in which a condition has another operator, another value, or is gone. */
function withCondition(statement: Statement, operator: string, key: string, changed?: Changed): Statement {
  const { [operator]: keys, ...others } = statement.Condition!;
  const { [key]: value, ...rest } = keys;
  const condition = { ...others, ...Object.keys(rest).length > 0 ? { [operator]: rest } : {} };
  return {
    ...statement,
    Condition: changed ? { ...condition, [changed.operator]: { ...condition[changed.operator], [key]: changed.value ?? value } } : condition,
  };
}

const service = ({ Action }: Statement) => [Action].flat()[0].split(':')[0];

const isEverything = ({ Action }: Statement) => [Action].flat().some(action => action.includes('*'));

/** Who is in a unit is in the organization that its path begins with, so each of the two keys does without the other. */
const isTwice = (statement: Statement, key: string) =>
  key.startsWith('aws:PrincipalOrg') && entries(statement).filter(([, other]) => other.startsWith('aws:PrincipalOrg')).length === 2;

const conditionOf = ({ Condition }: Statement, operator: string, key: string) => JSON.stringify(Condition?.[operator]?.[key]);

/** Whether another statement allows the same principal an action under no conditions but those of this one. */
const isElsewhere = (action: string, statement: Statement, document: PolicyDocument) => document.Statement.some(other => other !== statement
  && JSON.stringify(other.Principal) === JSON.stringify(statement.Principal) && [other.Action].flat().includes(action)
  && entries(other).every(([operator, key]) => conditionOf(other, operator, key) === conditionOf(statement, operator, key)));

/** Every change that must not go unnoticed, made to one statement. */
export const CHANGES: Record<string, Change> = {
  'its conditions dropped': statement => statement.Condition ? [{ ...statement, Condition: undefined }] : [],
  'one condition dropped': statement => entries(statement).length > 1
    ? entries(statement).filter(([, key]) => !(isTwice(statement, key) && key === 'aws:PrincipalOrgID'))
      .map(([operator, key]) => withCondition(statement, operator, key))
    : [],
  'a condition that holds where its key is missing': statement => entries(statement)
    // Every request says whether it came over TLS.
    .filter(([operator, key]) => key !== 'aws:SecureTransport' && !operator.endsWith('IfExists') && !isTwice(statement, key))
    .map(([operator, key]) => withCondition(statement, operator, key, { operator: `${operator}IfExists` })),
  'a condition that holds for every value': statement => entries(statement)
    .filter(([operator, key]) => !operator.startsWith('Bool') && !(isTwice(statement, key) && key === 'aws:PrincipalOrgID'))
    .map(([operator, key]) => withCondition(statement, operator, key, { operator: operator.replace(/StringEquals|ArnLike/, 'StringLike'), value: '*' })),
  'its principal everyone': statement => statement.Principal ? [{ ...statement, Principal: { AWS: '*' } }, { ...statement, Principal: '*' }] : [],
  'another account for its principal': statement => statement.Principal ? [{ ...statement, Principal: { AWS: 'arn:aws:iam::333333333333:root' } }] : [],
  'another service for its principal': statement => statement.Principal ? [{ ...statement, Principal: { Service: 'events.amazonaws.com' } }] : [],
  'every action': statement => isEverything(statement) ? [] : [{ ...statement, Action: `${service(statement)}:*` }, { ...statement, Action: '*' }],
  'one action more': statement => isEverything(statement)
    ? []
    : [{ ...statement, Action: [...[statement.Action].flat(), `${service(statement)}:SomethingNew`] }],
  'one action less': (statement, document) => {
    const actions = [statement.Action].flat();
    return actions.length > 1
      ? actions.filter(action => !isElsewhere(action, statement, document))
        .map(action => ({ ...statement, Action: actions.filter(other => other !== action) }))
      : [];
  },
  'every resource': statement => statement.Resource ? [{ ...statement, Resource: '*' }] : [],
  'everything but its resource': statement => statement.Resource ? [{ ...statement, Resource: undefined, NotResource: statement.Resource } as Statement] : [],
  'everything but its actions': ({ Action, ...statement }) => [{ ...statement, NotAction: Action } as unknown as Statement],
  'everyone but its principal': ({ Principal, ...statement }) => Principal ? [{ ...statement, NotPrincipal: Principal } as unknown as Statement] : [],
  'the opposite effect': statement => [{ ...statement, Effect: statement.Effect === 'Allow' ? 'Deny' : 'Allow' }],
};

const same = (statement: Statement) => JSON.stringify(statement, (element, value: unknown) =>
  element === 'Principal' && JSON.stringify(value) === '{"AWS":"*"}' ? '*' : value);

/** All documents that differ from one by one change of one statement, or lack one. What changes nothing is left out. */
export function mutantsOf(whole: PolicyDocument): Mutant[] {
  const { Version, Statement: statements } = whole;
  const changed = statements.flatMap((statement, i) => Object.entries(CHANGES).flatMap(([change, make]) => make(statement, whole)
    .filter(mutated => same(mutated) !== same(statement))
    .map((mutated): Mutant => ({ change, document: { Version, Statement: statements.map((other, j) => i === j ? mutated : other) } }))));
  const lacking = statements.map((_, i): Mutant => ({ change: 'a statement less', document: { Version, Statement: statements.filter((__, j) => i !== j) } }));
  return [...changed, ...lacking];
}
