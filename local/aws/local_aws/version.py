"""Refuses any MiniStack but the one whose internals this package was written against.

The hooks replace functions that are not an API. Another version may have renamed them, or may have
learned what a hook adds, and both would go wrong silently.
"""
from importlib.metadata import PackageNotFoundError, version

MINISTACK = '1.5.33'


class WrongVersion(Exception):
    """MiniStack is missing, or is not the version that the hooks know."""


def check() -> None:
    """Raise WrongVersion unless exactly MINISTACK is installed."""
    try:
        found = version('ministack')
    except PackageNotFoundError:
        raise WrongVersion(f'ministack is not installed; install requirements.txt, which pins {MINISTACK}') from None
    if found != MINISTACK:
        raise WrongVersion(f'written for ministack {MINISTACK}, found {found}; install requirements.txt')
