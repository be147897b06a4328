import { aws_ecr as ecr } from 'aws-cdk-lib';
import type { aws_iam as iam } from 'aws-cdk-lib';
import { RepositoryGrants } from './repository-grants';

/** @internal A repository, made here or imported, whose grants are those of `RepositoryGrants`: what they grant is what they say. */
export abstract class GrantingRepository extends ecr.RepositoryBase {
  /**
   * Grants actions on the repository.
   *
   * @throws as RepositoryGrants.actions() does
   */
  public override grant(grantee: iam.IGrantable, ...actions: string[]): iam.Grant {
    return RepositoryGrants.fromRepository(this).actions(grantee, actions);
  }

  /**
   * Grants to look at the repository and its list of images.
   *
   * @throws as RepositoryGrants.read() does
   */
  public override grantRead(grantee: iam.IGrantable): iam.Grant {
    return RepositoryGrants.fromRepository(this).read(grantee);
  }

  /**
   * Grants what a pull needs: the repository's images, and the token to log in with.
   *
   * @throws as RepositoryGrants.pull() does
   */
  public override grantPull(grantee: iam.IGrantable): iam.Grant {
    return RepositoryGrants.fromRepository(this).pull(grantee);
  }

  /**
   * Grants what a push needs: upload, the check for what is there already, signing when the registry signs, and the token to log in with.
   *
   * @throws as RepositoryGrants.push() does
   */
  public override grantPush(grantee: iam.IGrantable): iam.Grant {
    return RepositoryGrants.fromRepository(this).push(grantee);
  }

  /**
   * Grants what a pull and a push need.
   *
   * @throws as RepositoryGrants.push() does
   */
  public override grantPullPush(grantee: iam.IGrantable): iam.Grant {
    return RepositoryGrants.fromRepository(this).pullPush(grantee);
  }
}
