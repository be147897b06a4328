import { ExpectedResource } from './expected';
import { byStack, describeResource, ReadBack } from './read-back';
import { Style } from './style';
import { table } from './table';

/** Whether CloudFormation leaves a resource where it is when its stack goes. */
export function isRetained({ deletionPolicy }: ExpectedResource): boolean {
  return deletionPolicy !== 'Delete';
}

/** What is there and should have gone, or has gone and should be there. */
export function wronglyLeft(results: readonly ReadBack[]): string[] {
  return results.filter(({ resource, exists }) => isRetained(resource) !== exists)
    .map(({ resource, exists }) => `${resource.stack}: ${describeResource(resource)} has the policy ${resource.deletionPolicy} and is ${exists ? 'still there' : 'gone'}`);
}

/** What is left of the stacks after they have gone. */
export function remainsTable(results: readonly ReadBack[], style: Style): string {
  return table([{ title: 'Resource', width: 48 }, { title: 'DeletionPolicy' }, { title: 'After the stack has gone' }],
    byStack(results, ({ resource, exists, differences }) => [
      describeResource(resource),
      resource.deletionPolicy,
      exists ? { text: differences.length === 0 ? 'there, every setting as before' : 'there, settings changed', tone: 'good' } : { text: 'gone', tone: 'dim' },
    ]), style);
}
