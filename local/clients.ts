import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ECRClient } from '@aws-sdk/client-ecr';
import { IAMClient } from '@aws-sdk/client-iam';
import { KMSClient } from '@aws-sdk/client-kms';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import { STSClient } from '@aws-sdk/client-sts';
import { Credentials, Environment, rootOf } from './accounts';

/** Clients of the AWS SDK that talk to the local AWS and to nothing else. */
export class Clients {
  constructor(private readonly endpoint: string) {}

  public cloudFormation(environment: Environment): CloudFormationClient {
    return new CloudFormationClient(this.settings(environment.region, rootOf(environment.account)));
  }

  public cloudWatch(environment: Environment): CloudWatchClient {
    return new CloudWatchClient(this.settings(environment.region, rootOf(environment.account)));
  }

  public logs(environment: Environment): CloudWatchLogsClient {
    return new CloudWatchLogsClient(this.settings(environment.region, rootOf(environment.account)));
  }

  public ecr(environment: Environment, credentials: Credentials = rootOf(environment.account)): ECRClient {
    return new ECRClient(this.settings(environment.region, credentials));
  }

  public ec2(environment: Environment): EC2Client {
    return new EC2Client(this.settings(environment.region, rootOf(environment.account)));
  }

  public kms(environment: Environment): KMSClient {
    return new KMSClient(this.settings(environment.region, rootOf(environment.account)));
  }

  public sqs(environment: Environment): SQSClient {
    return new SQSClient(this.settings(environment.region, rootOf(environment.account)));
  }

  public stepFunctions(environment: Environment): SFNClient {
    return new SFNClient(this.settings(environment.region, rootOf(environment.account)));
  }

  public iam(account: string): IAMClient {
    return new IAMClient(this.settings('us-east-1', rootOf(account)));
  }

  public sts(credentials: Credentials): STSClient {
    return new STSClient(this.settings('us-east-1', credentials));
  }

  private settings(region: string, credentials: Credentials) {
    return { endpoint: this.endpoint, region, credentials, maxAttempts: 2 };
  }
}
