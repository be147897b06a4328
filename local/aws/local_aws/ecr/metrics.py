"""The metric of pulls, in the account and Region of the registry.

Our reading: each manifest that somebody gets counts, an index and the image of it as two; a principal whose pulls leave
no time behind is counted all the same.
See https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-repository-metrics.html
"""
from ministack.services import cloudwatch


def pulled(name: str) -> None:
    cloudwatch.record_metric('AWS/ECR', 'RepositoryPullCount', 1, 'Count', {'RepositoryName': name})
