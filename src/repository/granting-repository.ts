import { aws_ecr as ecr, aws_iam as iam } from 'aws-cdk-lib';
import { PULL_ACTIONS, PUSH_ACTIONS, TOKEN_ACTION } from '../private/actions';

/** What a principal that may be anyone of an organization can be granted: nothing that changes a repository. */
const READ_ACTIONS = [...PULL_ACTIONS, 'ecr:DescribeImages', 'ecr:DescribeRepositories', 'ecr:ListImages'];

/** @internal The grants of repositories that were made here and of those that were not: what they grant is what they say. */
export abstract class GrantingRepository extends ecr.RepositoryBase {
  /**
   * Grants actions on the repository.
   *
   * @throws when everyone, or everyone of an organization, would be granted more than to read
   */
  public override grant(grantee: iam.IGrantable, ...actions: string[]): iam.Grant {
    const fragment = grantee.grantPrincipal.policyFragment;
    if (Object.values(fragment.principalJson).flat().includes('*')) {
      const more = actions.filter(action => !READ_ACTIONS.includes(action));
      if (more.length > 0) {
        throw new Error(`'grantee' must not be everyone${organizationsOf(grantee) ? ' of an organization' : ''} for ${JSON.stringify(more)}: `
          + `name the roles that do it [${this.node.path}]`);
      }
      if (Object.keys(fragment.conditions).length === 0) {
        throw new Error('\'grantee\' must not be everyone, got "*": '
          + `name the organization, accounts or roles, or add a statement of your own with addToResourcePolicy() [${this.node.path}]`);
      }
    }
    return this._grantActions(grantee, actions);
  }

  /**
   * Grants what a pull needs: the repository's images, and the token to log in with.
   */
  public override grantPull(grantee: iam.IGrantable): iam.Grant {
    return this.withToken(grantee, this.grant(grantee, ...PULL_ACTIONS));
  }

  /**
   * Grants what a push needs: upload, the check for what is there already, signing when the registry signs, and the token to log in with.
   */
  public override grantPush(grantee: iam.IGrantable): iam.Grant {
    const grant = this.withToken(grantee, this.grant(grantee, ...PUSH_ACTIONS));
    this._allowSigning(grantee);
    return grant;
  }

  /**
   * Grants what a pull and a push need.
   */
  public override grantPullPush(grantee: iam.IGrantable): iam.Grant {
    const grant = this.withToken(grantee, this.grant(grantee, ...new Set([...PULL_ACTIONS, ...PUSH_ACTIONS])));
    this._allowSigning(grantee);
    return grant;
  }

  /** @internal Grants actions that were found harmless for the grantee. */
  protected _grantActions(grantee: iam.IGrantable, actions: string[]): iam.Grant {
    return super.grant(grantee, ...actions);
  }

  /** @internal Lets a pusher sign, where that is known to be needed. */
  protected abstract _allowSigning(pusher: iam.IGrantable): void;

  /** A token comes from the grantee's identity policy alone: who has none gets it elsewhere, so the grant does not depend on it. */
  private withToken(grantee: iam.IGrantable, grant: iam.Grant): iam.Grant {
    iam.Grant.addToPrincipal({ grantee, actions: [TOKEN_ACTION], resourceArns: ['*'] });
    return grant;
  }
}

/** The organizations that a principal stands for, when it stands for them and nothing narrower. */
export function organizationsOf(grantee: iam.IGrantable): string[] | undefined {
  const { conditions } = grantee.grantPrincipal.policyFragment;
  const [operator, ...moreOperators] = Object.keys(conditions);
  const [key, ...moreKeys] = Object.keys(conditions[operator] as object ?? {});
  return operator === 'StringEquals' && key === 'aws:PrincipalOrgID' && moreOperators.length + moreKeys.length === 0
    ? [(conditions[operator] as Record<string, string | string[]>)[key]].flat()
    : undefined;
}
