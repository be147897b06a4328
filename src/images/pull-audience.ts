import type { aws_iam as iam } from 'aws-cdk-lib';
import { Fn, Lazy, Stack, Token, TokenComparison } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { PULL_ACTIONS } from '../private/actions';
import { ACCOUNT, checkEntries, collapsed, ORGANIZATION, ORGANIZATION_PATH, PRINCIPAL } from '../private/audience-grammar';
import { Findings } from '../private/findings';
import { policySizeErrors } from '../private/policy-size';
import { SharedDocument } from '../private/shared-document';

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

  /**
   * The Region of the functions, for a check at synth: Lambda takes images from its own Region only.
   *
   * @default - that of the repository
   */
  readonly region?: string;
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
  readonly lambdaRegions: string[];
}

const NOBODY: Members = {
  organizations: [], organizationPaths: [], accounts: [], principals: [], lambdaAccounts: [], lambdaOrganizations: [], lambdaRegions: [],
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
   * @throws when neither or both are given, or when an id is not one; where it is used, when `region` is another one than the repository's
   * @see https://docs.aws.amazon.com/lambda/latest/dg/images-create.html
   */
  public static lambdaFunctions(props: LambdaFunctionsAudienceProps): PullAudience {
    const accounts = [...props.accounts ?? []];
    const lambdaRegions = props.region === undefined ? [] : [props.region];
    const { organizationId } = props;
    const findings = new Findings();
    findings.unless((accounts.length > 0) !== (organizationId !== undefined),
      `'accounts' or 'organizationId' must be given, one of them, got ${JSON.stringify(props)}: name whose functions may be made of the images`);
    findings.throwIfAny();
    return organizationId === undefined
      ? new PullAudience({ ...NOBODY, accounts, lambdaAccounts: accounts, lambdaRegions })
      : new PullAudience({ ...NOBODY, organizations: [organizationId], lambdaOrganizations: [organizationId], lambdaRegions });
  }

  /**
   * Whoever is in at least one of several audiences. Statements of one kind become one.
   */
  public static anyOf(...audiences: PullAudience[]): PullAudience {
    return new PullAudience(union(audiences.map(({ members }) => members)), 'audiences', audiences.length);
  }

  /** @internal An audience that others may join until the template is written, whoever has been given it by then. */
  public static _growing(...audiences: PullAudience[]): PullAudience {
    const growing = new PullAudience(union(audiences.map(({ members }) => members)));
    growing.isGrowing = true;
    return growing;
  }

  private members: Members;
  private isGrowing = false;

  /** A stack's policy is rendered once and shared by all repositories that have this audience. */
  private readonly rendered = new WeakMap<Stack, unknown>();

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

  /** @internal Whether nobody is in it, as one that grows starts. */
  public get _isNobody(): boolean {
    return Object.values(this.members).every((kind: unknown[]) => kind.length === 0);
  }

  /** @internal Whether Lambda's service is admitted, which looks at repository policies only. */
  public get _isForLambda(): boolean {
    return this.members.lambdaAccounts.length + this.members.lambdaOrganizations.length > 0;
  }

  /** @internal Lets others join an audience that was made to grow. It may be that of several Regions: whoever admits them has checked theirs. */
  public _admit(audience: PullAudience): void {
    this.members = union([this.members, { ...audience.members, lambdaRegions: [] }]);
  }

  /** @internal The whole repository policy, the same object for all repositories of a stack; nothing while nobody is in it. */
  public _render(scope: IConstruct): unknown {
    const stack = Stack.of(scope);
    const rendered = this.rendered.get(stack);
    if (rendered) {
      return rendered;
    }
    const document = this.isGrowing ? new SharedDocument(this.producer(scope)) : this.document(scope);
    scope.node.addValidation({
      validate: () => this._isNobody ? [] : policySizeErrors(scope, document, {
        subject: "the policy of 'audience'",
        fix: 'use PullAudience.organization() or PullAudience.organizationalUnits()',
        warning: 'PullAudience.policyMayBeTooLong',
      }),
    });
    this.rendered.set(stack, document);
    return document;
  }

  private document(scope: IConstruct): object {
    return { Version: '2012-10-17', Statement: this._statements(scope) };
  }

  /** Of an audience that grows: a new document only when somebody has joined. */
  private producer(scope: IConstruct): () => object | undefined {
    let last: { readonly members: Members; readonly document: object } | undefined;
    return () => {
      if (this._isNobody) {
        return undefined;
      }
      if (last?.members !== this.members) {
        last = { members: this.members, document: this.document(scope) };
      }
      return last.document;
    };
  }

  /** @internal The same as text, as creation templates have it. */
  public _renderText(scope: IConstruct): string {
    const stack = Stack.of(scope);
    this._render(scope); // its size is judged there
    return this.isGrowing
      ? Lazy.uncachedString({ produce: () => this._isNobody ? undefined : stack.toJsonString(this.document(scope)) })
      : stack.toJsonString(this.document(scope));
  }

  /** @internal */
  public _statements(scope: IConstruct): Statement[] {
    const { partition, region } = Stack.of(scope);
    const { organizations, organizationPaths, accounts, principals, lambdaAccounts, lambdaOrganizations, lambdaRegions } = this.members;
    for (const other of lambdaRegions.filter(given => Token.compareStrings(given, region) === TokenComparison.DIFFERENT)) {
      throw new Error(`'region' must be the repository's own, ${JSON.stringify(region)}, got ${JSON.stringify(other)}: `
        + `a Lambda function takes its image from its own Region only, replicate the images to ${other} [${scope.node.path}]`);
    }
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

/** Everyone who is in one of them. */
function union(all: Members[]): Members {
  const every = <T>(kind: (members: Members) => T[]) => all.flatMap(kind);
  return {
    organizations: every(members => members.organizations),
    organizationPaths: every(members => members.organizationPaths),
    accounts: every(members => members.accounts),
    principals: every(members => members.principals),
    lambdaAccounts: every(members => members.lambdaAccounts),
    lambdaOrganizations: every(members => members.lambdaOrganizations),
    lambdaRegions: every(members => members.lambdaRegions),
  };
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
