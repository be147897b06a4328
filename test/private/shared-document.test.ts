import { App, CfnResource, Lazy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { SharedDocument } from '../../src/private/shared-document';

describe('SharedDocument', () => {
  const given = (produce: () => unknown, count = 3) => {
    const app = new App();
    const stack = new Stack(app, 'Stack');
    const document = new SharedDocument(produce);
    const resources = Array.from({ length: count }, (_, i) => new CfnResource(stack, `R${i}`, { type: 'A::B::C', properties: { Text: document } }));
    return { app, stack, resources, document };
  };
  const texts = (stack: Stack) => Object.values(Template.fromStack(stack).findResources('A::B::C')).map(({ Properties }) => Properties?.Text);

  test('is the same in every resource, with pseudo parameters', () => {
    const source = { Who: Lazy.string({ produce: () => 'me' }), Where: Stack.of(new Stack()).partition };
    const { stack } = given(() => source);
    expect(texts(stack)).toEqual(Array(3).fill({ Who: 'me', Where: { Ref: 'AWS::Partition' } }));
  });

  test('is resolved once for each phase of a synth, however many resources have it', () => {
    let resolved = 0;
    const source = { Value: Lazy.uncachedString({ produce: () => `${++resolved > 0}` }) };
    const { stack } = given(() => source, 50);
    expect(texts(stack)).toHaveLength(50);
    expect(resolved).toBeLessThanOrEqual(2);
  });

  test('an override of one resource is not seen in the others', () => {
    const source = { Statement: [{ Sid: 'A' }] };
    const { stack, resources } = given(() => source);
    resources[1].addPropertyOverride('Text.Statement.0.Sid', 'B');
    expect(texts(stack).map(({ Statement }) => Statement[0].Sid)).toEqual(['A', 'B', 'A']);
  });

  test('follows a document that is another one later', () => {
    let source: object = { Value: 1 };
    const { stack, document } = given(() => source);
    expect(stack.resolve(document)).toEqual({ Value: 1 });
    source = { Value: 2 };
    expect(stack.resolve(document)).toEqual({ Value: 2 });
    expect(texts(stack)).toEqual(Array(3).fill({ Value: 2 }));
  });

  test('is left out when there is none', () => {
    const { stack } = given(() => undefined);
    expect(texts(stack)).toEqual([undefined, undefined, undefined]);
  });

  test.each([
    ['Ref', (other: CfnResource) => other.ref],
    ['GetAtt', (other: CfnResource) => other.getAtt('Arn')],
  ])('a reference (%s) to another stack becomes an export, and is in every resource', (_, refer) => {
    const app = new App();
    const other = new CfnResource(new Stack(app, 'Other'), 'Resource', { type: 'A::B::D' });
    const stack = new Stack(app, 'Stack');
    const source = { Value: refer(other) };
    const document = new SharedDocument(() => source);
    for (const id of ['R1', 'R2']) {
      new CfnResource(stack, id, { type: 'A::B::C', properties: { Text: document } });
    }
    expect(texts(stack)).toEqual(Array(2).fill({ Value: { 'Fn::ImportValue': expect.stringContaining('Other:ExportsOutput') } }));
  });

  test('as text it says what it is', () => {
    expect(new SharedDocument(() => ({})).toString()).toBe('SharedDocument');
  });
});
