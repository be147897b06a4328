import type { PolicyDocument, Reader, Request } from '../truth/access/decide';
import { GRAMMARS, read } from '../truth/access/decide';

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

const READERS = new WeakMap<object, Reader>();
const REQUESTS = new WeakMap<PullRequest, Request>();

/** Whether the policy of a repository by itself allows the request. */
export function mayPull(policy: PolicyDocument, pull: PullRequest): boolean {
  const answer = READERS.get(policy) ?? read(policy, GRAMMARS.repository);
  READERS.set(policy, answer);
  const request = REQUESTS.get(pull) ?? requestOf(pull);
  REQUESTS.set(pull, request);
  return answer(request) === 'allow';
}

/** As a policy sees it. */
function requestOf(pull: PullRequest): Request {
  const keys: Record<string, string | undefined> = 'role' in pull
    ? { 'aws:principalorgid': pull.organization, 'aws:principalorgpaths': pull.organizationPath }
    : { 'aws:sourcearn': pull.sourceArn, 'aws:sourceorgid': pull.sourceOrganization };
  const present = Object.entries({ ...keys, 'aws:securetransport': String(pull.tls) }).filter(([, value]) => value !== undefined);
  return {
    principal: 'role' in pull ? { kind: 'role', arn: pull.role, account: pull.role.split(':')[4] } : { kind: 'service', service: pull.service },
    action: pull.action,
    context: Object.fromEntries(present.map(([key, value]) => [key, [value!]])),
  };
}
