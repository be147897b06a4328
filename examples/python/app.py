from aws_cdk import App, Environment, Stack
from aws_cdk import aws_iam as iam
from cdk_hardened_ecr import (
    HardenedRepository,
    ImageProfile,
    PrivateRegistry,
    PullAudience,
    TemplateUse,
)

app = App()
stack = Stack(app, "Payments", env=Environment(account="111111111111", region="us-east-1"))

registry = PrivateRegistry.of(stack)
releases = ImageProfile.release(
    keep=50,
    audience=PullAudience.organization("o-abcd123456"),
    tags={"team": "payments"},
)

api = HardenedRepository(
    stack, "Api", registry=registry, repository_name="payments/api", profile=releases
)
nightly = HardenedRepository(
    stack,
    "Nightly",
    registry=registry,
    repository_name="payments/nightly",
    profile=ImageProfile.builds(),
)
registry.add_creation_template(
    "Pushed", prefix="payments", applied_for=[TemplateUse.CREATE_ON_PUSH], profile=releases
)

pipeline = iam.Role.from_role_name(stack, "Pipeline", "payments-pipeline")
for repository in [api, nightly]:
    repository.grant_pull_push(pipeline)

app.synth()
