import { Lazy } from 'aws-cdk-lib';
import * as fc from 'fast-check';
import { RegistryScanning } from '../../src';

const wildcards = (...filters: string[]) => filters.map(filter => ({ filter, filterType: 'WILDCARD' }));
const unknown = () => Lazy.string({ produce: () => 'not known yet' });

describe('RegistryScanning', () => {
  test('enhanced scanning looks at every repository continuously', () => {
    expect(RegistryScanning.enhanced()._render()).toEqual({
      scanType: 'ENHANCED',
      rules: [{ scanFrequency: 'CONTINUOUS_SCAN', repositoryFilters: wildcards('*') }],
    });
  });

  test('enhanced scanning takes a list for each frequency', () => {
    expect(RegistryScanning.enhanced({ continuous: ['prod/*', 'base'], onPush: ['*'] })._render()).toEqual({
      scanType: 'ENHANCED',
      rules: [
        { scanFrequency: 'CONTINUOUS_SCAN', repositoryFilters: wildcards('prod/*', 'base') },
        { scanFrequency: 'SCAN_ON_PUSH', repositoryFilters: wildcards('*') },
      ],
    });
  });

  test('enhanced scanning on push alone scans nothing continuously, or it would have no effect', () => {
    expect(RegistryScanning.enhanced({ onPush: ['*'] })._render().rules).toEqual([
      { scanFrequency: 'SCAN_ON_PUSH', repositoryFilters: wildcards('*') },
    ]);
  });

  test('basic scanning looks at every repository on push', () => {
    expect(RegistryScanning.basic()._render()).toEqual({
      scanType: 'BASIC',
      rules: [{ scanFrequency: 'SCAN_ON_PUSH', repositoryFilters: wildcards('*') }],
    });
  });

  test('basic scanning can be left to those who ask for it', () => {
    expect(RegistryScanning.basic({ onPush: [] })._render()).toEqual({ scanType: 'BASIC', rules: [] });
  });

  test('contributions merge, and what both ask for is there once', () => {
    const merged = RegistryScanning.enhanced({ continuous: ['a', 'b'], onPush: ['x'] })
      ._with(RegistryScanning.enhanced({ continuous: ['b', 'c'], onPush: ['x', 'y'] }));

    expect(merged._render()).toEqual({
      scanType: 'ENHANCED',
      rules: [
        { scanFrequency: 'CONTINUOUS_SCAN', repositoryFilters: wildcards('a', 'b', 'c') },
        { scanFrequency: 'SCAN_ON_PUSH', repositoryFilters: wildcards('x', 'y') },
      ],
    });
  });

  test('merging keeps the type', () => {
    expect(RegistryScanning.basic()._with(RegistryScanning.basic())._render().scanType).toBe('BASIC');
  });

  test.each([
    // no '*': contained anywhere
    [['prod'], 'prod', true],
    [['prod'], 'my-production/api', true],
    [['prod'], 'pro/d', false],
    // with '*': the whole name
    [['prod*'], 'production/api', true],
    [['prod*'], 'my-prod', false],
    [['prod/*'], 'production/api', false],
    [['*prod'], 'my-prod', true],
    [['a', '*z'], 'xyz', true],
    [['*'], 'anything', true],
  ])('the filters %j and the name %s: %s', (filters, name, covered) => {
    expect(RegistryScanning.enhanced({ continuous: filters })._covers(name)).toBe(covered);
    expect(RegistryScanning.enhanced({ onPush: filters })._covers(name)).toBe(covered);
    expect(RegistryScanning.basic({ onPush: filters })._covers(name)).toBe(covered);
  });

  test('a filter that is a token may match every name', () => {
    expect(RegistryScanning.enhanced({ continuous: [unknown()] })._covers('app')).toBe(true);
  });

  test.each([
    [RegistryScanning.enhanced(), true],
    [RegistryScanning.enhanced({ continuous: ['prod'], onPush: ['*'] }), true],
    [RegistryScanning.enhanced({ continuous: ['**'] }), true],
    [RegistryScanning.enhanced({ continuous: ['prod*', '*a', 'a*'] }), false],
    [RegistryScanning.basic({ onPush: [] }), false],
  ])('knows whether it leaves nothing out (%#)', (scanning, all) => {
    expect(scanning._coversAll).toBe(all);
  });

  test('reports everything that is wrong at once', () => {
    expect(() => RegistryScanning.enhanced({ continuous: ['A'], onPush: ['b/', ...Array(100).fill('c')] }))
      .toThrow(/'onPush' must have at most 100 filters, got 101.*\n'continuous' must hold .* got "A"\n'onPush' must hold .* got "b\/"/);
  });

  const GRAMMAR = "'onPush' must hold filters of 1 to 255 lowercase letters, digits and '*', with a single '.', '_', '-' or '/' between them, got ";

  test.each([
    ['A-b', '"A-b"'],
    ['prod/', '"prod/": end it with \'/*\', "prod/*"'],
    ['a--b__c', '"a--b__c": write \'*\' where a name has two in a row, "a*b*c"'],
    ['a---b', '"a---b": write \'*\' where a name has two in a row, "a*b"'],
    ['/prod', '"/prod"'],
  ])('says what to write instead of %s, where that is known', (filter, end) => {
    expect(() => RegistryScanning.basic({ onPush: [filter] })).toThrow(new Error(`${GRAMMAR}${end}`));
  });

  test('fails when enhanced scanning would scan nothing', () => {
    expect(() => RegistryScanning.enhanced({ continuous: [] })).toThrow("'continuous' and 'onPush' must not both be empty, got []");
    expect(() => RegistryScanning.enhanced({ onPush: [] })).toThrow("'continuous' and 'onPush' must not both be empty, got []");
  });

  test.each(['continuous', 'onPush'])('takes 100 filters for %s, and fails with 101', list => {
    const filters = (count: number) => ({ [list]: Array.from({ length: count }, (_, i) => `a${i}`) });
    expect(() => RegistryScanning.enhanced(filters(100))).not.toThrow();
    expect(() => RegistryScanning.enhanced(filters(101))).toThrow(`'${list}' must have at most 100 filters, got 101`);
  });

  test('takes 255 characters, and fails with 256', () => {
    expect(() => RegistryScanning.basic({ onPush: ['x'.repeat(255)] })).not.toThrow();
    expect(() => RegistryScanning.basic({ onPush: ['x'.repeat(256)] })).toThrow(GRAMMAR);
  });

  test('a token skips the check', () => {
    expect(RegistryScanning.enhanced({ continuous: [unknown()] })._render().rules).toHaveLength(1);
  });

  test('accepts exactly what the pattern of the API accepts', () => {
    const published = /^[a-z0-9*](?:[._\-/a-z0-9*]?[a-z0-9*]+)*$/;
    const text = fc.string({ unit: fc.constantFrom('a', '0', '*', '.', '_', '-', '/', 'A'), minLength: 1, maxLength: 7 });
    fc.assert(fc.property(text, filter => {
      const check = () => RegistryScanning.basic({ onPush: [filter] });
      if (published.test(filter)) {
        check();
      } else {
        expect(check).toThrow("'onPush' must hold filters");
      }
    }), { numRuns: 3000 });
  });

  test('a long filter with a mistake is rejected at once', () => {
    expect(() => RegistryScanning.basic({ onPush: [`${'a'.repeat(250)}!`] })).toThrow('got "aaa');
  });
});
