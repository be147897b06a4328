import { Access, SHARED } from '../../local/access';
import { ExpectedResource } from '../../local/expected';
import { pullCounts, pullOutcome } from '../../local/pulls';
import { describeDifference, readBack } from '../../local/read-back';

type Clients = Parameters<typeof readBack>[1];
const PLACE = { account: '222222222222', region: 'us-east-1' };
const clientsWith = (send: (command: { input: any }) => Promise<unknown>) => ({ cloudWatch: () => ({ send }) }) as unknown as Clients;
const answering = (answer: unknown) => clientsWith(async () => answer);

const resource = (type: string, properties: Record<string, unknown>): ExpectedResource =>
  ({ environment: PLACE, stack: 'App', logicalId: 'Resource', type, physicalId: 'name', properties, deletionPolicy: 'Delete' });

const SHARE = { Id: 'share', Expression: 'calls/SERVICE_QUOTA(calls)*100', ReturnData: true };
const ALARM = resource('AWS::CloudWatch::Alarm', { Threshold: 80, EvaluationPeriods: 1, Metrics: [SHARE], AlarmActions: ['arn:aws:sns:a'] });
const ANSWER = {
  AlarmName: 'name',
  AlarmArn: 'arn',
  Threshold: 80,
  EvaluationPeriods: 1,
  Metrics: [SHARE],
  AlarmActions: ['arn:aws:sns:a'],
  OKActions: [],
  ActionsEnabled: true,
  TreatMissingData: 'missing',
  StateValue: 'ALARM',
  StateReason: 'it is',
  StateUpdatedTimestamp: new Date(),
  Unit: null,
};

describe('an alarm', () => {
  test('is equal to its template whatever state it is in', async () => {
    const [{ differences, values }] = await readBack([ALARM], answering({ MetricAlarms: [ANSWER] }));
    expect({ differences, values }).toEqual({ differences: [], values: 9 });
  });

  test.each<[string, object, string]>([
    ['another threshold', { Threshold: 90 }, 'Threshold: the template says 80, the API answers 90'],
    ['another expression', { Metrics: [{ ...SHARE, Expression: 'calls' }] },
      'Metrics[0].Expression: the template says "calls/SERVICE_QUOTA(calls)*100", the API answers "calls"'],
    ['an action that no template set', { OKActions: ['arn:aws:sns:b'] }, 'OKActions: the template says nothing, the API answers ["arn:aws:sns:b"]'],
    ['no action', { AlarmActions: [] }, 'AlarmActions: the template says ["arn:aws:sns:a"], the API answers nothing'],
    ['missing data that counts', { TreatMissingData: 'breaching' }, 'TreatMissingData: the template says "missing", the API answers "breaching"'],
  ])('is told apart with %s', async (_, other, words) => {
    const [{ differences }] = await readBack([ALARM], answering({ MetricAlarms: [{ ...ANSWER, ...other }] }));
    expect(differences.map(describeDifference)).toEqual([words]);
  });

  test('is not there', async () => {
    expect((await readBack([ALARM], answering({ MetricAlarms: [] })))[0].exists).toBe(false);
  });
});

describe('a dashboard', () => {
  const dashboard = resource('AWS::CloudWatch::Dashboard', { DashboardBody: '{"widgets":[{"type":"text"}]}' });

  test('is equal however its body is spaced', async () => {
    const [{ differences }] = await readBack([dashboard], answering({ DashboardName: 'name', DashboardBody: '{ "widgets": [{ "type": "text" }] }' }));
    expect(differences).toEqual([]);
  });

  test('is told apart with another widget', async () => {
    const [{ differences }] = await readBack([dashboard], answering({ DashboardName: 'name', DashboardBody: '{"widgets":[{"type":"alarm"}]}' }));
    expect(differences.map(describeDifference)).toEqual(['DashboardBody.widgets[0].type: the template says "text", the API answers "alarm"']);
  });

  test('is not there', async () => {
    const none = clientsWith(async () => { throw Object.assign(new Error('none'), { name: 'ResourceNotFound' }); });
    expect((await readBack([dashboard], none))[0].exists).toBe(false);
  });
});

describe('the count of pulls', () => {
  const pull = (repository: string, status: number) => ({ claim: { repository }, answers: { pull: { status } } }) as unknown as Access;

  test('is the sum of what CloudWatch has of each repository', async () => {
    const points: Record<string, object> = { 'app': { Datapoints: [{ Sum: 2 }, { Sum: 1 }] }, 'shop/api': {} };
    const counts = pullCounts(['app', 'shop/api'], PLACE, clientsWith(async ({ input }) => points[input.Dimensions[0].Value]));
    expect(await counts).toEqual([3, 0]);
  });

  test('is as many as were answered with an image', () => {
    const results = [pull(SHARED, 200), pull(SHARED, 403), pull(SHARED, 200), pull('other', 200)];
    expect(pullOutcome([SHARED, 'other'], [5, 0], [7, 1], results)).toEqual({
      text: '      CloudWatch counts 2 pulls of payments/api and 1 pulls of other (RepositoryPullCount)', problems: [],
    });
    expect(pullOutcome([SHARED], [5], [8], results).problems).toEqual(['payments/api: 2 pulls were answered with an image, CloudWatch counts 3']);
  });
});
