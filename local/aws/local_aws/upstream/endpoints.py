"""Where the upstream registries are. Each host has to be given a port on 127.0.0.1; every other one is out of reach."""
import re
from urllib.parse import urlsplit

from ..ecr.errors import EcrError

_OPTION = re.compile(r'([a-z0-9.-]+)=http://127\.0\.0\.1:([0-9]{1,5})/?')

_ports: dict[str, int] = {}


def configure(options: list[str]) -> None:
    """Read `public.ecr.aws=http://127.0.0.1:5000`, for each host that pulls may reach."""
    _ports.clear()
    for option in options:
        match = _OPTION.fullmatch(option)
        if not match:
            raise ValueError(f'{option!r} is not like public.ecr.aws=http://127.0.0.1:5000')
        _ports[match[1]] = int(match[2])


def port_of(url: str) -> int:
    """The port on 127.0.0.1 of a URL. Whatever registries answer, this is where nothing else can be asked for."""
    parts = urlsplit(url)
    if re.fullmatch(r'127\.0\.0\.1:[0-9]{1,5}', parts.netloc) and parts.scheme == 'http':
        return int(parts.netloc.partition(':')[2])
    if parts.netloc not in _ports:
        raise EcrError('UpstreamUnavailable', f"'{parts.netloc}' is out of reach: no --upstream says which port of 127.0.0.1 stands for it")
    return _ports[parts.netloc]
