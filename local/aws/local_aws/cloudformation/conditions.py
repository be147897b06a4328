"""Conditions of a template may use intrinsic functions and pseudo parameters. MiniStack compares them unresolved.

The bootstrap template of the CDK gives its execution role AdministratorAccess under such a condition (a Fn::Join of
the policies that were asked for); without this the role would have no policy at all.
See https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-conditions.html
"""
import copy

from ministack.services.cloudformation import changesets, engine, handlers, stacks

_FUNCTIONS = {'Fn::Join', 'Fn::Sub', 'Fn::FindInMap', 'Fn::Split', 'Fn::Select'}


def install() -> None:
    """Resolve the functions first. The modules of the engine import it by name, so each gets its own."""
    native = engine._evaluate_conditions

    def evaluate_conditions(template, parameters):
        mappings = template.get('Mappings', {})
        return native({**template, 'Conditions': resolved(template.get('Conditions', {}), parameters, mappings)}, parameters)

    for module in (engine, changesets, handlers, stacks):
        module._evaluate_conditions = evaluate_conditions


def resolved(expression, parameters: dict, mappings: dict):
    """The expression with its functions and pseudo parameters replaced by their values."""
    if isinstance(expression, list):
        return [resolved(item, parameters, mappings) for item in expression]
    if not isinstance(expression, dict):
        return expression
    is_pseudo = str(expression.get('Ref', '')).startswith('AWS::')
    if is_pseudo or _FUNCTIONS & expression.keys():
        return engine._resolve_refs(copy.deepcopy(expression), {}, parameters, {}, mappings, '', '')
    return {key: resolved(item, parameters, mappings) for key, item in expression.items()}
