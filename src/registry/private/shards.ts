import { createHash } from 'crypto';
import { NestedStack } from 'aws-cdk-lib';
import { Construct } from 'constructs';

/**
 * Which of a number of shards a repository is in.
 *
 * Follows from its own name and the number alone, so that no other repository moves it: one that moved from a stack to another
 * would be made there under a name that is taken.
 */
export function shardOf(repositoryName: string, shards: number): number {
  return createHash('sha256').update(repositoryName).digest().readUInt32BE(0) % shards;
}

/** The nested stacks that repositories are spread over. Each is made when the first repository is put into it. */
export class Shards extends Construct {
  private readonly stacks = new Map<number, NestedStack>();

  constructor(scope: Construct, id: string, private readonly count: number) {
    super(scope, id);
  }

  /** The nested stack of a repository. */
  public for(repositoryName: string): NestedStack {
    const shard = shardOf(repositoryName, this.count);
    let stack = this.stacks.get(shard);
    if (!stack) {
      stack = new NestedStack(this, `Shard${shard}`, { description: `Shard ${shard} of ${this.count} of the repositories of a central registry` });
      this.stacks.set(shard, stack);
    }
    return stack;
  }

  /** Those that have a repository, in the order of their first one. */
  public get all(): NestedStack[] {
    return [...this.stacks.values()];
  }
}
