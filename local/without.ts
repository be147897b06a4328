/** A network that lacks an endpoint, and what that comes to: written down from what ECR's guide says of each. */
export interface Lack {
  /** The construct that is taken away. */
  readonly construct: string;
  /** In a person's words. */
  readonly endpoint: string;
  /** The calls that must fail, of all that are made. */
  readonly fails: readonly string[];
}

/**
 * By the name of the stack.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html
 */
export const WITHOUT: Readonly<Record<string, Lack>> = {
  WithoutEcrApi: { construct: 'EcrApi', endpoint: 'ecr.api', fails: ['login'] },
  WithoutEcrDkr: { construct: 'EcrDkr', endpoint: 'ecr.dkr', fails: ['manifest', 'address of a layer'] },
  WithoutS3: { construct: 'S3', endpoint: 's3 (gateway)', fails: ['layers'] },
  WithoutLogs: { construct: 'logs', endpoint: 'logs', fails: ['log'] },
};
