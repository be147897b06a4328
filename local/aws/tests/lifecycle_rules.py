"""Rules of lifecycle policies for the tests."""
import json

DAY = 86_400


def rule(priority=1, action='expire', **selection):
    chosen = {'tagStatus': 'any', 'countType': 'imageCountMoreThan', 'countNumber': 1, **selection}
    act = {'type': action, **({'targetStorageClass': 'archive'} if action == 'transition' else {})}
    return {'rulePriority': priority, 'selection': {key: value for key, value in chosen.items() if value is not None}, 'action': act}


def text(*rules):
    return json.dumps({'rules': list(rules)})


def since(kind, days, priority=1, action='expire', **selection):
    return rule(priority, action, countType=kind, countUnit='days', countNumber=days, **selection)


def untagged(priority, **selection):
    return rule(priority, tagStatus='untagged', **selection)


def tagged(priority, *patterns, **selection):
    return rule(priority, tagStatus='tagged', tagPatternList=list(patterns), **selection)
