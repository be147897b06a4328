import { Lazy } from 'aws-cdk-lib';
import { TagImmutability } from '../../src';

describe('TagImmutability', () => {
  test('freezes every tag', () => {
    expect(TagImmutability.IMMUTABLE._render()).toEqual({ imageTagMutability: 'IMMUTABLE' });
  });

  test('lets every tag move', () => {
    expect(TagImmutability.MUTABLE._render()).toEqual({ imageTagMutability: 'MUTABLE' });
  });

  test.each([
    ['immutableExcept', TagImmutability.immutableExcept('latest', 'dev-*'), 'IMMUTABLE_WITH_EXCLUSION'],
    ['mutableExcept', TagImmutability.mutableExcept('latest', 'dev-*'), 'MUTABLE_WITH_EXCLUSION'],
  ])('%s makes the tags that are named the exception', (_, immutability, mode) => {
    expect(immutability._render()).toEqual({
      imageTagMutability: mode,
      imageTagMutabilityExclusionFilters: [
        { imageTagMutabilityExclusionFilterType: 'WILDCARD', imageTagMutabilityExclusionFilterValue: 'latest' },
        { imageTagMutabilityExclusionFilterType: 'WILDCARD', imageTagMutabilityExclusionFilterValue: 'dev-*' },
      ],
    });
  });

  describe.each([
    ['immutableExcept', TagImmutability.immutableExcept],
    ['mutableExcept', TagImmutability.mutableExcept],
  ])('%s', (_, except) => {
    test.each([
      ['no pattern', [], "'patterns' must have 1 to 5 entries, got 0: name the tags that are the exception, or use TagImmutability.IMMUTABLE or TagImmutability.MUTABLE"],
      ['six patterns', ['a', 'b', 'c', 'd', 'e', 'f'], "'patterns' must have 1 to 5 entries, got 6"],
      ['an empty pattern', [''], "'patterns' must be 1 to 128 letters, digits, '.', '_', '-' or '*', got \"\""],
      ['a space', ['a b'], 'got "a b"'],
      ['a slash at the end', ['a/'], 'got "a/"'],
      ['a slash at the start', ['/a'], 'got "/a"'],
      ['129 characters', ['x'.repeat(129)], 'must be 1 to 128 letters'],
    ])('fails with %s', (__, patterns, message) => {
      expect(() => except(...patterns)).toThrow(message);
    });

    test.each([[['a', 'b', 'c', 'd', 'e']], [['x'.repeat(128)]], [['*']], [['v1.2_3-*']]])('takes its legal neighbour %j', patterns => {
      expect(except(...patterns)._render().imageTagMutabilityExclusionFilters).toHaveLength(patterns.length);
    });

    test('reports every bad pattern at once', () => {
      expect(() => except('a b', 'c d')).toThrow(/got "a b"\n.*got "c d"/);
    });

    test('a token skips the check', () => {
      expect(() => except(Lazy.string({ produce: () => 'not known yet' }))).not.toThrow();
    });
  });

  test.each([
    [TagImmutability.IMMUTABLE, 'latest', false],
    [TagImmutability.MUTABLE, 'latest', true],
    [TagImmutability.immutableExcept('latest'), 'latest', true],
    [TagImmutability.immutableExcept('latest'), 'latest-1', false],
    [TagImmutability.immutableExcept('latest'), 'the-latest', false],
    [TagImmutability.immutableExcept('v1.*'), 'v1.7', true],
    [TagImmutability.immutableExcept('v1.*'), 'v1x7', false],
    [TagImmutability.immutableExcept('a', 'b*c'), 'b-and-c', true],
    [TagImmutability.mutableExcept('v*'), 'v2', false],
    [TagImmutability.mutableExcept('v*'), 'latest', true],
  ])('knows which tags move (%#)', (immutability, tag, moves) => {
    expect(immutability._moves(tag)).toBe(moves);
  });

  test.each([
    [TagImmutability.IMMUTABLE, true, false],
    [TagImmutability.MUTABLE, false, true],
    [TagImmutability.immutableExcept('latest'), false, false],
    [TagImmutability.mutableExcept('v*'), false, true],
  ])('knows whether it is exact and whether it is mutable (%#)', (immutability, exact, mutable) => {
    expect([immutability._isExact, immutability._isMutable]).toEqual([exact, mutable]);
  });
});
