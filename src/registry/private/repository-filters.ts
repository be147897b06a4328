import { Token } from 'aws-cdk-lib';
import type { Findings } from '../../private/findings';

const MOST_FILTERS = 100;

/**
 * AWS writes this grammar in two ways, for scanning and for signing, that accept the same texts.
 * Both nest quantifiers so that a long filter with a mistake takes a pattern matcher for ever; this one does not.
 */
const FILTER = /^[a-z0-9*]+(?:[._\-/][a-z0-9*]+)*$/;

/** Records what ECR would reject in the filters of one rule. */
export function checkFilters(findings: Findings, prop: string, filters: readonly string[], longest: number): void {
  for (const filter of filters.filter(text => !Token.isUnresolved(text))) {
    findings.unless(filter.length <= longest && FILTER.test(filter),
      `'${prop}' must hold filters of 1 to ${longest} lowercase letters, digits and '*', with a single '.', '_', '-' or '/' between them, `
      + `got ${JSON.stringify(filter)}${advice(filter)}`);
  }
}

/** What is wrong with the number of filters that a rule ends up with; nothing when it is right. */
export function tooManyFilters(prop: string, filters: readonly string[]): string | undefined {
  return filters.length <= MOST_FILTERS ? undefined
    : `'${prop}' must have at most ${MOST_FILTERS} filters, got ${filters.length}: let one filter with '*' stand for several`;
}

/** The mistakes that read well. */
function advice(filter: string): string {
  if (filter.endsWith('/')) {
    return `: end it with '/*', ${JSON.stringify(`${filter}*`)}`;
  }
  if (/[._-]{2}/.test(filter)) {
    return `: write '*' where a name has two in a row, ${JSON.stringify(filter.replace(/[._-]{2,}/g, '*'))}`;
  }
  return '';
}
