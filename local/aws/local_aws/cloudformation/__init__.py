"""The CloudFormation types of ECR, and those of a private network that MiniStack lacks, registered with MiniStack's engine.

The engine calls a type's functions: create(logical id, properties, stack name) and update(physical id, old, new,
stack name) return a physical id and attributes, delete(physical id, properties) returns nothing. It rolls a failed
operation back itself, but takes for granted that an update that failed changed nothing.
"""
from ministack.services.cloudformation import changesets, provisioners

from . import (
    conditions, creation_template, exclusion, execution_role, flow_log, group_rules, metric_math, public_repository, pull_through_cache, repository, secret,
    singletons,
)
from .resource_type import ResourceType

TYPES: tuple[ResourceType, ...] = (
    repository.TYPE,
    *singletons.TYPES,
    pull_through_cache.TYPE,
    creation_template.TYPE,
    exclusion.TYPE,
    public_repository.TYPE,
    *group_rules.TYPES,
    flow_log.TYPE,
)


def install() -> None:
    """Register the types; of ECR's, MiniStack has a repository of its own, which is replaced."""
    for kind in TYPES:
        provisioners._RESOURCE_HANDLERS[kind.name] = kind.handlers()
        provisioners._REPLACING_PROPERTIES[kind.name] = kind.create_only
        changesets._IMPORT_LOOKUPS[kind.name] = ((kind.identifier,), kind.import_problem)
    secret.install()
    execution_role.install()
    conditions.install()
    metric_math.install()
