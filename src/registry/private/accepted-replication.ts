import { Annotations, ArnFormat, aws_iam as iam, Stack, Token, TokenComparison } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { checkPrefixes } from './replication-prefixes';
import { templateOf } from './template-prefixes';
import type { ImageProfile } from '../../images/image-profile';
import { Findings } from '../../private/findings';
import { RepositoryCreationTemplate, TemplateUse } from '../creation-template';
import type { PrivateRegistry } from '../private-registry';
import type { AcceptReplicationOptions } from '../replication';

/** What a registry takes in: the statement that allows it, and the templates that say how the copies are kept. */
export class AcceptedReplication {
  /** The profiles that the templates here were made with. */
  private readonly profiles = new Map<string, ImageProfile | undefined>();

  constructor(private readonly registry: PrivateRegistry, private readonly scan: { ensureOn(construct: IConstruct): void }) {}

  public accept(options: AcceptReplicationOptions): void {
    const { account, prefixes, profile, scanned = true, contributor = this.registry } = options;
    const findings = new Findings();
    findings.unless(Token.isUnresolved(account) || /^[0-9]{12}$/.test(account), `'account' must be 12 digits, got ${JSON.stringify(account)}`);
    checkPrefixes(findings, prefixes);
    findings.throwIfAny(contributor);

    this.allow(account, prefixes, contributor);
    const templates = new Set((prefixes ?? ['']).map(prefix => Token.isUnresolved(prefix) || !prefix.endsWith('/')
      // A template has no text that others start with, only what is below: the one for everything is left.
      ? RepositoryCreationTemplate.ROOT
      : prefix.slice(0, -1)));
    templates.forEach(prefix => this.keep(prefix, profile, contributor));
    if (scanned) {
      this.scan.ensureOn(this.registry);
    } else {
      Annotations.of(this.registry).addWarningV2('cdk-hardened-ecr:PrivateRegistry.copiesNotScanned',
        'copies that replication brings are not scanned here: what becomes known of them is found at their source only');
    }
  }

  /** Within an account nothing is asked; ECR's own role copies. */
  private allow(account: string, prefixes: readonly string[] | undefined, contributor: IConstruct): void {
    const stack = Stack.of(this.registry);
    if ([TokenComparison.SAME, TokenComparison.BOTH_UNRESOLVED].includes(Token.compareStrings(account, stack.account))) {
      return;
    }
    this.registry.addToRegistryPolicy(new iam.PolicyStatement({
      principals: [new iam.AccountPrincipal(account)],
      actions: ['ecr:CreateRepository', 'ecr:ReplicateImage'],
      resources: (prefixes ?? ['']).map(prefix => stack.formatArn({
        service: 'ecr', resource: 'repository', resourceName: `${prefix}*`, arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
      })),
    }), contributor);
  }

  private keep(prefix: string, profile: ImageProfile | undefined, contributor: IConstruct): void {
    const existing = templateOf(this.registry, prefix);
    if (!existing) {
      this.registry.addCreationTemplate(`Replication:${prefix.replace(/\//g, ':')}`, {
        prefix,
        appliedFor: [TemplateUse.REPLICATION],
        profile,
        description: 'Repositories that replication makes',
      });
      this.profiles.set(prefix, profile);
      return;
    }
    const findings = new Findings();
    findings.unless(existing.appliedFor.includes(TemplateUse.REPLICATION),
      `'prefixes' must be free of templates that are not for replication, got ${JSON.stringify(prefix)}, which has ${existing.node.path}: `
      + "add TemplateUse.REPLICATION to its 'appliedFor'");
    findings.unless(profile === undefined || profile === this.profiles.get(prefix),
      `'profile' must be the one of the template that is there for ${JSON.stringify(prefix)}, ${existing.node.path}: `
      + 'leave it out, or pass the same profile everywhere');
    findings.throwIfAny(contributor);
  }
}
