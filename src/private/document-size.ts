/** How many characters a value can have once CloudFormation has filled in what is not known at synth. */
export interface SizeBounds {
  readonly min: number;
  readonly max: number;
}

/** Lengths of the pseudo parameters, from `aws` to `aws-us-gov`, and from `us-east-1` to `us-isof-south-1`. */
const PSEUDO_PARAMETERS: Record<string, SizeBounds> = {
  'AWS::Partition': { min: 3, max: 10 },
  'AWS::AccountId': { min: 12, max: 12 },
  'AWS::Region': { min: 9, max: 15 },
};

const UNBOUNDED: SizeBounds = { min: 0, max: Infinity };

/**
 * Bounds of the minified JSON of a document, which is what ECR's limits count.
 *
 * @param resolved a document in which tokens have become intrinsics (`stack.resolve()`)
 */
export function documentSize(resolved: unknown): SizeBounds {
  if (Array.isArray(resolved)) {
    return enclosed(resolved.filter(item => item !== undefined).map(documentSize));
  }
  if (typeof resolved !== 'object' || resolved === null) {
    return exactly(JSON.stringify(resolved).length);
  }
  const text = intrinsicSize(resolved);
  if (text) {
    return sum([text, exactly(2)]);
  }
  const entries = Object.entries(resolved).filter(([, value]) => value !== undefined);
  return enclosed(entries.map(([key, value]) => sum([exactly(JSON.stringify(key).length + 1), documentSize(value)])));
}

/** The text that an intrinsic stands for, without its quotes; nothing when it is a part of the document itself. */
function intrinsicSize(value: object): SizeBounds | undefined {
  const [[name, argument], more] = [Object.entries(value)[0] ?? [], Object.keys(value).length > 1];
  if (more || !name || !(name === 'Ref' || name.startsWith('Fn::'))) {
    return undefined;
  }
  if (name === 'Ref') {
    return PSEUDO_PARAMETERS[argument as string] ?? UNBOUNDED;
  }
  if (name === 'Fn::Join' && Array.isArray(argument) && Array.isArray(argument[1])) {
    const [delimiter, parts] = argument as [string, unknown[]];
    return sum([exactly(escapedLength(delimiter) * (parts.length - 1)), ...parts.map(partSize)]);
  }
  return UNBOUNDED;
}

function partSize(part: unknown): SizeBounds {
  return typeof part === 'string' ? exactly(escapedLength(part)) : intrinsicSize(part as object) ?? UNBOUNDED;
}

function escapedLength(text: string): number {
  return JSON.stringify(text).length - 2;
}

function exactly(length: number): SizeBounds {
  return { min: length, max: length };
}

function sum(sizes: SizeBounds[]): SizeBounds {
  return sizes.reduce((a, b) => ({ min: a.min + b.min, max: a.max + b.max }), exactly(0));
}

/** Members of an array or object: brackets around, commas between. */
function enclosed(members: SizeBounds[]): SizeBounds {
  return sum([exactly(2 + Math.max(0, members.length - 1)), ...members]);
}
