import type { aws_iam as iam } from 'aws-cdk-lib';
import { aws_ecr as ecr, Token } from 'aws-cdk-lib';
import type { aws_signer as signer } from 'aws-cdk-lib/interfaces';
import type { Construct, IConstruct } from 'constructs';
import { pathsOf } from './contributors';
import { checkFilters, tooManyFilters } from './repository-filters';
import { checkProfile, grantSigning, profileArn } from './signing-profile';
import { claimSingleton } from './singleton-owners';
import { Findings } from '../../private/findings';
import { matchesWildcard } from '../../private/wildcard';

/** The API reference and the guide say 10, the CloudFormation schema 50: what the service refuses counts. */
const MOST_RULES = 10;

interface Pusher {
  readonly grantee: iam.IGrantable;
  readonly repositoryName: string;
}

interface Rule {
  readonly arn: string;
  readonly contributors: IConstruct[];
  /** Nothing: every repository. */
  filters?: string[];
}

/** Everyone's signing rules, in the one resource that a registry has for them, and what they take from those who push. */
export class RegistrySigning {
  private readonly rules = new Map<string, Rule>();
  private readonly pushers: Pusher[] = [];
  private resource?: ecr.CfnSigningConfiguration;

  constructor(private readonly registry: Construct) {
    registry.node.addValidation({ validate: () => this.validate() });
  }

  /** Two rules with the same profile would sign an image twice, so there is one rule a profile. */
  public add(profile: signer.ISigningProfileRef, filters: string[] | undefined, contributor: IConstruct): void {
    const findings = new Findings();
    findings.unless(filters === undefined || filters.length > 0,
      "'repositoryFilters' must have 1 to 100 filters, got 0: leave it out to sign the images of every repository");
    checkFilters(findings, 'repositoryFilters', filters ?? [], 256);
    checkProfile(findings, profile, this.registry);
    findings.throwIfAny(contributor);

    const arn = profileArn(profile);
    const rule: Rule = this.rules.get(arn) ?? { arn, contributors: [], filters: [] };
    rule.filters = filters && rule.filters ? [...new Set([...rule.filters, ...filters])] : undefined;
    rule.contributors.push(contributor);
    this.rules.set(arn, rule);

    this.render();
    this.pushers.forEach(pusher => this.grant(pusher, rule));
  }

  public allow(grantee: iam.IGrantable, repositoryName: string): void {
    const pusher = { grantee, repositoryName };
    this.pushers.push(pusher);
    this.rules.forEach(rule => this.grant(pusher, rule));
  }

  private grant({ grantee, repositoryName }: Pusher, { arn, filters }: Rule): void {
    if (matches(filters, repositoryName)) {
      grantSigning(this.registry, grantee, arn);
    }
  }

  private render(): void {
    const rules = [...this.rules.values()].map(({ arn, filters }) => ({
      signingProfileArn: arn,
      repositoryFilters: filters?.map(filter => ({ filter, filterType: 'WILDCARD_MATCH' })),
    }));
    if (!this.resource) {
      this.resource = new ecr.CfnSigningConfiguration(this.registry, 'Signing', { rules });
      claimSingleton(this.resource);
    }
    this.resource.rules = rules;
  }

  private validate(): string[] {
    const rules = [...this.rules.values()];
    const findings = new Findings();
    findings.unless(rules.length <= MOST_RULES,
      `'profile' must be one of at most ${MOST_RULES} in a registry, got ${rules.length}: sign with fewer profiles; `
      + `they come from ${pathsOf(rules.flatMap(rule => rule.contributors))}`);
    for (const { filters, contributors } of rules) {
      const finding = tooManyFilters('repositoryFilters', filters ?? []);
      findings.unless(finding === undefined, `${finding}; they come from ${pathsOf(contributors)}`);
    }
    return findings.all;
  }
}

/** Without `*` a filter is one name: AWS writes `*prod*` for a name that contains `prod`. What is a token may match. */
function matches(filters: readonly string[] | undefined, repositoryName: string): boolean {
  return filters === undefined || Token.isUnresolved(repositoryName)
    || filters.some(filter => Token.isUnresolved(filter) || mayMatch(filter, repositoryName));
}

/** A name that ends in a slash and a star is every repository below. */
function mayMatch(filter: string, repositoryName: string): boolean {
  if (!repositoryName.endsWith('/*')) {
    return matchesWildcard(filter, repositoryName);
  }
  const prefix = repositoryName.slice(0, -1);
  const [start, ...rest] = filter.split('*');
  return start.startsWith(prefix) || (rest.length > 0 && prefix.startsWith(start));
}
