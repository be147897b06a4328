import { ExpectedResource } from './expected';
import { byStack, describeResource, NAME_WIDTH, ReadBack } from './read-back';
import { Style } from './style';
import { Row, shorten, table } from './table';

/** Whether CloudFormation leaves a resource where it is when its stack goes. */
export function isRetained({ deletionPolicy }: ExpectedResource): boolean {
  return deletionPolicy !== 'Delete';
}

/** What is there and should have gone, or has gone and should be there. */
export function wronglyLeft(results: readonly ReadBack[]): string[] {
  return results.filter(({ resource, exists }) => isRetained(resource) !== exists)
    .map(({ resource, exists }) => `${resource.stack}: ${describeResource(resource)} has the policy ${resource.deletionPolicy} and is ${exists ? 'still there' : 'gone'}`);
}

/** What is left of the stacks after they have gone; what has gone with them is only counted. */
export function remainsTable(results: readonly ReadBack[], style: Style): string {
  const rows = [...new Set(results.map(({ resource }) => resource.stack))].flatMap(stack => {
    const ofStack = results.filter(({ resource }) => resource.stack === stack);
    const gone = ofStack.filter(({ exists }) => !exists).map(({ resource }) => resource);
    return [
      ...ofStack.filter(({ exists }) => exists).map(({ resource, differences }) => ({
        resource,
        row: [
          shorten(describeResource(resource), NAME_WIDTH),
          resource.deletionPolicy,
          { text: differences.length === 0 ? 'there, every setting as before' : 'there, settings changed', tone: 'good' },
        ] as Row,
      })),
      ...gone.length === 0 ? [] : [{
        resource: gone[0],
        row: [`${gone.length} more`, [...new Set(gone.map(({ deletionPolicy }) => deletionPolicy))].join(', '), { text: 'gone', tone: 'dim' }] as Row,
      }],
    ];
  });
  return table([{ title: 'Resource' }, { title: 'DeletionPolicy' }, { title: 'After the stack has gone' }], byStack(rows, ({ row }) => row), style);
}
