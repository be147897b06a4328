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
  const document = read(policy);
  const statements = [document.Statement ?? []].flat();
  for (const statement of more) {
    if (!statements.some(other => rights(other) === rights(statement))) {
      const isTaken = statements.some(other => other.Sid === statement.Sid);
      statements.push(isTaken ? { ...statement, Sid: undefined } : statement);
    }
  }
  return { Version: '2012-10-17', ...document, Statement: statements };
}

/** CloudFormation takes a policy's text too; what is an intrinsic function can't be added to. */
function read(policy: unknown = {}): PolicyDocument {
  const document: unknown = typeof policy === 'string' ? JSON.parse(policy) : policy;
  const [name] = Object.keys(document as object);
  if (name === 'Ref' || name?.startsWith('Fn::')) {
    throw new Error(`'audience' must be added to a policy that is known at synth, got ${JSON.stringify(document)}: write its statements into that policy`);
  }
  return document as PolicyDocument;
}

/** A statement but for its name, as text. */
function rights(statement: Statement): string {
  return JSON.stringify(statement, (element, value: unknown) => element === 'Sid' ? undefined : value);
}
