/**
 * Decides requests by a repository policy, as IAM documents it for resource policies. Written for the tests alone, from the
 * documentation and not from the code under test; it throws for whatever it does not know, so that nothing passes unread.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */

/** A role of an account, which may be in an organization. */
export interface RoleRequest {
  readonly role: string;
  readonly organization?: string;
  /** From the organization down to the account's unit, ending in a slash, as `aws:PrincipalOrgPaths` has it. */
  readonly organizationPath?: string;
  readonly action: string;
  readonly tls: boolean;
}

/** A service that acts for a resource of its own. */
export interface ServiceRequest {
  readonly service: string;
  readonly sourceArn: string;
  readonly sourceOrganization?: string;
  readonly action: string;
  readonly tls: boolean;
}

export type PullRequest = RoleRequest | ServiceRequest;

interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Principal: Record<string, string | string[]>;
  readonly Action: string | string[];
  readonly Condition?: Record<string, Record<string, string | string[]>>;
}

const STATEMENT_KEYS = ['Sid', 'Effect', 'Principal', 'Action', 'Condition'];

/** Whether the policy by itself allows the request. */
export function mayPull(policy: { Version: string; Statement: Statement[] }, request: PullRequest): boolean {
  let allowed = false;
  for (const statement of policy.Statement) {
    const unknown = Object.keys(statement).filter(key => !STATEMENT_KEYS.includes(key));
    if (unknown.length > 0 || statement.Effect !== 'Allow') {
      throw new Error(`not modelled: ${JSON.stringify(statement)}`);
    }
    allowed ||= isAbout(statement.Principal, request)
      && [statement.Action].flat().includes(request.action)
      && holds(statement.Condition ?? {}, contextOf(request));
  }
  return allowed;
}

function isAbout(principal: Statement['Principal'], request: PullRequest): boolean {
  return Object.entries(principal).some(([kind, values]) => {
    switch (kind) {
      case 'AWS':
        return [values].flat().some(value => value === '*' || ('role' in request && stands(value, request.role)));
      case 'Service':
        return 'service' in request && [values].flat().includes(request.service);
      default:
        throw new Error(`not modelled: principal ${kind}`);
    }
  });
}

/** An account stands for all of its principals. */
function stands(principal: string, role: string): boolean {
  const account = /^arn:[^:]+:iam::(\d{12}):root$/.exec(principal)?.[1];
  return account === undefined ? principal === role : role.split(':')[4] === account;
}

function contextOf(request: PullRequest): Record<string, string[]> {
  const context: Record<string, string[] | undefined> = 'role' in request
    ? {
      'aws:PrincipalOrgID': request.organization === undefined ? undefined : [request.organization],
      'aws:PrincipalOrgPaths': request.organizationPath === undefined ? undefined : [request.organizationPath],
    }
    : {
      'aws:SourceArn': [request.sourceArn],
      'aws:SourceOrgID': request.sourceOrganization === undefined ? undefined : [request.sourceOrganization],
    };
  const present = Object.entries({ ...context, 'aws:SecureTransport': [String(request.tls)] }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(present) as Record<string, string[]>;
}

function holds(condition: NonNullable<Statement['Condition']>, context: Record<string, string[]>): boolean {
  return Object.entries(condition).every(([operator, keys]) => {
    if (Object.keys(keys).length === 0) {
      throw new Error(`a condition without a key restricts nothing: ${operator}`);
    }
    return Object.entries(keys).every(([key, wanted]) => {
      const values = context[key] ?? [];
      const matches = (test: (value: string, pattern: string) => boolean) =>
        values.some(value => [wanted].flat().some(pattern => test(value, pattern)));
      switch (operator) {
        case 'StringEquals':
        case 'Bool':
          return matches((value, pattern) => value === pattern);
        case 'ForAnyValue:StringLike':
          return matches(like);
        case 'ArnLike':
          return matches(arnLike);
        default:
          throw new Error(`not modelled: ${operator}`);
      }
    });
  });
}

function like(value: string, pattern: string): boolean {
  if (pattern === '') {
    return value === '';
  }
  return pattern[0] === '*'
    ? like(value, pattern.slice(1)) || (value !== '' && like(value.slice(1), pattern))
    : value !== '' && value[0] === pattern[0] && like(value.slice(1), pattern.slice(1));
}

/** Each of the six parts of an ARN is matched by itself. */
function arnLike(value: string, pattern: string): boolean {
  const [values, patterns] = [value, pattern].map(arn => {
    const parts = arn.split(':');
    return [...parts.slice(0, 5), parts.slice(5).join(':')];
  });
  return patterns.every((part, i) => like(values[i], part));
}
