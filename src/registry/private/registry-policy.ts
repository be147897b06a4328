import { Annotations, ArnFormat, aws_ecr as ecr, aws_iam as iam, Stack } from 'aws-cdk-lib';
import type { Construct, IConstruct } from 'constructs';
import { pathsOf } from './contributors';
import type { RegistryScan } from './registry-scan';
import { deniesScanning, foreignActions } from './registry-statement';
import { claimSingleton } from './singleton-owners';
import { explain } from '../../private/explained';
import { Findings } from '../../private/findings';
import { policySizeErrors } from '../../private/policy-size';
import type { StatementJson } from '../../private/policy-statement';
import { isOpenToEveryone, isOpenToThePinned } from '../../private/policy-statement';

/** Everyone's statements, in the one policy that a registry has. */
export class RegistryPolicy {
  private readonly document = new iam.PolicyDocument();
  private readonly contributors: IConstruct[] = [];
  private resource?: ecr.CfnRegistryPolicy;

  constructor(private readonly registry: Construct, private readonly scan: RegistryScan) {
    registry.node.addValidation({ validate: () => this.validate() });
  }

  /** Adds a copy, so that what is checked is what is deployed. Statements that are alike become one in the document. */
  public add(statement: iam.PolicyStatement, contributor: IConstruct): void {
    const findings = new Findings();
    const copy = statement.hasResource || statement.notResources.length > 0
      ? statement.copy()
      : statement.copy({ resources: [this.everyRepository()] });
    const json = this.resolve<StatementJson>(statement.toStatementJson());
    for (const error of copy.validateForResourcePolicy()) {
      findings.unless(false, `'statement' must be one of a resource policy, got ${JSON.stringify(json)}: ${error}`);
    }
    findings.unless(foreignActions(json).length === 0,
      `'statement' must have actions of ECR, got ${JSON.stringify(foreignActions(json))}: a registry policy takes no others`);
    findings.unless(!isOpenToEveryone(json),
      `'statement' must not allow everyone, got ${JSON.stringify(json)}: name accounts, or add a condition such as `
      + 'StringEquals aws:PrincipalOrgID');
    findings.throwIfAny(contributor);

    this.document.addStatements(copy);
    this.contributors.push(contributor);
    if (!this.resource) {
      this.resource = new ecr.CfnRegistryPolicy(this.registry, 'Policy', { policyText: this.document });
      claimSingleton(this.resource);
    }
    if (isOpenToThePinned(json)) {
      explain(this.resource, 'AwsSolutions-ECR1', 'The statements for everyone carry a condition on the principal: its organization, account or ARN is named');
    }
  }

  private everyRepository(): string {
    return Stack.of(this.registry).formatArn({
      service: 'ecr', resource: 'repository', resourceName: '*', arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
    });
  }

  private validate(): string[] {
    if (!this.resource) {
      return [];
    }
    const document = this.resolve<{ readonly Statement: StatementJson[] }>(this.document);
    const findings = new Findings();
    if (this.scan.effective?._type === 'ENHANCED') {
      const { account } = Stack.of(this.registry);
      document.Statement.filter(statement => deniesScanning(statement, account)).forEach(statement => this.reportDeny(statement, findings));
    }
    return [
      ...findings.all,
      ...policySizeErrors(this.registry, document, {
        subject: 'the registry policy',
        fix: `name an organization rather than accounts, or leave repositories to fewer statements; they come from ${pathsOf(this.contributors)}`,
        warning: 'PrivateRegistry.policyMayBeTooLong',
      }),
    ];
  }

  private reportDeny(statement: StatementJson, findings: Findings): void {
    const text = JSON.stringify(statement);
    const why = 'Amazon Inspector then can turn enhanced scanning neither on nor off';
    if (statement.Condition) {
      Annotations.of(this.registry).addWarningV2('cdk-hardened-ecr:PrivateRegistry.denyMayStopInspector',
        `the registry policy denies 'ecr:PutRegistryScanningConfiguration' under a condition: where it holds for Amazon Inspector, ${why}. ${text}`);
    } else {
      findings.unless(false,
        `'statement' must not deny 'ecr:PutRegistryScanningConfiguration' beside enhanced scanning, got ${text}: ${why}; name the actions that are meant`);
    }
  }

  private resolve<T>(value: unknown): T {
    return Stack.of(this.registry).resolve(value);
  }
}
