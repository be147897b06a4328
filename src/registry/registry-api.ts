import { Findings } from '../private/findings';

/**
 * A call of the ECR API whose number CloudWatch knows: the calls of a login, a push and a pull.
 *
 * No other is counted. A pull is a `BatchGetImage`, and a `GetDownloadUrlForLayer` for each layer that the client has not yet.
 *
 * Two constants are without the `Get` of their call, because jsii has no name that starts so.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/monitoring-usage.html
 */
export class RegistryApi {
  /** `GetAuthorizationToken`: the login. */
  public static readonly AUTHORIZATION_TOKEN = new RegistryApi('GetAuthorizationToken');

  /** Which layers are there already, in a push. */
  public static readonly BATCH_CHECK_LAYER_AVAILABILITY = new RegistryApi('BatchCheckLayerAvailability');

  /** The start of a layer's upload. */
  public static readonly INITIATE_LAYER_UPLOAD = new RegistryApi('InitiateLayerUpload');

  /** A part of a layer. */
  public static readonly UPLOAD_LAYER_PART = new RegistryApi('UploadLayerPart');

  /** The end of a layer's upload. */
  public static readonly COMPLETE_LAYER_UPLOAD = new RegistryApi('CompleteLayerUpload');

  /** The manifest and its tag: the end of a push. Its quota is the lowest, 10 in a second unless raised. */
  public static readonly PUT_IMAGE = new RegistryApi('PutImage');

  /** The manifest: the start of a pull. */
  public static readonly BATCH_GET_IMAGE = new RegistryApi('BatchGetImage');

  /** `GetDownloadUrlForLayer`: a layer of a pull. */
  public static readonly DOWNLOAD_URL_FOR_LAYER = new RegistryApi('GetDownloadUrlForLayer');

  /** All of them, in the order of a login, a push and a pull. */
  public static get all(): RegistryApi[] {
    return [
      RegistryApi.AUTHORIZATION_TOKEN,
      RegistryApi.BATCH_CHECK_LAYER_AVAILABILITY,
      RegistryApi.INITIATE_LAYER_UPLOAD,
      RegistryApi.UPLOAD_LAYER_PART,
      RegistryApi.COMPLETE_LAYER_UPLOAD,
      RegistryApi.PUT_IMAGE,
      RegistryApi.BATCH_GET_IMAGE,
      RegistryApi.DOWNLOAD_URL_FOR_LAYER,
    ];
  }

  /**
   * A call by its name in the API.
   *
   * @throws when CloudWatch does not count it
   */
  public static of(name: string): RegistryApi {
    const found = RegistryApi.all.find(api => api.name === name);
    const findings = new Findings();
    findings.unless(found !== undefined,
      `'name' must be one of ${RegistryApi.all.map(api => api.name).join(', ')}, got ${JSON.stringify(name)}: ECR counts no other calls`);
    findings.throwIfAny();
    return found!;
  }

  private constructor(
    /** As in the API. */
    public readonly name: string,
  ) {
  }
}
