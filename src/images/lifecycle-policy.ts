import { Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { LifecycleRule } from './lifecycle-rule';
import { Findings } from '../private/findings';
import { readRules } from '../private/lifecycle-json';
import { hasTokens } from '../private/lifecycle-rule-spec';
import { checkRules, withPriorities } from '../private/lifecycle-rules';

const MAX_CHARACTERS = 30_720;

/**
 * Which images of a repository are deleted or archived: rules that ECR applies in the order of their priorities.
 *
 * ECR checks a policy when it is deployed, after everything else has been; here it fails at synth, with the rule and the way out.
 * An image is out of reach for a rule when it matches the **selection** of an earlier one, even if that one keeps it:
 * narrow rules come first.
 *
 * @example
 *
 * import { Duration } from 'aws-cdk-lib';
 * import { LifecyclePolicy, LifecycleRule } from 'cdk-hardened-ecr';
 *
 * const lifecycle = LifecyclePolicy.of(
 *   LifecycleRule.expireAfterPush(Duration.days(14), { untagged: true }),
 *   LifecycleRule.keepNewest(100, { tagPatterns: ['*'] }),
 * );
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html
 */
export class LifecyclePolicy {
  /** Everything is kept for ever. A repository with it has no lifecycle policy, which Security Hub ECR.3 reports. */
  public static readonly NONE = new LifecyclePolicy([]);

  /**
   * A policy of these rules. Without rules it is `NONE`.
   *
   * A rule without a priority gets one more than the rule before it, the first gets 1.
   *
   * @param rules at most 50; for each storage class at most one of untagged and one of any images, the latter with the highest priority number
   * @throws when ECR would reject the rules together
   */
  public static of(...rules: LifecycleRule[]): LifecyclePolicy {
    return new LifecyclePolicy(rules);
  }

  /**
   * Reads the policy that a repository has, as `aws ecr get-lifecycle-policy` prints its `lifecyclePolicyText`.
   *
   * As strict as ECR: a misspelt property is an error, not a rule that selects something else. A policy without rules is `NONE`.
   *
   * @param text the JSON of the policy, known at synth
   * @throws when ECR would reject the policy, naming every place that is wrong
   */
  public static fromJson(text: string): LifecyclePolicy {
    return new LifecyclePolicy(readRules(text).map(spec => LifecycleRule._fromSpec(spec)), 'text.rules');
  }

  /** @internal Whether images go to archive storage. */
  public readonly _archives: boolean;

  private readonly json: { rules: object[] };

  /** Rendered once for all repositories that have the policy; undefined where a value is only known at deployment. */
  private readonly text?: string;

  private constructor(rules: LifecycleRule[], place: string = 'rules') {
    const findings = new Findings();
    const specs = withPriorities(rules.map(rule => rule._spec), place, findings);
    checkRules(specs, place, findings);
    this.json = { rules: rules.map((rule, i) => rule._toJson(specs[i].priority)) };
    if (!specs.some(hasTokens)) {
      this.text = JSON.stringify(this.json);
      findings.unless(this.text.length <= MAX_CHARACTERS,
        `'${place}' must be at most ${MAX_CHARACTERS} characters as JSON, got ${this.text.length}: shorten the descriptions or the lists of tags`);
    }
    findings.throwIfAny();
    this._archives = rules.some(rule => rule._archives);
  }

  /** @internal Whether nothing is ever deleted or archived. */
  public get _isEmpty(): boolean {
    return this.json.rules.length === 0;
  }

  /** @internal The policy as an object, `{ rules: [] }` where there is none. */
  public _toJson(): object {
    return this.json;
  }

  /** @internal The text for a repository and for a creation template; undefined for a policy without rules, which ECR would reject. */
  public _render(scope: IConstruct): string | undefined {
    return this._isEmpty ? undefined : this.text ?? Stack.of(scope).toJsonString(this.json);
  }
}
