/** Whether a pattern of EventBridge matches an event: the operators that we use, and an error for any other. */
export function matches(pattern: any, value: any): boolean {
  if (Array.isArray(pattern)) {
    const values: unknown[] = Array.isArray(value) ? value : [value];
    return pattern.some(matcher => values.some(one => matchesOne(matcher, one)));
  }
  const { $or: alternatives, ...rest } = pattern;
  const objects: any[] = Array.isArray(value) ? value : [value];
  // Of a list of objects it is the same one that has all of it.
  return objects.some(object => Object.entries(rest).every(([key, inner]) => matches(inner, object?.[key]))
    && (alternatives === undefined || alternatives.some((one: unknown) => matches(one, object))));
}

function matchesOne(matcher: any, value: unknown): boolean {
  if (typeof matcher === 'string') {
    return value === matcher;
  }
  const [[operator, operand], ...more] = Object.entries<any>(matcher);
  if (more.length > 0) {
    throw new Error(`one operator a matcher, got ${JSON.stringify(matcher)}`);
  }
  switch (operator) {
    case 'exists': return (value !== undefined) === operand;
    case 'prefix': return typeof value === 'string' && value.startsWith(operand);
    case 'suffix': return typeof value === 'string' && value.endsWith(operand);
    case 'wildcard': return typeof value === 'string' && new RegExp(`^${operand.split('*').map(quote).join('.*')}$`).test(value);
    case 'anything-but': return value !== undefined && !operand.includes(value);
    case 'numeric': {
      const [sign, bound, ...others] = operand;
      if (sign !== '>' || others.length > 0) { break; }
      return typeof value === 'number' && value > bound;
    }
  }
  throw new Error(`an operator that is not known here: ${JSON.stringify(matcher)}`);
}

function quote(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
