import type { Findings } from './findings';

/** Says what is wrong with a parsed JSON value, naming its place. */
export type Shape = (value: unknown, place: string, findings: Findings) => void;

/** Any text. */
export const text: Shape = (value, place, findings) => findings.unless(typeof value === 'string',
  `'${place}' must be a string, got ${JSON.stringify(value)}`);

/** Any number: whether it is in range is asked where the range is known. */
export const number: Shape = (value, place, findings) => findings.unless(typeof value === 'number',
  `'${place}' must be a number, got ${JSON.stringify(value)}`);

/** One of a few words. */
export function word(...words: string[]): Shape {
  return (value, place, findings) => findings.unless(words.some(one => one === value),
    `'${place}' must be ${words.map(one => JSON.stringify(one)).join(' or ')}, got ${JSON.stringify(value)}`);
}

/** An array of one kind of entry. */
export function listOf(entry: Shape): Shape {
  return (value, place, findings) => Array.isArray(value)
    ? value.forEach((one, i) => entry(one, `${place}[${i}]`, findings))
    : findings.unless(false, `'${place}' must be an array, got ${JSON.stringify(value)}`);
}

/** An object with these properties and no others. */
export function record(required: Record<string, Shape>, optional: Record<string, Shape> = {}): Shape {
  const shapes = new Map(Object.entries({ ...required, ...optional }));
  return (value, place, findings) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      findings.unless(false, `'${place}' must be an object, got ${JSON.stringify(value)}`);
      return;
    }
    for (const key of Object.keys(required)) {
      findings.unless(Object.hasOwn(value, key), `'${place}.${key}' must be given, got none`);
    }
    for (const [key, inner] of Object.entries(value)) {
      const shape = shapes.get(key) ?? unknown([...shapes.keys()]);
      shape(inner, `${place}.${key}`, findings);
    }
  };
}

function unknown(keys: string[]): Shape {
  return (value, place, findings) => findings.unless(false,
    `'${place}' must not be there, got ${JSON.stringify(value)}: correct its name to one of ${keys.join(', ')}, or remove it`);
}
