/**
 * Decides one request by one policy document, as IAM documents it. Written for the tests and the demo alone, from the documentation and not
 * from the code under test. It throws for whatever it does not know, so that nothing passes unread.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */

/** Who asks. */
export type Principal =
  | { readonly kind: 'role'; readonly arn: string; readonly account: string }
  | { readonly kind: 'service'; readonly service: string }
  | { readonly kind: 'federated'; readonly provider: string }
  | { readonly kind: 'nobody' };

export interface Request {
  readonly principal: Principal;
  readonly action: string;
  /** Nothing where the document is about one resource and so names none. */
  readonly resource?: string;
  /** The keys that the request has, in lowercase. */
  readonly context: Readonly<Record<string, readonly string[]>>;
}

export type Decision = 'allow' | 'deny' | 'nothing';

/** Where a document stands, which says what it is about. */
export type Kind = 'repository' | 'registry' | 'identity' | 'key' | 'trust' | 'endpoint' | 'queue' | 'topic';

/** What a document must and must not name: IAM's grammar differs with where it stands. */
export interface Grammar {
  readonly hasPrincipal: boolean;
  readonly hasResource: boolean;
}

export const GRAMMARS: Record<Kind, Grammar> = {
  repository: { hasPrincipal: true, hasResource: false },
  registry: { hasPrincipal: true, hasResource: true },
  identity: { hasPrincipal: false, hasResource: true },
  key: { hasPrincipal: true, hasResource: true },
  trust: { hasPrincipal: true, hasResource: false },
  endpoint: { hasPrincipal: true, hasResource: true },
  queue: { hasPrincipal: true, hasResource: true },
  topic: { hasPrincipal: true, hasResource: true },
};

export type Conditions = Record<string, Record<string, string | string[]>>;

export interface Statement {
  Sid?: string;
  Effect: string;
  Principal?: string | Record<string, string | string[]>;
  Action: string | string[];
  Resource?: string | string[];
  Condition?: Conditions;
}

export interface PolicyDocument {
  Version?: string;
  Statement: Statement[];
}

const ELEMENTS = ['Sid', 'Effect', 'Principal', 'Action', 'Resource', 'Condition'];

/** Says of a request whether a document by itself allows it, denies it whatever others allow, or says nothing of it. */
export type Reader = (request: Request) => Decision;

/**
 * Reads a document as a whole, before anything is asked of it.
 *
 * @throws when there is something in it that is not modelled
 */
export function read({ Statement: statements }: PolicyDocument, grammar: Grammar): Reader {
  const rules = statements.map(statement => ({ Effect: statement.Effect, applies: readStatement(statement, grammar) }));
  return request => {
    const effects = rules.filter(({ applies }) => applies(request)).map(({ Effect }) => Effect);
    return effects.includes('Deny') ? 'deny' : effects.includes('Allow') ? 'allow' : 'nothing';
  };
}

type Part = (request: Request) => boolean;

function readStatement(statement: Statement, { hasPrincipal, hasResource }: Grammar): Part {
  refuseUnless(Object.entries(statement).every(([element, value]) => ELEMENTS.includes(element) || value === undefined), 'elements', statement);
  const { Effect, Principal: principal, Action, Resource, Condition = {} } = statement;
  refuseUnless(['Allow', 'Deny'].includes(Effect), 'effect', Effect);
  refuseUnless((principal !== undefined) === hasPrincipal, 'principal', statement);
  refuseUnless((Resource !== undefined) === hasResource, 'resource', statement);
  refuseUnless(Action !== undefined, 'action', statement);
  const actions = [Action].flat().map(pattern => like(pattern.toLowerCase()));
  const resources = [Resource ?? []].flat().map(like);
  const parts: Part[] = [
    ({ action }) => actions.some(test => test(action.toLowerCase())),
    ...principal === undefined ? [] : [readPrincipal(principal)],
    ...hasResource ? [({ resource = '' }: Request) => resources.some(test => test(resource))] : [],
    ...Object.entries(Condition).flatMap(([operator, keys]) => {
      refuseUnless(Object.keys(keys).length > 0, 'a condition without a key', operator);
      return Object.entries(keys).map(([key, wanted]) => readCondition(operator, key, [wanted].flat()));
    }),
  ];
  return request => parts.every(part => part(request));
}

function readPrincipal(element: NonNullable<Statement['Principal']>): Part {
  if (element === '*') {
    return () => true;
  }
  refuseUnless(typeof element === 'object', 'principal', element);
  const tests = Object.entries(element).flatMap(([kind, values]) => [values].flat().map((value): (principal: Principal) => boolean => {
    switch (kind) {
      case 'AWS':
        // A star is everyone, services and those who are nobody included.
        return value === '*' ? () => true : standsFor(value);
      case 'Service':
        refuseUnless(/^[a-z0-9-]+(\.[a-z0-9-]+)*\.amazonaws\.com$/.test(value), 'service', value);
        return principal => principal.kind === 'service' && principal.service === value;
      case 'Federated':
        return principal => principal.kind === 'federated' && principal.provider === value;
      default:
        return refuse('principal', kind);
    }
  }));
  return ({ principal }) => tests.some(test => test(principal));
}

/** An account stands for all of its principals. */
function standsFor(value: string): (principal: Principal) => boolean {
  const [, root] = /^(?:arn:aws:iam::)?(\d{12})(?::root)?$/.exec(value) ?? [];
  refuseUnless(root !== undefined || /^arn:aws:iam::\d{12}:(role|user)\/[^*?]+$/.test(value), 'principal', value);
  return principal => principal.kind === 'role' && (root === undefined ? principal.arn === value : principal.account === root);
}

const KEYS = [
  'aws:principalorgid', 'aws:principalorgpaths', 'aws:principalaccount', 'aws:principalarn', 'aws:principalisawsservice',
  'aws:resourceaccount', 'aws:resourceorgid',
  'aws:sourceaccount', 'aws:sourcearn', 'aws:sourceorgid', 'aws:securetransport', 'kms:viaservice', 'kms:grantisforawsresource',
  'token.actions.githubusercontent.com:aud', 'token.actions.githubusercontent.com:sub',
];

const OPERATORS: Record<string, (wanted: string) => (value: string) => boolean> = {
  StringEquals: wanted => value => value === wanted,
  StringLike: like,
  ArnEquals: arnLike,
  ArnLike: arnLike,
  Bool: wanted => value => value === wanted,
};

function readCondition(operator: string, key: string, wanted: string[]): Part {
  const [, forAny, base, ifExists] = /^(ForAnyValue:)?(\w+?)(IfExists)?$/.exec(operator) ?? [];
  const test = OPERATORS[base] ?? refuse('operator', operator);
  const name = key.toLowerCase();
  refuseUnless(KEYS.includes(name) || name.startsWith('aws:principaltag/'), 'key', key);
  refuseUnless((forAny !== undefined) === (name === 'aws:principalorgpaths'), 'operator for key', [operator, key]);
  for (const value of wanted) {
    refuseUnless(typeof value === 'string' && !value.includes('${'), 'value', value);
  }
  const tests = wanted.map(test);
  return ({ context: { [name]: values } }) =>
    values === undefined ? ifExists !== undefined : values.some(value => tests.some(matches => matches(value)));
}

/** `*` is any run of characters and `?` any one. */
function like(pattern: string): (value: string) => boolean {
  const text = new RegExp(`^${pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*').replace(/\?/g, '.')}$`, 's');
  return /[*?]/.test(pattern) ? value => text.test(value) : value => value === pattern;
}

/** Each of the six parts of an ARN is matched by itself. */
function arnLike(pattern: string): (value: string) => boolean {
  const partsOf = (arn: string) => [...arn.split(':').slice(0, 5), arn.split(':').slice(5).join(':')];
  const tests = partsOf(pattern).map(like);
  return value => partsOf(value).every((part, i) => tests[i](part));
}

function refuseUnless(isKnown: boolean, what: string, value: unknown): void {
  if (!isKnown) {
    refuse(what, value);
  }
}

function refuse(what: string, value: unknown): never {
  throw new Error(`not modelled: ${what} ${JSON.stringify(value)}`);
}
