/** Where it is written who may pull. */
export enum AudiencePlacement {
  /** In the policy of each repository and of each creation template: works in every registry. */
  REPOSITORY_POLICIES = 'REPOSITORY_POLICIES',

  /**
   * Once, in the registry policy. Then every repository of the account in the Region is open to the audience, whoever made it,
   * and the registry must evaluate its policy for pulls: `REGISTRY_POLICY_SCOPE` V2, which CloudFormation can't set.
   *
   * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry-permissions.html
   */
  REGISTRY_POLICY = 'REGISTRY_POLICY',
}
