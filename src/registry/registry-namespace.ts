import { ArnFormat, aws_iam as iam, Stack, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { RepositoryCreationTemplate, TemplateUse } from './creation-template';
import type { PrivateRegistry } from './private-registry';
import type { ImageProfile } from '../images/image-profile';
import type { ImageSettings } from '../images/image-settings';
import { PUSH_ACTIONS, TOKEN_ACTION } from '../private/actions';
import { explainWildcard } from '../private/explained';
import { Findings } from '../private/findings';
import type { HardenedRepository } from '../repository/hardened-repository';
import { isOutOfReach } from '../repository/private/grantee';
import { isSameAccount, namedPrincipal } from '../repository/private/named-principal';

/** What a namespace is for, and whose. Every setting beside `profile` wins over it. */
export interface RegistryNamespaceOptions extends ImageSettings {
  /**
   * How the images of its repositories are kept.
   *
   * @default - the profile of the registry
   */
  readonly profile?: ImageProfile;

  /**
   * Who may push below the prefix, and make repositories there by doing so: roles, users or accounts, of this account or another one.
   *
   * @default - nobody, until `grantPush` says so
   */
  readonly pushers?: iam.IGrantable[];

  /**
   * What it is for, in words. At most 256 characters.
   *
   * @default - none
   */
  readonly description?: string;

  /**
   * Whether its settings are also for repositories that replication to this registry makes.
   *
   * @default false
   */
  readonly replicated?: boolean;
}

/** What a namespace is made of. */
export interface RegistryNamespaceProps {
  /** What the names of its repositories start with, without the slash or with it. */
  readonly prefix: string;

  /** How the images of its repositories are kept. */
  readonly profile: ImageProfile;

  /** The registry that it is a part of. */
  readonly registry: PrivateRegistry;

  /**
   * What it is for, in words.
   *
   * @default - none
   */
  readonly description?: string;

  /**
   * Whether its settings are also for repositories that replication to this registry makes.
   *
   * @default false
   */
  readonly replicated?: boolean;
}

/**
 * The repositories below a prefix, made when a team pushes to them.
 *
 * Comes from `CentralRegistry.addNamespace()`: a creation template for CREATE_ON_PUSH and the rights of the pushers.
 */
export class RegistryNamespace extends Construct {
  /** What the names of its repositories start with, without a slash at the end. */
  public readonly prefix: string;

  /** The settings of the repositories that a push makes. */
  public readonly template: RepositoryCreationTemplate;

  private readonly registry: PrivateRegistry;
  /** What the policies of those below are added to: repositories, and the templates of namespaces. */
  private readonly included: ((statement: iam.PolicyStatement) => void)[] = [];
  private readonly foreigners: iam.PolicyStatement[] = [];

  /**
   * @throws when the prefix is not one, is that of every repository, or is not known at synth; when the registry has a template for it
   */
  constructor(scope: Construct, id: string, props: RegistryNamespaceProps) {
    super(scope, id);
    const findings = new Findings();
    findings.unless(!Token.isUnresolved(props.prefix), "'prefix' must be known at synth, got a token: what a namespace holds follows from its text");
    findings.unless(props.prefix !== RepositoryCreationTemplate.ROOT,
      `'prefix' must be that of a team, got ${JSON.stringify(props.prefix)}: its pushers could push to every repository. `
      + 'For a template without pushers use PrivateRegistry.addCreationTemplate()');
    findings.throwIfAny(scope);
    this.registry = props.registry;
    this.prefix = props.prefix.replace(/\/$/, '');
    this.template = new RepositoryCreationTemplate(this, 'Template', {
      prefix: props.prefix,
      appliedFor: [TemplateUse.CREATE_ON_PUSH, ...props.replicated ? [TemplateUse.REPLICATION] : []],
      profile: props.profile,
      description: props.description,
      registry: props.registry,
    });
  }

  /**
   * Grants what it takes to push below the prefix, to repositories that are there and to those that the push makes.
   *
   * A principal of this account gets it in its identity policy. For one of another account it is written here, in the policies
   * of the repositories and, for making them, in the registry's; its own account has to allow it too, `ecr:GetAuthorizationToken` with it.
   *
   * That a pusher needs `ecr:CreateRepository` is how we read the guide, which says it of the first pull through a cache.
   *
   * @throws when the grantee is everyone, an organization or a service, or is named with a wildcard, which no policy takes
   */
  public grantPush(grantee: iam.IGrantable): iam.Grant {
    const { principalJson, conditions } = grantee.grantPrincipal.policyFragment;
    const values = Object.values(principalJson).flat();
    if (values.some(value => value.includes('*')) || !Object.keys(principalJson).every(kind => kind === 'AWS')) {
      throw new Error("'pushers' must be roles, users or accounts, "
        + `got ${JSON.stringify(Stack.of(this).resolve({ ...principalJson, ...conditions }))}: name the roles that push [${this.node.path}]`);
    }
    const { account } = Stack.of(this);
    const { principalAccount = account } = grantee.grantPrincipal;
    const identity = isOutOfReach(grantee)
      ? iam.Grant.drop(grantee, 'the policies of an imported role of another account are not written here')
      : iam.Grant.addToPrincipal({ grantee, actions: ['ecr:CreateRepository', ...PUSH_ACTIONS], resourceArns: [this.arn] });
    iam.Grant.addToPrincipal({ grantee, actions: [TOKEN_ACTION], resourceArns: ['*'] });
    this.registry.allowSigning(grantee, `${this.prefix}/*`);
    if (identity.success && Construct.isConstruct(grantee.grantPrincipal)) {
      explainWildcard(grantee.grantPrincipal, this.arn, 'What a team will push is not known: it may push below its own prefix, and nowhere else');
    }
    if (!identity.success) {
      return this.grantHere(grantee);
    }
    return isSameAccount(account, principalAccount) ? identity : identity.combine(this.grantHere(grantee));
  }

  /** @internal Whether a repository is below the prefix. */
  public _holds(repositoryName: string): boolean {
    return repositoryName.startsWith(`${this.prefix}/`);
  }

  /** @internal Lets the pushers push to a repository that no push had to make. */
  public _include(repository: HardenedRepository): void {
    this.include(statement => repository.addToResourcePolicy(statement));
  }

  /** @internal Lets the pushers push to what a namespace further down holds: ECR uses the template with the longest prefix. */
  public _includeNamespace({ template }: RegistryNamespace): void {
    this.include(statement => template.addToRepositoryPolicy(statement));
  }

  private include(add: (statement: iam.PolicyStatement) => void): void {
    this.included.push(add);
    this.foreigners.forEach(add);
  }

  private get arn(): string {
    return Stack.of(this).formatArn({
      service: 'ecr', resource: 'repository', resourceName: `${this.prefix}/*`, arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
    });
  }

  /** Only the registry policy can allow that a repository is made; the rest works under version 1 of its scope too when repositories say it. */
  private grantHere(grantee: iam.IGrantable): iam.Grant {
    const { account, region } = Stack.of(this);
    const principal = namedPrincipal(grantee, Stack.of(this), account);
    this.registry.addToRegistryPolicy(new iam.PolicyStatement({ ...principal, actions: ['ecr:CreateRepository'], resources: [this.arn] }), this);
    return iam.Grant.addStatementToResourcePolicy({
      grantee,
      actions: PUSH_ACTIONS,
      resourceArns: [this.arn],
      statement: new iam.PolicyStatement({ ...principal, actions: PUSH_ACTIONS }),
      resource: {
        env: { account, region },
        addToResourcePolicy: statement => {
          this.foreigners.push(statement);
          this.template.addToRepositoryPolicy(statement);
          this.included.forEach(add => add(statement));
          return { statementAdded: true, policyDependable: this.template };
        },
      },
    });
  }
}
