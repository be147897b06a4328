/** The accounts that the demo plays in: an organization of two, and a stranger beside it. */
export interface Environment {
  readonly account: string;
  readonly region: string;
}

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Holds the registry, and deploys to every account. */
export const CENTRAL = '111111111111';

/** The other account of the organization. */
export const MEMBER = '222222222222';

/** Not of the organization. */
export const STRANGER = '333333333333';

/** As the local AWS takes it: organization, then account=path for each member. */
export const ORGANIZATION = `o-abcd123456:${CENTRAL}=r-ab12/ou-ab12-11111111,${MEMBER}=r-ab12/ou-ab12-22222222`;

export const REGIONS = ['us-east-1', 'eu-west-1', 'us-west-2', 'eu-central-1'];

/** Where the samples are deployed that take longer. */
export const MORE_REGION = 'ap-southeast-2';

/** On the local AWS a twelve-digit access key is that account's root user. */
export function rootOf(account: string): Credentials {
  return { accessKeyId: account, secretAccessKey: 'test' };
}

export function nameOf(environment: Environment): string {
  return `${environment.account}/${environment.region}`;
}
