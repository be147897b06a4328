import { Annotations, aws_ecr as ecr, Lazy, Stack } from 'aws-cdk-lib';
import type { Construct, IConstruct } from 'constructs';
import { pathsOf } from './contributors';
import { isWithin, overlap } from './replication-prefixes';
import { claimSingleton } from './singleton-owners';
import { Findings } from '../../private/findings';

/** The guide's quota. The API reference and the CloudFormation schema still say 10. */
const MOST_RULES = 25;
const RULES_OF_THE_SCHEMA = 10;
const MOST_DESTINATIONS = 25;
const MOST_FILTERS = 100;

/** One wish of one construct. */
export interface Replication {
  readonly account: string;
  readonly region: string;
  /** Nothing: every repository. */
  readonly prefixes?: readonly string[];
  readonly contributor: IConstruct;
  /** Where the destination's own wishes are, when it is in the app. */
  readonly onwards?: RegistryReplication;
}

/** Everyone's wishes for replication, in the one resource that a registry has for them. */
export class RegistryReplication {
  private readonly wishes: Replication[] = [];

  constructor(private readonly registry: Construct) {
    registry.node.addValidation({ validate: () => this.validate() });
  }

  public add(replication: Replication): void {
    if (this.wishes.length === 0) {
      claimSingleton(new ecr.CfnReplicationConfiguration(this.registry, 'Replication', {
        replicationConfiguration: { rules: Lazy.any({ produce: () => this.rules() }) },
      }));
    }
    this.wishes.push(replication);
  }

  /** One rule for all destinations that get the same: ECR counts rules. */
  private rules(): ecr.CfnReplicationConfiguration.ReplicationRuleProperty[] {
    const rules = new Map<string, { destinations: ecr.CfnReplicationConfiguration.ReplicationDestinationProperty[]; filters?: string[] }>();
    for (const { account, region, filters } of this.destinations()) {
      const key = JSON.stringify(filters);
      const rule = rules.get(key) ?? { destinations: [], filters };
      rule.destinations.push({ region, registryId: account });
      rules.set(key, rule);
    }
    return [...rules.values()].map(({ destinations, filters }) => ({
      destinations,
      repositoryFilters: filters?.map(filter => ({ filter, filterType: 'PREFIX_MATCH' })),
    }));
  }

  /** What each destination gets, whoever asked for it: sorted, so that the order of constructs changes nothing. */
  private destinations(): { readonly account: string; readonly region: string; filters?: string[] }[] {
    const destinations = new Map<string, { readonly account: string; readonly region: string; filters?: string[] }>();
    for (const { account, region, prefixes } of this.wishes) {
      const key = `${account}/${region}`;
      const known = destinations.get(key);
      const filters = prefixes && (!known || known.filters) ? [...new Set([...known?.filters ?? [], ...prefixes])].sort() : undefined;
      destinations.set(key, { account, region, filters });
    }
    return [...destinations.entries()].sort(([a], [b]) => a < b ? -1 : 1).map(([, destination]) => destination);
  }

  private validate(): string[] {
    const rules = this.rules();
    const destinations = this.destinations().length;
    const who = `they come from ${pathsOf(this.wishes.map(({ contributor }) => contributor))}`;
    const findings = new Findings();
    findings.unless(destinations <= MOST_DESTINATIONS,
      `'destination' must be one of at most ${MOST_DESTINATIONS} in a registry, got ${destinations}: copy to fewer Regions and accounts; ${who}`);
    findings.unless(rules.length <= MOST_RULES,
      `'prefixes' must make at most ${MOST_RULES} rules in a registry, got ${rules.length}: give destinations the same prefixes, which makes them one rule; ${who}`);
    for (const { repositoryFilters } of rules) {
      const { length } = repositoryFilters as unknown[] ?? [];
      findings.unless(length <= MOST_FILTERS,
        `'prefixes' must be at most ${MOST_FILTERS} for a destination, got ${length}: name what they have in common; ${who}`);
    }
    if (rules.length > RULES_OF_THE_SCHEMA && rules.length <= MOST_RULES) {
      Annotations.of(this.registry).addWarningV2('cdk-hardened-ecr:PrivateRegistry.manyReplicationRules',
        `the registry has ${rules.length} replication rules: ECR's guide allows ${MOST_RULES}, but CloudFormation's schema ${RULES_OF_THE_SCHEMA}, `
        + 'so the deployment may be refused. Destinations with the same prefixes share a rule');
    }
    this.warnOfChains();
    return findings.all;
  }

  /** ECR copies no copies: what arrives by replication is not replicated on. */
  private warnOfChains(): void {
    const { account, region } = Stack.of(this.registry);
    for (const { account: via, region: viaRegion, prefixes, onwards } of this.wishes) {
      for (const next of onwards?.wishes ?? []) {
        const isBack = next.account === account && next.region === region;
        const isDirect = this.wishes.some(wish => wish.account === next.account && wish.region === next.region && isWithin(prefixes, wish.prefixes));
        if (!isBack && !isDirect && overlap(prefixes, next.prefixes)) {
          Annotations.of(this.registry).addWarningV2(`cdk-hardened-ecr:PrivateRegistry.replicationChain:${next.account}/${next.region}`,
            `images of this registry stop in ${via}/${viaRegion}: ECR copies no copies, so none of them arrive in ${next.account}/${next.region}, `
            + 'to which that registry replicates. Replicate from here to both');
        }
      }
    }
  }
}
