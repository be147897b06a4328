type Statement = { readonly [element: string]: unknown };

interface PolicyDocument {
  readonly Statement?: Statement | Statement[];
}

/**
 * A policy with more statements at its end, but for those that it has already.
 *
 * A `Sid` that is taken is left out: a policy must not have it twice.
 *
 * @param policy what an author wrote, resolved: a document, the text of one, or nothing
 * @param more resolved too
 * @throws when the policy is only known at deployment
 */
export function withStatements(policy: unknown, more: readonly Statement[]): object {
  if (isIntrinsic(policy)) {
    throw new Error(`'repositoryPolicyText' must be known at synth for statements to be added, got ${JSON.stringify(policy)}: write them into that policy`);
  }
  const document = read(policy);
  const statements = statementsOf(document);
  for (const statement of more) {
    if (!statements.some(other => rights(other) === rights(statement))) {
      const isTaken = statements.some(other => other.Sid === statement.Sid);
      statements.push(isTaken ? { ...statement, Sid: undefined } : statement);
    }
  }
  return { Version: '2012-10-17', ...document, Statement: statements };
}

/** Whether a policy has all of some statements, by whatever names. What is only known at deployment has none. */
export function hasStatements(policy: unknown, wanted: readonly Statement[]): boolean {
  const statements = isIntrinsic(policy) ? [] : statementsOf(read(policy));
  return wanted.every(statement => statements.some(other => rights(other) === rights(statement)));
}

/** CloudFormation takes a policy's text too. */
function read(policy: unknown = {}): PolicyDocument {
  return typeof policy === 'string' ? JSON.parse(policy) : policy as PolicyDocument;
}

function statementsOf(document: PolicyDocument): Statement[] {
  return [document.Statement ?? []].flat();
}

function isIntrinsic(policy: unknown): boolean {
  const [name] = Object.keys((policy ?? {}) as object);
  return name === 'Ref' || name?.startsWith('Fn::');
}

/** A statement but for its name, as text. */
function rights(statement: Statement): string {
  return JSON.stringify(statement, (element, value: unknown) => element === 'Sid' ? undefined : value);
}
