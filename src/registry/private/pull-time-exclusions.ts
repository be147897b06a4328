import { aws_ecr as ecr, Names, Token } from 'aws-cdk-lib';
import type { aws_iam as iam } from 'aws-cdk-lib/interfaces';
import type { Construct } from 'constructs';
import { Findings } from '../../private/findings';

const MOST_EXCLUSIONS = 100;

/** Roles whose pulls don't count as use of an image: a resource for each. */
export class PullTimeExclusions {
  private readonly roles = new Map<string, iam.IRoleRef>();

  constructor(private readonly registry: Construct) {
    registry.node.addValidation({ validate: () => this.validate() });
  }

  public add(role: iam.IRoleRef): void {
    const { roleArn } = role.roleRef;
    const findings = new Findings();
    findings.unless(Token.isUnresolved(roleArn) || (roleArn.length <= 200 && /^arn:aws(-[a-z]+)*:iam::[0-9]{12}:role\/[\w+=,.@/-]+$/.test(roleArn)),
      `'roles' must have ARNs of roles, of at most 200 characters, got ${JSON.stringify(roleArn)}`);
    findings.throwIfAny(role);
    if (!this.roles.has(roleArn)) {
      this.roles.set(roleArn, role);
      new ecr.CfnPullTimeUpdateExclusion(this.registry, `PullTimeExclusion${Names.uniqueResourceName(role, { maxLength: 160 })}`, { principalArn: roleArn });
    }
  }

  private validate(): string[] {
    const findings = new Findings();
    findings.unless(this.roles.size <= MOST_EXCLUSIONS,
      `'roles' must be at most ${MOST_EXCLUSIONS} in a registry, got ${this.roles.size}: let scanners share a role; `
      + `they come from ${[...this.roles.values()].map(role => role.node.path).join(', ')}`);
    return findings.all;
  }
}
