import { App, CfnParameter, Duration, Lazy, Stack, Token } from 'aws-cdk-lib';
import { ImageStorageClass, LifecycleActionType, LifecycleCountType, LifecyclePolicy, LifecycleRule } from '../../src';

const { days } = Duration;

describe('LifecyclePolicy', () => {
  const stack = new Stack();

  describe('renders', () => {
    test('the JSON of ECR\'s grammar: nothing empty, nothing that ECR takes for granted', () => {
      const policy = LifecyclePolicy.of(
        LifecycleRule.expireAfterPush(days(14), { untagged: true, description: 'untagged' }),
        LifecycleRule.keepNewest(100, { tagPatterns: ['*'], description: '' }),
      );
      expect(policy._render(stack)).toBe('{"rules":['
        + '{"rulePriority":1,"description":"untagged",'
        + '"selection":{"tagStatus":"untagged","countType":"sinceImagePushed","countUnit":"days","countNumber":14},"action":{"type":"expire"}},'
        + '{"rulePriority":2,'
        + '"selection":{"tagStatus":"tagged","tagPatternList":["*"],"countType":"imageCountMoreThan","countNumber":100},"action":{"type":"expire"}}]}');
    });

    test('what the L2 rejects or cannot say: any image in both storage classes, archived by pull age', () => {
      const policy = LifecyclePolicy.of(
        LifecycleRule.archiveAfterPull(days(30), { tagPrefixes: ['v', 'release-'] }),
        LifecycleRule.archiveAllButNewest(5),
        LifecycleRule.expireArchived(days(365)),
      );
      expect(policy._render(stack)).toBe('{"rules":['
        + '{"rulePriority":1,"selection":{"tagStatus":"tagged","tagPrefixList":["v","release-"],'
        + '"countType":"sinceImagePulled","countUnit":"days","countNumber":30},"action":{"type":"transition","targetStorageClass":"archive"}},'
        + '{"rulePriority":2,"selection":{"tagStatus":"any",'
        + '"countType":"imageCountMoreThan","countNumber":5},"action":{"type":"transition","targetStorageClass":"archive"}},'
        + '{"rulePriority":3,"selection":{"tagStatus":"any","storageClass":"archive",'
        + '"countType":"sinceImageTransitioned","countUnit":"days","countNumber":365},"action":{"type":"expire"}}]}');
    });

    test.each([
      ['NONE', LifecyclePolicy.NONE],
      ['no rules', LifecyclePolicy.of()],
      ['JSON without rules', LifecyclePolicy.fromJson('{"rules":[]}')],
    ])('nothing for %s', (_, policy) => {
      expect(policy._render(stack)).toBeUndefined();
      expect(policy._toJson()).toEqual({ rules: [] });
    });

    test('once, however many repositories have the policy', () => {
      const policy = LifecyclePolicy.of(LifecycleRule.keepNewest(1));
      const stringify = jest.spyOn(JSON, 'stringify');
      const toJsonString = jest.spyOn(stack, 'toJsonString');
      expect(policy._render(stack)).toBe(policy._render(stack));
      expect(stringify).not.toHaveBeenCalled();
      expect(toJsonString).not.toHaveBeenCalled();
      stringify.mockRestore();
    });

    test('what it was made of, whatever becomes of that afterwards', () => {
      const [tagPatterns, tagPrefixes] = [['v*'], ['v']];
      const rules = [LifecycleRule.keepNewest(1, { tagPatterns }), LifecycleRule.keepNewest(1, { tagPrefixes })];
      const before = LifecyclePolicy.of(...rules)._render(stack);
      tagPatterns.push('w*');
      tagPrefixes.push('w');
      expect(LifecyclePolicy.of(...rules)._render(stack)).toBe(before);
    });
  });

  test('gives a rule without a priority one more than the rule before it', () => {
    const policy = LifecyclePolicy.of(
      LifecycleRule.keepNewest(1, { tagPatterns: ['a'] }),
      LifecycleRule.keepNewest(1, { tagPatterns: ['b'], priority: 10 }),
      LifecycleRule.keepNewest(1, { tagPatterns: ['c'] }),
    );
    expect(policy._toJson()).toMatchObject({ rules: [{ rulePriority: 1 }, { rulePriority: 10 }, { rulePriority: 11 }] });
  });

  test('knows whether images go to archive', () => {
    expect(LifecyclePolicy.of(LifecycleRule.keepNewest(1, { untagged: true }), LifecycleRule.archiveAllButNewest(1))._archives).toBe(true);
    expect(LifecyclePolicy.of(LifecycleRule.keepNewest(1), LifecycleRule.expireArchived(days(90)))._archives).toBe(false);
    expect(LifecyclePolicy.NONE._archives).toBe(false);
  });

  test('uses the words of ECR\'s JSON', () => {
    expect(Object.values(ImageStorageClass)).toEqual(['standard', 'archive']);
    expect(Object.values(LifecycleActionType)).toEqual(['expire', 'transition']);
    expect(Object.values(LifecycleCountType)).toEqual(['imageCountMoreThan', 'sinceImagePushed', 'sinceImagePulled', 'sinceImageTransitioned']);
  });
});

describe('a token', () => {
  const stack = new Stack(new App(), 'Stack');
  const number = new CfnParameter(stack, 'Number', { type: 'Number' }).valueAsNumber;
  const text = new CfnParameter(stack, 'Text').valueAsString;
  const list = new CfnParameter(stack, 'List', { type: 'CommaDelimitedList' }).valueAsList;

  test.each([
    ['count', LifecycleRule.keepNewest(number), { countNumber: '<Number>' }],
    ['age', LifecycleRule.expireArchived(days(number)), { countNumber: '<Number>' }],
    ['pattern', LifecycleRule.keepNewest(1, { tagPatterns: [`*-*-*-*-*-${text}`, 'v*'] }), { tagPatternList: ['*-*-*-*-*-<Text>', 'v*'] }],
    ['prefix', LifecycleRule.keepNewest(1, { tagPrefixes: ['a', text, text] }), { tagPrefixList: ['a', '<Text>', '<Text>'] }],
  ])('for a %s is taken as it is and rendered at deployment', (_, rule, selection) => {
    expect(deployed(LifecyclePolicy.of(rule))).toMatchObject({ rules: [{ rulePriority: 1, selection }] });
  });

  test('for a priority is taken as it is, and its neighbours are only compared with each other', () => {
    const policy = LifecyclePolicy.of(
      LifecycleRule.keepNewest(1, { priority: number }),
      LifecycleRule.keepNewest(1, { priority: 4, tagPatterns: ['a'] }),
      LifecycleRule.expireArchived(days(90), { priority: 3 }),
      LifecycleRule.expireArchived(days(90), { priority: number, untagged: true }),
    );
    expect(deployed(policy)).toMatchObject({
      rules: [{ rulePriority: '<Number>' }, { rulePriority: 4 }, { rulePriority: 3 }, { rulePriority: '<Number>' }],
    });
  });

  test('for a description is taken as it is, and the length of the text is not guessed', () => {
    const rule = LifecycleRule.keepNewest(1, { description: `"${text}" ${'x'.repeat(30_720)}` });
    expect(deployed(LifecyclePolicy.of(rule))).toMatchObject({ rules: [{ description: `"<Text>" ${'x'.repeat(30_720)}` }] });
  });

  test('in one rule of several is escaped in the JSON of all', () => {
    const described = LifecycleRule.keepNewest(1, { untagged: true, description: Lazy.string({ produce: () => 'keeps "one"' }) });
    expect(deployed(LifecyclePolicy.of(described, LifecycleRule.keepNewest(2)))).toMatchObject({
      rules: [{ description: 'keeps "one"' }, { selection: { countNumber: 2 } }],
    });
  });

  test('that is known at synth is rendered like anything else', () => {
    const rule = LifecycleRule.keepNewest(Lazy.number({ produce: () => 7 }), { tagPatterns: [Lazy.string({ produce: () => 'v*' })] });
    expect(deployed(LifecyclePolicy.of(rule))).toMatchObject({ rules: [{ selection: { tagPatternList: ['v*'], countNumber: 7 } }] });
  });

  test.each([
    ['a rule without a priority follows it',
      () => LifecyclePolicy.of(LifecycleRule.keepNewest(1, { priority: number, untagged: true }), LifecycleRule.keepNewest(1)),
      "'rules[1]' must be given a priority: the one of rules[0] is a token, so what comes after it is not known"],
    ['it is an age in another unit than days', () => LifecycleRule.expireAfterPush(Duration.hours(number)),
      "'age' must be in days where its number is a token, got hours: use Duration.days()"],
    ['it is a list of patterns', () => LifecycleRule.keepNewest(1, { tagPatterns: list }),
      '\'tagPatterns\' of LifecycleRule.keepNewest must be a list whose length is known, got a token: '
        + 'pass its entries one by one, they may be tokens'],
    ['it is a list of prefixes', () => LifecycleRule.keepNewest(1, { tagPrefixes: list }),
      '\'tagPrefixes\' of LifecycleRule.keepNewest must be a list whose length is known, got a token: '
        + 'pass its entries one by one, they may be tokens'],
    ['it is a policy', () => LifecyclePolicy.fromJson(text),
      "'text' must be known at synth, got a token: use LifecyclePolicy.of(), whose values may be tokens"],
    ['it is a priority and something else is wrong', () => LifecycleRule.keepNewest(0, { priority: number }),
      "'count' of LifecycleRule.keepNewest must be a whole number of at least 1 for 'imageCountMoreThan', got 0"],
  ])('fails where %s', (_, bad, message) => {
    expect(bad).toThrow(new Error(message));
  });

  test('among the rules leaves the checks of the others', () => {
    const first = LifecycleRule.keepNewest(1, { priority: number, tagPrefixes: [text] });
    const others = [LifecycleRule.keepNewest(1, { priority: 1 }), LifecycleRule.keepNewest(1, { priority: 2, untagged: true })];
    expect(() => LifecyclePolicy.of(first, ...others))
      .toThrow("'rules[1]' must have the highest priority number in standard storage");
  });

  /** The policy as ECR gets it, `<Name>` standing for the value of a parameter. */
  function deployed(policy: LifecyclePolicy): unknown {
    const rendered = stack.resolve(policy._render(stack));
    const parts: unknown[] = typeof rendered === 'string' ? [rendered] : rendered['Fn::Join'][1];
    const joined = parts.map(part => typeof part === 'string' ? part : `<${(part as { Ref: string }).Ref}>`).join('');
    expect(Token.isUnresolved(joined)).toBe(false);
    return JSON.parse(joined.replace(/:<Number>/g, ':"<Number>"'));
  }
});
