"""Alarms of stacks, and the metric of pulls."""
from datetime import datetime, timedelta, timezone

from .stacks import StackTestCase
from .support import Oci, client, role

CALLS = {'Namespace': 'AWS/Usage', 'MetricName': 'CallCount', 'Dimensions': [{'Name': 'Service', 'Value': 'ECR'}]}
SHARE = [
    {'Id': 'share', 'Expression': 'calls/SERVICE_QUOTA(calls)*100', 'Label': 'share', 'ReturnData': True},
    {'Id': 'calls', 'MetricStat': {'Metric': CALLS, 'Stat': 'Sum', 'Period': 60}, 'ReturnData': False},
]
ALARM = {'AlarmName': 'a', 'ComparisonOperator': 'GreaterThanThreshold', 'EvaluationPeriods': 1, 'Threshold': 80}


class AlarmTest(StackTestCase):

    def described(self):
        return client('cloudwatch', self.root).describe_alarms(AlarmNames=['a'])['MetricAlarms'][0]

    def create_alarm(self, **properties):
        return self.create(Alarm=('AWS::CloudWatch::Alarm', {**ALARM, **properties}))

    def test_an_alarm_on_an_expression_is_described_as_written(self):
        self.assertEqual(self.create_alarm(Metrics=SHARE), 'CREATE_COMPLETE')
        alarm = self.described()
        self.assertEqual((alarm['Metrics'], alarm['Threshold'], alarm['StateValue']), (SHARE, 80, 'INSUFFICIENT_DATA'))
        self.assertFalse({'MetricName', 'Namespace', 'Period', 'Statistic', 'Dimensions'} & alarm.keys())

    def test_text_of_a_template_becomes_numbers_and_flags(self):
        text = [{**SHARE[0], 'ReturnData': 'true'},
                {**SHARE[1], 'ReturnData': 'false', 'MetricStat': {**SHARE[1]['MetricStat'], 'Period': '60'}}]
        self.assertEqual(self.create_alarm(Metrics=text), 'CREATE_COMPLETE')
        self.assertEqual(self.described()['Metrics'], SHARE)

    def test_an_alarm_changes_between_an_expression_and_a_metric(self):
        self.create_alarm(Metrics=SHARE)
        self.assertEqual(self.update(Alarm=('AWS::CloudWatch::Alarm', {**ALARM, **CALLS, 'Statistic': 'Sum', 'Period': 60})), 'UPDATE_COMPLETE')
        self.assertEqual((self.described().get('Metrics'), self.described()['MetricName']), (None, 'CallCount'))
        self.assertEqual(self.update(Alarm=('AWS::CloudWatch::Alarm', {**ALARM, 'Metrics': SHARE, 'Threshold': 90})), 'UPDATE_COMPLETE')
        self.assertEqual((self.described()['Metrics'], self.described()['Threshold']), (SHARE, 90))

    def test_what_cloudwatch_refuses_is_refused(self):
        share, calls = SHARE
        for number, (metrics, more, reason) in enumerate([
            (SHARE, {'MetricName': 'CallCount'}, 'should not be specified beside MetricName'),
            ([{**share, 'Id': 'Share'}, calls], {}, "the id 'Share' must start with a lowercase letter"),
            ([{**share, 'MetricStat': calls['MetricStat']}, calls], {}, 'share must have either an Expression or a MetricStat'),
            ([{'Id': 'share', 'ReturnData': True}, calls], {}, 'share must have either an Expression or a MetricStat'),
            ([{**share, 'Expression': 'pulls/2'}, calls], {}, 'pulls of share is not there'),
            ([share, calls, {**calls}], {}, 'ids must be unique'),
            ([share, {**calls, 'ReturnData': True}], {}, 'Exactly one element'),
            ([{**share, 'ReturnData': False}, calls], {}, 'Exactly one element'),
        ]):
            name = f'stack{number}'
            status = self.create(name, Alarm=('AWS::CloudWatch::Alarm', {**ALARM, **more, 'Metrics': metrics}))
            self.assertEqual(status, 'ROLLBACK_COMPLETE', reason)
            self.assertIn(reason, self.reason(name))


class PullCountTest(StackTestCase):

    def pulls(self, region='us-east-1'):
        now = datetime.now(timezone.utc)
        points = client('cloudwatch', self.root, region).get_metric_statistics(
            Namespace='AWS/ECR', MetricName='RepositoryPullCount', Dimensions=[{'Name': 'RepositoryName', 'Value': 'app'}],
            StartTime=now - timedelta(hours=1), EndTime=now + timedelta(minutes=1), Period=3600, Statistics=['Sum'])['Datapoints']
        return sum(point['Sum'] for point in points)

    def test_each_manifest_counts(self):
        self.ecr.create_repository(repositoryName='app')
        oci = Oci(self.account, self.root)
        digest = oci.push('app', 'v1', 'x')
        self.assertEqual(self.pulls(), 0)
        for reference in ('v1', digest):
            oci.request('GET', f'/v2/app/manifests/{reference}')
        self.ecr.batch_get_image(repositoryName='app', imageIds=[{'imageTag': 'v1'}])
        self.assertEqual((self.pulls(), self.pulls('eu-west-1')), (3, 0))

    def test_what_gets_no_manifest_does_not_count(self):
        self.ecr.create_repository(repositoryName='app')
        oci = Oci(self.account, self.root)
        oci.push('app', 'v1', 'x')
        oci.request('HEAD', '/v2/app/manifests/v1')
        oci.request('GET', '/v2/app/manifests/v2')
        Oci(self.account, role(self.account, 'stranger', ['ecr:GetAuthorizationToken'])).request('GET', '/v2/app/manifests/v1')
        self.assertEqual(self.pulls(), 0)
