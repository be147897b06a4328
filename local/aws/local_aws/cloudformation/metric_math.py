"""AWS::CloudWatch::Alarm with `Metrics`: an alarm on a metric of another account, or on an expression. MiniStack refuses it.

It is kept and described as written. Expressions are not evaluated: such an alarm stays in INSUFFICIENT_DATA.
See https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
"""
import re

from ministack.services.cloudformation import provisioners

_SINGLE = ('MetricName', 'Namespace', 'Statistic', 'ExtendedStatistic', 'Dimensions', 'Period', 'Unit')
_ID = re.compile(r'[a-z][a-zA-Z0-9_]{0,254}')


def install() -> None:
    """Make the record of such an alarm from MiniStack's, with the queries in place of its one metric."""
    native = provisioners._cw_metric_alarm_record

    def record(name: str, properties: dict) -> dict:
        queries = properties.get('Metrics')
        if not queries:
            return native(name, properties)
        _check(properties, queries)
        rest = {key: value for key, value in properties.items() if key != 'Metrics'}
        alarm = native(name, {**rest, 'MetricName': '-', 'Namespace': '-'})
        return {**{key: value for key, value in alarm.items() if key not in _SINGLE}, 'Metrics': [_query(query) for query in queries]}

    provisioners._cw_metric_alarm_record = record


def _check(properties: dict, queries: list[dict]) -> None:
    """Raise ValueError where PutMetricAlarm does."""
    beside = [key for key in _SINGLE if key in properties]
    if beside:
        raise ValueError(f'Metrics list should not be specified beside {", ".join(beside)}')
    ids = [query.get('Id', '') for query in queries]
    for query in queries:
        if not _ID.fullmatch(query.get('Id', '')):
            raise ValueError(f'Invalid metrics list: the id {query.get("Id")!r} must start with a lowercase letter')
        if ('Expression' in query) == ('MetricStat' in query):
            raise ValueError(f'Invalid metrics list: {query["Id"]} must have either an Expression or a MetricStat')
        unknown = set(re.findall(r'\b[a-z]\w*', query.get('Expression', ''))) - set(ids)
        if unknown:
            raise ValueError(f'Invalid metrics list: {", ".join(sorted(unknown))} of {query["Id"]} is not there')
    if len(set(ids)) < len(ids):
        raise ValueError('Invalid metrics list: ids must be unique')
    if sum(_flag(query.get('ReturnData', True)) for query in queries) != 1:
        raise ValueError('Exactly one element of the metrics list should return data')


def _query(query: dict) -> dict:
    """As the API describes it: numbers and flags, where a template may have text."""
    result = {**query, 'ReturnData': _flag(query.get('ReturnData', True))}
    if 'Period' in query:
        result['Period'] = int(query['Period'])
    if 'MetricStat' in query:
        result['MetricStat'] = {**query['MetricStat'], 'Period': int(query['MetricStat']['Period'])}
    return result


def _flag(value: object) -> bool:
    return str(value).lower() == 'true'
