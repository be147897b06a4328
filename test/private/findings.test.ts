import { App, Stack } from 'aws-cdk-lib';
import { Findings } from '../../src/private/findings';

describe('Findings', () => {
  test('says nothing when everything holds', () => {
    const findings = new Findings();
    findings.unless(true, 'never seen');
    expect(findings.all).toEqual([]);
    expect(() => findings.throwIfAny()).not.toThrow();
  });

  test('fails once with every message', () => {
    const findings = new Findings();
    findings.unless(false, 'first');
    findings.unless(false, 'second');
    expect(() => findings.throwIfAny()).toThrow(new Error('first\nsecond'));
  });

  test('names the construct that was given the input', () => {
    const findings = new Findings();
    findings.unless(false, 'first');
    findings.unless(false, 'second');
    expect(() => findings.throwIfAny(new Stack(new App(), 'Team'))).toThrow(new Error('first [Team]\nsecond [Team]'));
  });

  test('hands out a copy', () => {
    const findings = new Findings();
    findings.unless(false, 'first');
    findings.all.push('second');
    expect(findings.all).toEqual(['first']);
  });
});
