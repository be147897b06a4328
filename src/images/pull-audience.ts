import type { aws_iam as iam } from 'aws-cdk-lib';
import { Fn, Stack, Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { PULL_ACTIONS } from '../private/actions';
import { ACCOUNT, checkEntries, collapsed, ORGANIZATION, ORGANIZATION_PATH, PRINCIPAL } from '../private/audience-grammar';
import { Findings } from '../private/findings';
import { policySizeErrors } from '../private/policy-size';

/** Whose Lambda functions may be made of an image. Exactly one of the two. */
export interface LambdaFunctionsAudienceProps {
  /**
   * Accounts whose functions, in the repository's own Region, may be made of its images.
   *
   * @default - none: `organizationId` says whose
   */
  readonly accounts?: string[];

  /**
   * An organization all of whose accounts' functions may be made of the images.
   *
   * AWS documents the form with accounts and advises it; this one pins the service by `aws:SourceOrgID`,
   * which was not verified against a live Lambda service.
   *
   * @default - none: `accounts` says whose
   */
  readonly organizationId?: string;
}

/** One statement of a policy, as JSON. */
type Statement = Record<string, unknown>;

/** What an audience is made of. */
interface Members {
  readonly organizations: string[];
  readonly organizationPaths: string[];
  readonly accounts: string[];
  readonly principals: iam.IPrincipal[];
  readonly lambdaAccounts: string[];
  readonly lambdaOrganizations: string[];
}

const NOBODY: Members = {
  organizations: [], organizationPaths: [], accounts: [], principals: [], lambdaAccounts: [], lambdaOrganizations: [],
};

/**
 * Who may pull, beyond what identity policies in the repository's own account allow.
 *
 * Rendered as few statements as can be, one for each kind, because a repository policy has at most 10,240 characters:
 * principals are collapsed and sorted. Pull actions only, over TLS. Whoever is in another account needs an identity policy
 * that allows the pull as well, and `ecr:GetAuthorizationToken`.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policies.html
 */
export class PullAudience {
  /**
   * Everyone in an AWS Organization, those who join it later included. In the repository's own account that is every principal,
   * with an identity policy that allows a pull or without one. Services (Lambda, CodeBuild) are not of an organization.
   *
   * @param organizationId `o-` and 10 to 32 lowercase letters or digits
   * @throws when it is anything else
   */
  public static organization(organizationId: string): PullAudience {
    return new PullAudience({ ...NOBODY, organizations: [organizationId] });
  }

  /**
   * Everyone in organizational units and the units below them.
   *
   * The organization itself is pinned too: `aws:PrincipalOrgPaths` alone is reported by Checkov.
   *
   * @param paths from the organization down: `o-abcd123456/r-ab12/ou-ab12-11111111`. At least one
   * @throws when there is none, or when one is anything else
   */
  public static organizationalUnits(...paths: string[]): PullAudience {
    return new PullAudience({ ...NOBODY, organizationPaths: paths }, 'paths', paths.length);
  }

  /**
   * Everyone in accounts whose administrators allow it there.
   *
   * @param accounts account ids of 12 digits. At least one
   * @throws when there is none, or when one is anything else
   */
  public static accounts(...accounts: string[]): PullAudience {
    return new PullAudience({ ...NOBODY, accounts }, 'accounts', accounts.length);
  }

  /**
   * Roles and users. They must exist when the policy is deployed.
   *
   * @param principals whose policy fragment has ARNs or account ids only. At least one
   * @throws when there is none, or for services, organizations, everyone (`*`) and principals with conditions, which have forms of their own here
   */
  public static principals(...principals: iam.IPrincipal[]): PullAudience {
    return new PullAudience({ ...NOBODY, principals }, 'principals', principals.length);
  }

  /**
   * Lambda functions made of the images, with what Lambda needs: the account that creates a function, and the service that
   * fetches the image again after the function was idle. In the repository's own Region, as Lambda demands.
   *
   * @throws when neither or both are given, or when an id is not one
   * @see https://docs.aws.amazon.com/lambda/latest/dg/images-create.html
   */
  public static lambdaFunctions(props: LambdaFunctionsAudienceProps): PullAudience {
    const accounts = [...props.accounts ?? []];
    const { organizationId } = props;
    const findings = new Findings();
    findings.unless((accounts.length > 0) !== (organizationId !== undefined),
      `'accounts' or 'organizationId' must be given, one of them, got ${JSON.stringify(props)}: name whose functions may be made of the images`);
    findings.throwIfAny();
    return organizationId === undefined
      ? new PullAudience({ ...NOBODY, accounts, lambdaAccounts: accounts })
      : new PullAudience({ ...NOBODY, organizations: [organizationId], lambdaOrganizations: [organizationId] });
  }

  /**
   * Whoever is in at least one of several audiences. Statements of one kind become one.
   */
  public static anyOf(...audiences: PullAudience[]): PullAudience {
    const all = <T>(kind: (members: Members) => T[]) => audiences.flatMap(({ members }) => kind(members));
    return new PullAudience({
      organizations: all(members => members.organizations),
      organizationPaths: all(members => members.organizationPaths),
      accounts: all(members => members.accounts),
      principals: all(members => members.principals),
      lambdaAccounts: all(members => members.lambdaAccounts),
      lambdaOrganizations: all(members => members.lambdaOrganizations),
    }, 'audiences', audiences.length);
  }

  private readonly members: Members;

  /** A stack's policy is rendered once and shared by all repositories that have this audience. */
  private readonly rendered = new WeakMap<Stack, object>();

  private constructor(members: Members, parameter?: string, count?: number) {
    this.members = members;
    const findings = new Findings();
    findings.unless(count !== 0,
      `'${parameter}' must have at least one entry, got none: leave the audience out for a repository that only its own account pulls from`);
    checkEntries(ORGANIZATION, [...new Set([...members.organizations, ...members.lambdaOrganizations])], findings);
    checkEntries(ORGANIZATION_PATH, members.organizationPaths, findings);
    checkEntries(ACCOUNT, [...new Set([...members.accounts, ...members.lambdaAccounts])], findings);
    for (const { policyFragment } of members.principals) {
      const kinds = Object.keys(policyFragment.principalJson);
      const isPlain = kinds.length === 1 && kinds[0] === 'AWS' && !policyFragment.principalJson.AWS.some(arn => arn.includes('*'))
        && Object.keys(policyFragment.conditions).length === 0;
      findings.unless(isPlain,
        `'principals' must be roles, users or accounts, got ${JSON.stringify({ ...policyFragment.principalJson, ...policyFragment.conditions })}: `
        + 'use PullAudience.organization(), .organizationalUnits() or .lambdaFunctions(), or HardenedRepository.addToResourcePolicy() for a statement of your own');
      checkEntries(PRINCIPAL, isPlain ? policyFragment.principalJson.AWS : [], findings);
    }
    findings.throwIfAny();
  }

  /** @internal Whether a statement admits everyone of an organization: cdk-nag reports those, pinned or not. */
  public get _isOrganizationWide(): boolean {
    return this.members.organizations.length + this.members.organizationPaths.length > 0;
  }

  /** @internal The whole repository policy, the same object for all repositories of a stack. */
  public _render(scope: IConstruct): object {
    const stack = Stack.of(scope);
    const rendered = this.rendered.get(stack);
    if (rendered) {
      return rendered;
    }
    const document = { Version: '2012-10-17', Statement: this._statements(scope) };
    scope.node.addValidation({
      validate: () => policySizeErrors(scope, document, {
        subject: "the policy of 'audience'",
        fix: 'use PullAudience.organization() or PullAudience.organizationalUnits()',
        warning: 'PullAudience.policyMayBeTooLong',
      }),
    });
    this.rendered.set(stack, document);
    return document;
  }

  /** @internal */
  public _statements(scope: IConstruct): Statement[] {
    const { partition, region } = Stack.of(scope);
    const { organizations, organizationPaths, accounts, principals, lambdaAccounts, lambdaOrganizations } = this.members;
    const statements: Statement[] = [];
    if (organizations.length > 0) {
      statements.push(pull('PullFromOrganization', '*', { StringEquals: { 'aws:PrincipalOrgID': collapsed(ORGANIZATION, organizations) } }));
    }
    if (organizationPaths.length > 0) {
      statements.push(pull('PullFromOrganizationalUnits', '*', {
        'StringEquals': { 'aws:PrincipalOrgID': collapsed(ORGANIZATION_PATH, organizationPaths, organizationOf) },
        'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': collapsed(ORGANIZATION_PATH, organizationPaths, path => `${path.replace(/\/$/, '')}/*`) },
      }));
    }
    if (accounts.length > 0) {
      statements.push(pull('PullFromAccounts', collapsed(ACCOUNT, accounts, account => `arn:${partition}:iam::${account}:root`)));
    }
    if (principals.length > 0) {
      statements.push(pull('PullFromPrincipals', collapsed(PRINCIPAL, principals.flatMap(principal => principal.policyFragment.principalJson.AWS))));
    }
    if (lambdaAccounts.length > 0) {
      statements.push(lambda('LambdaFunctionsOfAccounts', {
        ArnLike: { 'aws:SourceArn': collapsed(ACCOUNT, lambdaAccounts, account => `arn:${partition}:lambda:${region}:${account}:function:*`) },
      }));
    }
    if (lambdaOrganizations.length > 0) {
      statements.push(lambda('LambdaFunctionsOfOrganization', { StringEquals: { 'aws:SourceOrgID': collapsed(ORGANIZATION, lambdaOrganizations) } }));
    }
    return statements;
  }
}

function pull(sid: string, principal: unknown, conditions?: Record<string, unknown>): Statement {
  return {
    Sid: sid,
    Effect: 'Allow',
    Principal: { AWS: principal },
    Action: PULL_ACTIONS,
    Condition: { ...conditions, Bool: { 'aws:SecureTransport': 'true' } },
  };
}

function lambda(sid: string, condition: Record<string, unknown>): Statement {
  return {
    Sid: sid,
    Effect: 'Allow',
    Principal: { Service: 'lambda.amazonaws.com' },
    Action: ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
    Condition: condition,
  };
}

/** What a path starts with, also where what follows is a token. */
function organizationOf(path: string): string {
  const [organization] = path.split('/');
  return Token.isUnresolved(organization) ? Fn.select(0, Fn.split('/', path)) : organization;
}
