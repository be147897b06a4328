import { CLAIMS } from '../../local/network-story';
import { triesOutcome, variantsOutcome } from '../../local/network-verdicts';
import { Caller } from '../../local/pull-calls';
import type { Hop } from '../../local/pull-path';
import { PLAIN } from '../../local/style';

const OURS = { account: '222222222222', organization: 'o-abcd123456' };
const CALLS = new Caller(OURS, 'us-east-1').pull({ registry: OURS, repository: 'payments/api', tag: 'v1' });
const PASSED: Hop[] = CALLS.map(call => ({ call, via: call.service }));
/** The pull up to a call that fails. */
const stopped = (step: string, problem: string): Hop[] => {
  const at = CALLS.findIndex(call => call.step === step);
  return [...PASSED.slice(0, at), { call: CALLS[at], problem }];
};
const REFUSED = stopped('manifest', 'is refused by the policy of vpce-1: ecr:BatchGetImage');

const passes = { who: 'a task', does: 'pulls', calls: CALLS, why: 'it may' };
const stops = { ...passes, stopsAt: { step: 'manifest', words: 'ecr:BatchGetImage' } };
const problemsOf = (claim: typeof passes, hops: readonly Hop[]) => triesOutcome([{ claim, hops }], PLAIN).problems;

describe('what is tried from a network', () => {
  test.each([[passes, PASSED], [stops, REFUSED]])('is as claimed (%#)', (claim, hops) => {
    expect(problemsOf(claim, hops)).toEqual([]);
  });

  test.each<[string, typeof passes, Hop[], string]>([
    ['stops and was to pass', passes, REFUSED,
      'a task pulls: expected to pass through endpoints, got: login through ecr.api, manifest is refused by the policy of vpce-1: ecr:BatchGetImage'],
    ['passes through the internet', passes, PASSED.map(hop => hop.call.step === 'layers' ? { ...hop, via: 'nat-1' } : hop),
      'a task pulls: expected to pass through endpoints, got: login through ecr.api, manifest through ecr.dkr, address of a layer through ecr.dkr, layers through nat-1'],
    ['passes and was to stop', stops, PASSED,
      'a task pulls: expected to stop at the manifest, ecr:BatchGetImage, '
      + 'got: login through ecr.api, manifest through ecr.dkr, address of a layer through ecr.dkr, layers through s3'],
    ['stops elsewhere', stops, stopped('login', 'is refused: ecr:BatchGetImage'),
      'a task pulls: expected to stop at the manifest, ecr:BatchGetImage, got: login is refused: ecr:BatchGetImage'],
    ['stops for another reason', stops, stopped('manifest', 'has no way out of subnet-1'),
      'a task pulls: expected to stop at the manifest, ecr:BatchGetImage, got: login through ecr.api, manifest has no way out of subnet-1'],
  ])('is not as claimed when it %s', (_, claim, hops, problem) => {
    expect(problemsOf(claim, hops)).toEqual([problem]);
  });

  test('has both that pass and that stop, for each kind of stop', () => {
    expect(new Set(CLAIMS.map(({ stopsAt }) => stopsAt?.step))).toEqual(new Set([undefined, 'manifest', 'upload', 'login']));
  });
});

describe('a network that lacks an endpoint', () => {
  const whole = { fails: [], hops: PASSED };
  const noWay: Hop[] = PASSED.map(hop => hop.call.step === 'layers' ? { call: hop.call, problem: 'has no way out of subnet-1' } : hop);

  test('is told apart: the output says which call fails, and how far a pull comes', () => {
    const { text = '', problems } = variantsOutcome([whole, { without: 's3', fails: ['layers'], hops: noWay }], PLAIN);
    expect(problems).toEqual([]);
    expect(text).toMatch(/│ nothing +│ ecr.api +│ ecr.dkr +│ ecr.dkr +│ s3 +│/);
    expect(text).toMatch(/│ s3 +│ ecr.api +│ ecr.dkr +│ ecr.dkr +│ no way out +│/);
    expect(text.split('\n').slice(-2).map(line => line.trim()).join(' ')).toBe('without s3: layers: '
      + 'GET https://prod-us-east-1-starport-layer-bucket.s3.us-east-1.amazonaws.com/… has no way out of subnet-1; the pull stops after the manifest');
  });

  test('whose call is refused has a way out', () => {
    const refused = PASSED.map(hop => hop.call.step === 'layers' ? { ...hop, problem: 'is refused by the policy of vpce-1: s3:GetObject' } : hop);
    expect(variantsOutcome([{ fails: ['layers'], hops: refused }], PLAIN).text).toContain('│ refused');
  });

  test.each<[string, readonly string[], Hop[], string]>([
    ['nothing fails', ['layers'], PASSED, 'without s3: expected to fail: layers, got: nothing'],
    ['more fails', [], noWay, 'without s3: expected to fail: nothing, got: layers'],
    ['something else fails', ['login'], noWay, 'without s3: expected to fail: login, got: layers'],
  ])('is not as it was to be when %s', (_, fails, hops, problem) => {
    expect(variantsOutcome([whole, { without: 's3', fails, hops }], PLAIN).problems).toEqual([problem]);
  });
});
