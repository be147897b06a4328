import { hasStatements, withStatements } from '../../src/private/policy-merge';

describe('withStatements', () => {
  const READ = { Sid: 'Read', Effect: 'Allow', Action: 'ecr:DescribeImages' };
  const PULL = { Sid: 'Pull', Effect: 'Allow', Action: 'ecr:BatchGetImage' };

  test('makes a policy where there was none', () => {
    expect(withStatements(undefined, [PULL])).toEqual({ Version: '2012-10-17', Statement: [PULL] });
    expect(withStatements({}, [PULL])).toEqual({ Version: '2012-10-17', Statement: [PULL] });
  });

  test('adds to the end, and keeps the rest of the document', () => {
    expect(withStatements({ Version: '2008-10-17', Id: 'theirs', Statement: [READ] }, [PULL]))
      .toEqual({ Version: '2008-10-17', Id: 'theirs', Statement: [READ, PULL] });
  });

  test('takes a single statement that is not in a list, and the text of a policy', () => {
    expect(withStatements({ Statement: READ }, [PULL])).toMatchObject({ Statement: [READ, PULL] });
    expect(withStatements(JSON.stringify({ Statement: READ }), [PULL])).toMatchObject({ Statement: [READ, PULL] });
  });

  test('adds nothing that is there already, under whatever name', () => {
    expect(withStatements({ Statement: [READ, { ...PULL, Sid: 'Other' }] }, [READ, PULL])).toMatchObject({ Statement: [READ, { ...PULL, Sid: 'Other' }] });
    expect(withStatements({ Statement: [{ Effect: 'Allow', Action: 'ecr:BatchGetImage' }] }, [PULL])).toMatchObject({ Statement: [{ Action: 'ecr:BatchGetImage' }] });
  });

  test('leaves out a name that is taken', () => {
    const { Statement } = withStatements({ Statement: [{ ...READ, Sid: 'Pull' }] }, [PULL]) as { Statement: object[] };
    expect(Statement).toEqual([{ ...READ, Sid: 'Pull' }, { Effect: 'Allow', Action: 'ecr:BatchGetImage', Sid: undefined }]);
  });

  test.each([
    ['a reference', { Ref: 'Policy' }],
    ['a function', { 'Fn::If': ['IsProduction', {}, {}] }],
  ])('fails with %s', (_, policy) => {
    expect(() => withStatements(policy, [PULL])).toThrow(`'repositoryPolicyText' must be known at synth for statements to be added, got ${JSON.stringify(policy)}: write them into that policy`);
  });
});

describe('hasStatements', () => {
  const READ = { Sid: 'Read', Effect: 'Allow', Action: 'ecr:DescribeImages' };
  const PULL = { Sid: 'Pull', Effect: 'Allow', Action: 'ecr:BatchGetImage' };

  test.each<[string, unknown, boolean]>([
    ['that has them', { Statement: [PULL, READ] }, true],
    ['that has them by other names', { Statement: [{ ...PULL, Sid: 'A' }, { ...READ, Sid: 'B' }] }, true],
    ['in text', JSON.stringify({ Statement: [PULL, READ] }), true],
    ['that has one of them', { Statement: READ }, false],
    ['that has none', {}, false],
    ['that is not there', undefined, false],
    ['that is only known at deployment', { Ref: 'Policy' }, false],
  ])('is asked of a policy %s', (_, policy, has) => {
    expect(hasStatements(policy, [READ, PULL])).toBe(has);
  });

  test('is true of nothing', () => {
    expect(hasStatements(undefined, [])).toBe(true);
  });
});
