/** What EventBridge compares a text with: the text itself, or an object that names an operator. */
export type Matcher = string | Record<string, unknown>;

/**
 * Texts of which `*` stands for any run of characters, in EventBridge's words.
 *
 * A bus takes 30 rules with `wildcard` and no more, so what a prefix or a suffix says is said by one.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
 */
export function matcherOf(text: string): Matcher {
  const pattern = text.replace(/\*+/g, '*');
  const [start, end, ...more] = pattern.split('*');
  if (end === undefined) {
    return pattern;
  }
  if (more.length > 0 || (start && end)) {
    return { wildcard: pattern };
  }
  if (start) {
    return { prefix: start };
  }
  return end ? { suffix: end } : { exists: true };
}

/** The same for an ARN that begins with what is given, which may be a token. */
export function arnMatcherOf(prefix: string, text: string): Matcher {
  const matcher = matcherOf(text);
  if (typeof matcher === 'string') {
    return `${prefix}${matcher}`;
  }
  if (typeof matcher.prefix === 'string') {
    return { prefix: `${prefix}${matcher.prefix}` };
  }
  return 'exists' in matcher ? { prefix } : { wildcard: `${prefix}${text.replace(/\*+/g, '*')}` };
}
