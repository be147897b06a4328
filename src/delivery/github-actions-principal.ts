import { Aws, aws_iam as iam, CfnResource, Token } from 'aws-cdk-lib';
import type { aws_iam as iamRefs } from 'aws-cdk-lib/interfaces';
import { Findings } from '../private/findings';

/** How workflows of a repository on GitHub identify themselves. */
export interface GitHubActionsPrincipalOptions {
  /**
   * The identity provider of the account that stands for GitHub.
   *
   * An account can have one for `token.actions.githubusercontent.com` and no second. Where it has none, make it once:
   * `new iam.OidcProviderNative(this, 'GitHub', { url: 'https://token.actions.githubusercontent.com', clientIds: ['sts.amazonaws.com'] })`.
   *
   * @default - the one that the account has, by the ARN that it must have
   */
  readonly provider?: iamRefs.IOIDCProviderRef;

  /**
   * The number of the owner on GitHub. Given with `repositoryId` or not at all.
   *
   * Since July 15, 2026 repositories that are new, renamed or transferred call themselves by names and numbers, and others can choose to.
   * Numbers are never given to anyone else, names are. `gh api repos/OWNER/REPOSITORY/actions/oidc/customization/sub` shows which form
   * a repository has.
   *
   * @default - the repository calls itself by its names alone
   * @see https://github.blog/changelog/2026-04-23-immutable-subject-claims-for-github-actions-oidc-tokens
   */
  readonly ownerId?: string;

  /**
   * The number of the repository on GitHub. Given with `ownerId` or not at all.
   *
   * @default - the repository calls itself by its names alone
   */
  readonly repositoryId?: string;
}

/** Who issues the tokens of github.com. */
const ISSUER = 'token.actions.githubusercontent.com';

/** Whom tokens are for, as the action `aws-actions/configure-aws-credentials` asks for them. */
const AUDIENCE = 'sts.amazonaws.com';

/**
 * Workflows of one repository on github.com, on one branch or in one environment, as those who assume a role. No keys are stored anywhere.
 *
 * The role's trust policy compares the whole subject of a token, without wildcards: `repo:acme/*` would let in every repository
 * that anyone in `acme` makes, and `repo:acme/payments:*` every pull request. A subject that was customized on GitHub is another one.
 *
 * @example
 * import { Stack, aws_iam as iam } from 'aws-cdk-lib';
 * import { GitHubActionsPrincipal, HardenedRepository } from 'cdk-hardened-ecr';
 *
 * declare const stack: Stack;
 * declare const repository: HardenedRepository;
 * const role = new iam.Role(stack, 'Release', { assumedBy: GitHubActionsPrincipal.branch('acme/payments', 'main') });
 * repository.grantPush(role);
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_for-idp_oidc.html#idp_oidc_Create_GitHub
 */
export class GitHubActionsPrincipal extends iam.WebIdentityPrincipal {
  /**
   * Workflows that run on a branch, in jobs without an environment: a job with one calls itself by that.
   *
   * @param repository its owner and its name, `acme/payments`
   * @param branch without `refs/heads/`
   * @throws when a name is not one on GitHub, or has a wildcard; when the provider is another one; when one of the numbers is missing
   */
  public static branch(repository: string, branch: string, options: GitHubActionsPrincipalOptions = {}): GitHubActionsPrincipal {
    return new GitHubActionsPrincipal(repository, `ref:refs/heads/${branch}`, options, findings =>
      findings.unless(Token.isUnresolved(branch) || BRANCH.test(branch),
        `'branch' must be the name of a branch, without refs/heads/ and without wildcards, got ${JSON.stringify(branch)}`));
  }

  /**
   * Jobs in an environment of the repository, whose protection rules on GitHub decide who starts them.
   *
   * @param repository its owner and its name, `acme/payments`
   * @param environment its name, as the repository's settings have it
   * @throws when a name is not one on GitHub, or has a wildcard; when the provider is another one; when one of the numbers is missing
   * @see https://docs.github.com/en/actions/reference/security/oidc
   */
  public static environment(repository: string, environment: string, options: GitHubActionsPrincipalOptions = {}): GitHubActionsPrincipal {
    return new GitHubActionsPrincipal(repository, `environment:${environment.replace(/:/g, '%3A')}`, options, findings =>
      findings.unless(Token.isUnresolved(environment) || ENVIRONMENT.test(environment),
        `'environment' must be 1 to 255 characters that can be printed, without wildcards, got ${JSON.stringify(environment)}`));
  }

  private constructor(repository: string, place: string, options: GitHubActionsPrincipalOptions, check: (findings: Findings) => void) {
    const { provider, ownerId, repositoryId } = options;
    const findings = new Findings();
    findings.unless(Token.isUnresolved(repository) || REPOSITORY.test(repository),
      `'repository' must be an owner and a repository on GitHub like "acme/payments", without wildcards, got ${JSON.stringify(repository)}`);
    check(findings);
    findings.unless((ownerId === undefined) === (repositoryId === undefined),
      `'ownerId' and 'repositoryId' must be given both or not at all, got ${JSON.stringify({ ownerId, repositoryId })}: GitHub puts both into the subject`);
    for (const [property, id] of Object.entries({ ownerId, repositoryId })) {
      findings.unless(id === undefined || Token.isUnresolved(id) || /^[1-9][0-9]*$/.test(id), `'${property}' must be a number, got ${JSON.stringify(id)}`);
    }
    // Names are divided where they are known: a token stands for the whole of it.
    findings.unless(ownerId === undefined || !Token.isUnresolved(repository),
      "'repository' must be known at synth beside 'ownerId' and 'repositoryId', got a token: they go between its parts");
    if (provider) {
      checkProvider(findings, provider);
    }
    findings.throwIfAny();

    const [owner, name] = repository.split('/');
    const subject = ownerId === undefined ? repository : `${owner}@${ownerId}/${name}@${repositoryId}`;
    super(provider?.oidcProviderRef.oidcProviderArn ?? `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:oidc-provider/${ISSUER}`, {
      StringEquals: { [`${ISSUER}:aud`]: AUDIENCE, [`${ISSUER}:sub`]: `repo:${subject}:${place}` },
    });
  }
}

/** Letters and digits of the owner with hyphens within, and an underscore before the short code of an enterprise. */
const REPOSITORY = /^[A-Za-z0-9][A-Za-z0-9_-]{0,38}\/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$/;

/** What IAM would put something else for. */
const VARIABLE = '(?!.*\\$\\{)';

/** As `git check-ref-format` has it, of printable ASCII; and no full name of a ref. @see https://git-scm.com/docs/git-check-ref-format */
const BRANCH = new RegExp(
  `^${VARIABLE}(?!refs/|[/.]|@$)(?!.*(?:\\.\\.|//|@\\{|/\\.|\\.lock(?:/|$)|[./]$))[^\\0- \\x7f-\\uffff~^:?*[\\\\]+$`);

const ENVIRONMENT = new RegExp(`^${VARIABLE}[^\\0-\\x1f\\x7f-\\uffff*?]{1,255}$`);

/** Records what is known of a provider and says that it stands for someone else. */
function checkProvider(findings: Findings, provider: iamRefs.IOIDCProviderRef): void {
  const arn = provider.oidcProviderRef.oidcProviderArn;
  const at = `[${provider.node.path}]`;
  findings.unless(Token.isUnresolved(arn) || arn.endsWith(`:oidc-provider/${ISSUER}`),
    `'provider' must be the one for ${ISSUER}, got ${JSON.stringify(arn)} ${at}`);
  const resource = [provider, provider.node.defaultChild].find(CfnResource.isCfnResource) as Partial<iam.CfnOIDCProvider> | undefined;
  const { url, clientIdList } = resource ?? {};
  findings.unless(url === undefined || Token.isUnresolved(url) || url === `https://${ISSUER}`,
    `'provider' must have the URL "https://${ISSUER}", got ${JSON.stringify(url)} ${at}`);
  findings.unless(clientIdList === undefined || Token.isUnresolved(clientIdList) || clientIdList.includes(AUDIENCE),
    `'provider' must have ${JSON.stringify(AUDIENCE)} among its client ids, got ${JSON.stringify(clientIdList)}: AWS refuses the tokens otherwise ${at}`);
}
