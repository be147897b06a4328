import { DescribeAlarmsCommand, GetDashboardCommand } from '@aws-sdk/client-cloudwatch';
import { orNothing, Reader } from './reader';

/** What an alarm has seen and when it was made: no settings. */
const OF_THE_STATE = /^AlarmArn$|^State|^EvaluationState$|Timestamp$/;

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudwatch-alarm.html */
export const ALARM: Reader = {
  noun: 'alarm',
  defaults: (_, physicalId) => ({ AlarmName: physicalId, ActionsEnabled: true, TreatMissingData: 'missing' }),
  unordered: ['AlarmActions', 'Dimensions', 'InsufficientDataActions', 'OKActions'],
  async read(clients, environment, physicalId) {
    const { MetricAlarms: [alarm] = [] } = await clients.cloudWatch(environment).send(new DescribeAlarmsCommand({ AlarmNames: [physicalId] }));
    if (!alarm) { return undefined; }
    // What was never set is answered as nothing, or as an empty list.
    return Object.fromEntries(Object.entries(alarm)
      .filter(([name, value]) => !OF_THE_STATE.test(name) && value !== null && !(Array.isArray(value) && value.length === 0)));
  },
};

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudwatch-dashboard.html */
export const DASHBOARD: Reader = {
  noun: 'dashboard',
  defaults: (_, physicalId) => ({ DashboardName: physicalId }),
  documents: ['DashboardBody'],
  async read(clients, environment, DashboardName) {
    const answer = await orNothing(clients.cloudWatch(environment).send(new GetDashboardCommand({ DashboardName })), 'ResourceNotFound');
    return answer && { DashboardName: answer.DashboardName, DashboardBody: answer.DashboardBody };
  },
};
