"""What ECR sends to the default bus of an account and Region, caught in a queue."""
import json

from .support import DAY, Credentials, client


class EventQueue:

    def __init__(self, account: str, region: str = 'us-east-1', recheck: str = DAY) -> None:
        root = Credentials(account)
        self.sqs = client('sqs', root, region, recheck=recheck)
        self.url = self.sqs.create_queue(QueueName='events')['QueueUrl']
        events = client('events', root, region, recheck=recheck)
        events.put_rule(Name='ecr', EventPattern=json.dumps({'source': ['aws.ecr']}))
        events.put_targets(Rule='ecr', Targets=[{'Id': 'q', 'Arn': f'arn:aws:sqs:{region}:{account}:events'}])

    def received(self, count: int) -> list[dict]:
        """The next events; raises when fewer come."""
        found = []
        while len(found) < count:
            batch = self._batch(5)
            if not batch:
                raise AssertionError(f'{len(found)} of {count} events came')
            found += batch
        return found

    def rest(self) -> list[dict]:
        """What else is there."""
        return self._batch(1)

    def _batch(self, seconds: int) -> list[dict]:
        messages = self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10, WaitTimeSeconds=seconds).get('Messages', [])
        for message in messages:
            self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message['ReceiptHandle'])
        return [json.loads(message['Body']) for message in messages]
