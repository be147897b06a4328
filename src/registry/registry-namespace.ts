import { ArnFormat, aws_iam as iam, Stack, Token, TokenComparison } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { RepositoryCreationTemplate, TemplateUse } from './creation-template';
import type { PrivateRegistry } from './private-registry';
import type { ImageProfile } from '../images/image-profile';
import type { ImageSettings } from '../images/image-settings';
import { PUSH_ACTIONS, TOKEN_ACTION } from '../private/actions';
import { explainWildcard } from '../private/explained';
import type { HardenedRepository } from '../repository/hardened-repository';

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
  private readonly included: HardenedRepository[] = [];
  private readonly foreigners: iam.PolicyStatement[] = [];

  constructor(scope: Construct, id: string, props: RegistryNamespaceProps) {
    super(scope, id);
    this.registry = props.registry;
    this.prefix = props.prefix.replace(/\/$/, '');
    this.template = new RepositoryCreationTemplate(this, 'Template', {
      prefix: props.prefix,
      appliedFor: [TemplateUse.CREATE_ON_PUSH],
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
   * @throws when the grantee is everyone, an organization or a service
   */
  public grantPush(grantee: iam.IGrantable): iam.Grant {
    const { principalJson, conditions } = grantee.grantPrincipal.policyFragment;
    const values = Object.values(principalJson).flat();
    if (values.includes('*') || !Object.keys(principalJson).every(kind => kind === 'AWS')) {
      throw new Error("'pushers' must be roles, users or accounts, "
        + `got ${JSON.stringify(Stack.of(this).resolve({ ...principalJson, ...conditions }))}: name the roles that push [${this.node.path}]`);
    }
    const { account } = Stack.of(this);
    const { principalAccount = account } = grantee.grantPrincipal;
    const own = iam.Grant.addToPrincipal({ grantee, actions: ['ecr:CreateRepository', ...PUSH_ACTIONS], resourceArns: [this.arn] });
    iam.Grant.addToPrincipal({ grantee, actions: [TOKEN_ACTION], resourceArns: ['*'] });
    this.registry.allowSigning(grantee, `${this.prefix}/*`);
    const isForeign = Token.compareStrings(principalAccount, account) === TokenComparison.DIFFERENT;
    if (!own.success || isForeign) {
      return this.grantHere(grantee);
    }
    if (Construct.isConstruct(grantee.grantPrincipal)) {
      explainWildcard(grantee.grantPrincipal, this.arn, 'What a team will push is not known: it may push below its own prefix, and nowhere else');
    }
    return own;
  }

  /** @internal Whether a repository is below the prefix. */
  public _holds(repositoryName: string): boolean {
    return repositoryName.startsWith(`${this.prefix}/`);
  }

  /** @internal Lets the pushers push to a repository that no push had to make. */
  public _include(repository: HardenedRepository): void {
    this.included.push(repository);
    this.foreigners.forEach(statement => repository.addToResourcePolicy(statement));
  }

  private get arn(): string {
    return Stack.of(this).formatArn({
      service: 'ecr', resource: 'repository', resourceName: `${this.prefix}/*`, arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
    });
  }

  /** Only the registry policy can allow that a repository is made; the rest works under version 1 of its scope too when repositories say it. */
  private grantHere(grantee: iam.IGrantable): iam.Grant {
    const principals = [grantee.grantPrincipal];
    this.registry.addToRegistryPolicy(new iam.PolicyStatement({ principals, actions: ['ecr:CreateRepository'], resources: [this.arn] }), this);
    return iam.Grant.addStatementToResourcePolicy({
      grantee,
      actions: PUSH_ACTIONS,
      resourceArns: [this.arn],
      statement: new iam.PolicyStatement({ principals, actions: PUSH_ACTIONS }),
      resource: {
        env: { account: Stack.of(this).account, region: Stack.of(this).region },
        addToResourcePolicy: statement => {
          this.foreigners.push(statement);
          this.template.addToRepositoryPolicy(statement);
          this.included.forEach(repository => repository.addToResourcePolicy(statement));
          return { statementAdded: true, policyDependable: this.template };
        },
      },
    });
  }
}
