import type { IConstruct } from 'constructs';

/** Repositories' resources that a construct of ours wrote: hardening what exists leaves them alone, their props have said everything. */
export const HARDENED_RESOURCES = new WeakSet<IConstruct>();
