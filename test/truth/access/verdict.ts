import type { Claim, Expectation } from './audiences';
import { expected } from './audiences';
import type { PolicyDocument, Reader } from './decide';
import { GRAMMARS, read } from './decide';
import type { Found } from './documents';
import { requests } from './world';

/**
 * What is wrong with a document: the first request that it answers otherwise than expected, or what is expected and nothing in the world
 * meets. So there are both sides: nobody outside the audience is allowed, and someone inside is.
 */
export function verdict(found: Found, expectation: Expectation): string[] {
  const answer = read(found.document, GRAMMARS[found.kind]);
  const met = new Set<Claim>();
  for (const asked of requests(found)) {
    const { decision, claims } = expected(expectation, asked, found.place);
    if (answer(asked) !== decision) {
      return [`${answer(asked)}, not ${decision}: ${JSON.stringify(asked)}`];
    }
    claims.forEach(claim => met.add(claim));
  }
  return [...expectation.allows, ...expectation.denies ?? []].filter(claim => !met.has(claim))
    .map(({ can }) => `nobody in the world is meant to: ${[can].flat().join()}`);
}

/** Which of several variants of a document would pass for it: none of them should. One that can't be read does not. */
export function survivors(found: Found, expectation: Expectation, variants: readonly PolicyDocument[]): PolicyDocument[] {
  let alive = variants.flatMap(variant => {
    const answer = readable(variant, found);
    return answer ? [{ variant, answer }] : [];
  });
  for (const asked of requests(found)) {
    const { decision } = expected(expectation, asked, found.place);
    alive = alive.filter(({ answer }) => answer(asked) === decision);
    if (alive.length === 0) {
      break;
    }
  }
  return alive.map(({ variant }) => variant);
}

function readable(document: PolicyDocument, { kind }: Found): Reader | undefined {
  try {
    return read(document, GRAMMARS[kind]);
  } catch {
    return undefined;
  }
}
