import { aws_ecr as ecr, CfnResource, Stage, Token, TokenComparison } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

const MOST_RULES = 50;

const ours = new WeakSet<IConstruct>();
const watched = new WeakSet<IConstruct>();

/**
 * Counts the rules of a registry at synth, wherever in the app they are and whether they are ours or not:
 * a registry has one a prefix, and 50.
 *
 * Every assembly around the rule looks, as a stage may be synthesized without the app.
 */
export function claimRule(rule: ecr.CfnPullThroughCacheRule): void {
  ours.add(rule);
  for (const assembly of rule.node.scopes.filter(Stage.isStage)) {
    if (!watched.has(assembly)) {
      watched.add(assembly);
      assembly.node.addValidation({ validate: () => validateRules(assembly) });
    }
  }
}

function validateRules(assembly: IConstruct): string[] {
  const all = assembly.node.root.node.findAll().filter(isRule);
  const mine = all.filter(rule => ours.has(rule) && rule.node.scopes.includes(assembly));
  return mine
    .filter(rule => mine.find(other => isSameRegistry(rule, other)) === rule) // the first of each registry speaks for it
    .flatMap(rule => errorsIn(all.filter(other => isSameRegistry(rule, other))));
}

function errorsIn(rules: ecr.CfnPullThroughCacheRule[]): string[] {
  const errors = rules.length <= MOST_RULES ? [] : [
    `'prefix' must be one of at most ${MOST_RULES} in a registry, got ${rules.length}: leave out 'upstreamPrefix' to have one for a whole `
    + `upstream registry, AWS does not raise this quota; they come from ${rules.map(rule => rule.node.path).join(', ')}`,
  ];
  const first = new Map<string, ecr.CfnPullThroughCacheRule>();
  for (const rule of rules.filter(({ ecrRepositoryPrefix: prefix }) => prefix !== undefined && !Token.isUnresolved(prefix))) {
    const prefix = rule.ecrRepositoryPrefix!.replace(/\/$/, '');
    const other = first.get(prefix);
    if (other) {
      errors.push(`'prefix' must be the prefix of one pull-through cache in a registry, got ${JSON.stringify(prefix)} in ${other.node.path} `
        + `and ${rule.node.path}: give one of them another 'prefix'`);
    }
    first.set(prefix, rule);
  }
  return errors;
}

function isRule(construct: IConstruct): construct is ecr.CfnPullThroughCacheRule {
  return CfnResource.isCfnResource(construct) && construct.cfnResourceType === ecr.CfnPullThroughCacheRule.CFN_RESOURCE_TYPE_NAME;
}

/** Where environments aren't known, stages are taken to be deployed apart: Dev and Prod. */
function isSameRegistry(rule: CfnResource, other: CfnResource): boolean {
  const places = [Token.compareStrings(rule.stack.account, other.stack.account), Token.compareStrings(rule.stack.region, other.stack.region)];
  return places.every(place => place === TokenComparison.SAME || (place === TokenComparison.BOTH_UNRESOLVED && Stage.of(rule) === Stage.of(other)));
}
