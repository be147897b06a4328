/** Where two values part. `undefined` stands for a value that is not there. */
export interface Difference {
  readonly path: string;
  readonly expected: unknown;
  readonly actual: unknown;
}

export interface Comparison {
  /** How many single values were compared. */
  readonly values: number;
  readonly differences: Difference[];
}

/**
 * Compares two values down to their leaves, in both directions: what only one side has is a difference too.
 *
 * The order of an object's keys means nothing, the order of a list does.
 */
export function compare(expected: unknown, actual: unknown, path = ''): Comparison {
  if (isObject(expected) && isObject(actual)) {
    const keys = new Set([...Object.keys(expected), ...Object.keys(actual)]);
    return sum([...keys].map(key => compare(expected[key], actual[key], path === '' ? key : `${path}.${key}`)));
  }
  if (Array.isArray(expected) && Array.isArray(actual)) {
    const longer = expected.length > actual.length ? expected : actual;
    return sum(longer.map((_, i) => compare(expected[i], actual[i], `${path}[${i}]`)));
  }
  if (expected === undefined && actual === undefined) { return { values: 0, differences: [] }; }
  return { values: 1, differences: Object.is(expected, actual) ? [] : [{ path, expected, actual }] };
}

function sum(parts: readonly Comparison[]): Comparison {
  return {
    values: parts.reduce((total, part) => total + part.values, 0),
    differences: parts.flatMap(part => part.differences),
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
