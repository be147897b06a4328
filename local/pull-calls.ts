/** Somebody in an account, or the account that a registry or a bucket belongs to. */
export interface Party {
  readonly account: string;
  readonly organization?: string;
}

/** An HTTP call, and what it is in the words of IAM. */
export interface Call {
  /** In a person's words. */
  readonly step: string;
  readonly method: 'GET' | 'POST';
  readonly url: string;
  /** The service of the VPC endpoint that it goes through. */
  readonly service: string;
  readonly action: string;
  readonly resource: string;
  /** Who has signed it; nothing is known of who signs for ECR. */
  readonly by?: Party;
  /** Whose the resource is, where it is anybody's. */
  readonly of?: Party;
  /** How far things have come when it fails. */
  readonly failure: string;
}

export interface Image {
  readonly registry: Party;
  readonly repository: string;
  readonly tag: string;
}

/** What the owner of an account does in a Region. */
export class Caller {
  constructor(private readonly party: Party, private readonly region: string) {}

  /**
   * The calls of a pull, in order.
   *
   * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html
   */
  public pull({ registry, repository, tag }: Image): Call[] {
    const { party, region } = this;
    const host = `${registry.account}.dkr.ecr.${region}.amazonaws.com`;
    const asked = { method: 'GET', service: 'ecr.dkr', resource: repositoryArn(region, registry, repository), by: party, of: registry } as const;
    const bucket = `prod-${region}-starport-layer-bucket`;
    return [
      this.login(),
      {
        ...asked,
        step: 'manifest',
        url: `https://${host}/v2/${repository}/manifests/${tag}`,
        action: 'ecr:BatchGetImage',
        failure: 'the pull stops after the login',
      },
      {
        ...asked,
        step: 'address of a layer',
        url: `https://${host}/v2/${repository}/blobs/sha256:…`,
        action: 'ecr:GetDownloadUrlForLayer',
        failure: 'the pull stops after the manifest',
      },
      {
        step: 'layers',
        method: 'GET',
        url: `https://${bucket}.s3.${region}.amazonaws.com/…`,
        service: 's3',
        action: 's3:GetObject',
        resource: `arn:aws:s3:::${bucket}/layer`,
        failure: 'the pull stops after the manifest',
      },
    ];
  }

  /** The first calls of a push: where they don't pass, nothing is pushed. */
  public push({ registry, repository }: Image): Call[] {
    return [this.login(), {
      step: 'upload',
      method: 'POST',
      url: `https://${registry.account}.dkr.ecr.${this.region}.amazonaws.com/v2/${repository}/blobs/uploads/`,
      service: 'ecr.dkr',
      action: 'ecr:InitiateLayerUpload',
      resource: repositoryArn(this.region, registry, repository),
      by: this.party,
      of: registry,
      failure: 'nothing is pushed',
    }];
  }

  /** What the `awslogs` driver does before a task starts. */
  public log(group: string): Call {
    return {
      step: 'log',
      method: 'POST',
      url: `https://logs.${this.region}.amazonaws.com/`,
      service: 'logs',
      action: 'logs:CreateLogStream',
      resource: `arn:aws:logs:${this.region}:${this.party.account}:log-group:${group}:log-stream:task`,
      by: this.party,
      of: this.party,
      failure: 'the image is there, and the task does not start',
    };
  }

  private login(): Call {
    return {
      step: 'login',
      method: 'POST',
      url: `https://api.ecr.${this.region}.amazonaws.com/`,
      service: 'ecr.api',
      action: 'ecr:GetAuthorizationToken',
      resource: '*',
      by: this.party,
      failure: 'nobody is logged in',
    };
  }
}

function repositoryArn(region: string, { account }: Party, repository: string): string {
  return `arn:aws:ecr:${region}:${account}:repository/${repository}`;
}
