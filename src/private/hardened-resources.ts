import type { IConstruct } from 'constructs';

const IS_HARDENED = Symbol.for('cdk-hardened-ecr.hardened');

/** Marks what a construct of ours wrote, also for another copy of this library: hardening what exists leaves it alone, its props have said everything. */
export function markHardened(resource: IConstruct): void {
  Object.defineProperty(resource, IS_HARDENED, { value: true });
}

/** Whether a construct of ours wrote a resource. */
export function isHardened(resource: IConstruct): boolean {
  return IS_HARDENED in resource;
}
