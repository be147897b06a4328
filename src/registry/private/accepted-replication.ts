import { Annotations, ArnFormat, aws_iam as iam, Stack, Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { isPrefix } from './prefix-grammar';
import type { RegistryScan } from './registry-scan';
import { checkPrefixes } from './replication-prefixes';
import { templateOf, templatesOf } from './template-prefixes';
import type { ImageProfile } from '../../images/image-profile';
import { Findings } from '../../private/findings';
import { RepositoryCreationTemplate, TemplateUse } from '../creation-template';
import type { PrivateRegistry } from '../private-registry';
import type { AcceptReplicationOptions } from '../replication';

const defaults = new WeakSet<ImageProfile>();

/** Has a profile yield to a template that the destination's owner has made, as one that nobody asked for. */
export function yieldingToTemplates(profile: ImageProfile): ImageProfile {
  defaults.add(profile);
  return profile;
}

/** What a registry takes in: the statement that allows it, and the templates that say how the copies are kept. */
export class AcceptedReplication {
  /** The profiles that the templates here were made with. */
  private readonly profiles = new Map<string, ImageProfile | undefined>();

  /** What the names of what is taken in start with; nothing: every name. */
  private readonly prefixes = new Set<string>();
  private isLeftToSource = false;

  constructor(private readonly registry: PrivateRegistry, private readonly scan: RegistryScan) {
    registry.node.addValidation({ validate: () => this.warn() });
  }

  public accept(options: AcceptReplicationOptions): void {
    const { account, prefixes, profile, scanned = true, contributor = this.registry } = options;
    const findings = new Findings();
    findings.unless(Token.isUnresolved(account) || /^[0-9]{12}$/.test(account), `'account' must be 12 digits, got ${JSON.stringify(account)}`);
    checkPrefixes(findings, prefixes);
    findings.throwIfAny(contributor);

    this.allow(account, prefixes, contributor);
    (prefixes ?? ['']).forEach(prefix => this.prefixes.add(prefix));
    const templates = new Set((prefixes ?? ['']).map(templatePrefix));
    templates.forEach(prefix => this.keep(prefix, profile, contributor));
    if (scanned) {
      this.scan.ensureOn(this.registry);
    } else {
      this.isLeftToSource = true;
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
    findings.unless(isForReplication(existing),
      `'prefixes' must be free of templates that are not for replication, got ${JSON.stringify(prefix)}, which has ${existing.node.path}: `
      + "add TemplateUse.REPLICATION to its 'appliedFor', or 'replicated: true' to its namespace");
    const isOwners = !this.profiles.has(prefix);
    findings.unless(profile === undefined || profile === this.profiles.get(prefix) || (isOwners && defaults.has(profile)),
      `'profile' must be the one of the template that is there for ${JSON.stringify(prefix)}, ${existing.node.path}: `
      + 'leave it out, or pass the same profile everywhere');
    findings.throwIfAny(contributor);
  }

  /** When all templates are there. */
  private warn(): string[] {
    const annotations = Annotations.of(this.registry);
    if (this.isLeftToSource && this.scan.effective === undefined) {
      annotations.addWarningV2('cdk-hardened-ecr:PrivateRegistry.copiesNotScanned',
        'copies that replication brings are not scanned here: what becomes known of them is found at their source only');
    }
    for (const template of templatesOf(this.registry)) {
      const below = `${template.prefix.replace(/\/$/, '')}/`;
      const isNearer = (taken: string) => below.startsWith(taken)
        || (taken.startsWith(below) && templatePrefix(taken) === RepositoryCreationTemplate.ROOT);
      // What is below the prefix of a cache was fetched there and not pushed.
      const takesCopies = isForReplication(template) || template.appliedFor.every(use => use === TemplateUse.PULL_THROUGH_CACHE);
      if (!takesCopies && [...this.prefixes].some(isNearer)) {
        annotations.addWarningV2(`cdk-hardened-ecr:PrivateRegistry.copiesWithoutTemplate:${template.prefix}`,
          `repositories that replication makes below '${below}' may get none of the secure settings: ECR takes the template with the longest prefix, `
          + `which is ${template.node.path}, and that is not for replication. Add TemplateUse.REPLICATION to its 'appliedFor', or 'replicated: true' to its namespace`);
      }
    }
    return [];
  }
}

function isForReplication({ appliedFor }: RepositoryCreationTemplate): boolean {
  return appliedFor.includes(TemplateUse.REPLICATION);
}

/**
 * The prefix of the template for what starts with a text. A template is for what is below its prefix, and its grammar is narrower:
 * where it can't say the same, the one for everything is left.
 */
function templatePrefix(prefix: string): string {
  return prefix.endsWith('/') && isPrefix(prefix) ? prefix.slice(0, -1) : RepositoryCreationTemplate.ROOT;
}
