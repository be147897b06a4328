/** A secure default that was relaxed on purpose: the construct that takes the value warns of it, with a stable id. */
export interface Relaxation {
  /** The last part of the warning's id. */
  readonly id: string;
  readonly message: string;
}
