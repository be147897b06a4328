import { CreateAccessKeyCommand, CreateRoleCommand, CreateUserCommand, PutRolePolicyCommand, PutUserPolicyCommand } from '@aws-sdk/client-iam';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { CENTRAL, Credentials, MEMBER, STRANGER } from './accounts';
import { Clients } from './clients';
import { PULL_ACTIONS, TOKEN_ACTION } from '../src/private/actions';

/** Someone who comes to the registry. */
export interface Caller {
  readonly name: string;
  readonly account?: string;
  /** None for nobody. */
  readonly credentials?: Credentials;
}

export type CallerName = 'administrator' | 'deployer' | 'pusher' | 'puller' | 'team' | 'tasks' | 'reader' | 'member' | 'visitor' | 'stranger' | 'nobody';

interface Role {
  readonly caller: CallerName;
  readonly account: string;
  readonly name: string;
  /** What its own policy allows; without it the role is one of the sample's, with what the library has granted it. */
  readonly actions?: readonly string[];
}

/**
 * What the principal that deploys a repository needs of ECR and KMS: CloudFormation's handlers call no more.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/encryption-at-rest.html
 */
const DEPLOY_ACTIONS = [
  'ecr:CreateRepository', 'ecr:DeleteRepository', 'ecr:DescribeRepositories', 'ecr:PutLifecyclePolicy', 'ecr:SetRepositoryPolicy',
  'ecr:PutImageScanningConfiguration', 'ecr:PutImageTagMutability', 'ecr:TagResource',
  'kms:CreateGrant', 'kms:DescribeKey', 'kms:RetireGrant',
];

/** A role of another account may do everything as far as its own account goes: the repository's policy decides. */
const EVERYTHING = ['ecr:*'];

const ROLES: readonly Role[] = [
  { caller: 'administrator', account: CENTRAL, name: 'demo-administrator', actions: EVERYTHING },
  { caller: 'deployer', account: CENTRAL, name: 'demo-deployer', actions: [TOKEN_ACTION, ...DEPLOY_ACTIONS] },
  { caller: 'pusher', account: CENTRAL, name: 'payments-pusher' },
  { caller: 'puller', account: CENTRAL, name: 'payments-puller' },
  { caller: 'team', account: CENTRAL, name: 'payments-ci' },
  { caller: 'tasks', account: MEMBER, name: 'image-puller' },
  { caller: 'reader', account: MEMBER, name: 'demo-reader', actions: [TOKEN_ACTION, ...PULL_ACTIONS] },
  { caller: 'member', account: MEMBER, name: 'demo-member', actions: EVERYTHING },
  { caller: 'visitor', account: MEMBER, name: 'demo-visitor', actions: [TOKEN_ACTION] },
  { caller: 'stranger', account: STRANGER, name: 'demo-stranger', actions: EVERYTHING },
];

/** Makes the roles that no sample brings, and signs in as each. */
export async function makeCallers(clients: Clients): Promise<Record<CallerName, Caller>> {
  const users = new Map<string, Credentials>();
  for (const account of [CENTRAL, MEMBER, STRANGER]) { users.set(account, await makeUser(clients, account)); }
  const callers: Partial<Record<CallerName, Caller>> = { nobody: { name: 'nobody' } };
  for (const { caller, account, name, actions } of ROLES) {
    if (actions) { await makeRole(clients, account, name, actions); }
    const { Credentials: given } = await clients.sts(users.get(account)!).send(
      new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${account}:role/${name}`, RoleSessionName: 'demo' }));
    callers[caller] = {
      name: caller,
      account,
      credentials: { accessKeyId: given!.AccessKeyId!, secretAccessKey: given!.SecretAccessKey!, sessionToken: given!.SessionToken },
    };
  }
  return callers as Record<CallerName, Caller>;
}

/** Root can't assume roles on AWS: a user does. */
async function makeUser(clients: Clients, account: string): Promise<Credentials> {
  const iam = clients.iam(account);
  const UserName = 'demo-user';
  await iam.send(new CreateUserCommand({ UserName }));
  await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'assume', PolicyDocument: allow(['sts:AssumeRole']) }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  return { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! };
}

async function makeRole(clients: Clients, account: string, RoleName: string, actions: readonly string[]): Promise<void> {
  const iam = clients.iam(account);
  const trust = { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: 'sts:AssumeRole' };
  await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: document(trust) }));
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'demo', PolicyDocument: allow(actions) }));
}

function allow(actions: readonly string[]): string {
  return document({ Effect: 'Allow', Action: actions, Resource: '*' });
}

function document(statement: object): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
}
