import { Aws, Fn, Stack } from 'aws-cdk-lib';
import * as fc from 'fast-check';
import { documentSize } from '../../src/private/document-size';

describe('documentSize', () => {
  test('is the length of the minified JSON when everything is known', () => {
    fc.assert(fc.property(fc.jsonValue(), value => {
      const { length } = JSON.stringify(value);
      expect(documentSize(value)).toEqual({ min: length, max: length });
    }));
  });

  test('leaves out what JSON leaves out', () => {
    expect(documentSize({ a: undefined, b: [1, undefined] })).toEqual({ min: '{"b":[1]}'.length, max: '{"b":[1]}'.length });
  });

  test.each([
    ['the partition', Aws.PARTITION, 3, 10],
    ['the account', Aws.ACCOUNT_ID, 12, 12],
    ['the Region', Aws.REGION, 9, 15],
    ['any other reference', Fn.ref('Key'), 0, Infinity],
    ['an attribute', Fn.getAtt('Key', 'Arn'), 0, Infinity],
    ['a join', `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:root`, 'arn::iam:::root'.length + 3 + 12, 'arn::iam:::root'.length + 10 + 12],
    ['a join with a reference', `${Aws.ACCOUNT_ID}/${Fn.ref('Name')}`, 13, Infinity],
    ['a join with a delimiter', Fn.join('--', [Aws.ACCOUNT_ID, Aws.ACCOUNT_ID, Aws.ACCOUNT_ID]), 40, 40],
    ['a join with text that JSON escapes', `"\n${Aws.ACCOUNT_ID}`, 16, 16],
    ['a join of a list that is not known', Fn.join(',', Fn.split('|', Fn.ref('Names'))), 0, Infinity],
  ])('bounds %s', (_, value, min, max) => {
    expect(documentSize(new Stack().resolve({ a: value }))).toEqual({ min: '{"a":""}'.length + min, max: '{"a":""}'.length + max });
  });

  test('bounds a join of something else not at all', () => {
    expect(documentSize({ a: { 'Fn::Join': ['', [{ nobody: 'knows' }]] } })).toEqual({ min: '{"a":""}'.length, max: Infinity });
  });

  test('takes an object with more keys, or none, for a part of the document', () => {
    expect(documentSize({})).toEqual({ min: 2, max: 2 });
    expect(documentSize({ Ref: 'a', b: 1 })).toEqual({ min: '{"Ref":"a","b":1}'.length, max: '{"Ref":"a","b":1}'.length });
    expect(documentSize({ Reference: 'a' })).toEqual({ min: '{"Reference":"a"}'.length, max: '{"Reference":"a"}'.length });
  });
});
