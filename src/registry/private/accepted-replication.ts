import { Annotations, ArnFormat, aws_iam as iam, Stack, Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { isPrefix } from './prefix-grammar';
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
    const templates = new Set((prefixes ?? ['']).map(templatePrefix));
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
    if (account === stack.account) { // text or token: another token may be another account
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

/**
 * The prefix of the template for what starts with a text. A template is for what is below its prefix, and its grammar is narrower:
 * where it can't say the same, the one for everything is left.
 */
function templatePrefix(prefix: string): string {
  return prefix.endsWith('/') && isPrefix(prefix) ? prefix.slice(0, -1) : RepositoryCreationTemplate.ROOT;
}
