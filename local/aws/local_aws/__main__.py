"""Start the local AWS: python -m local_aws --port 4566 --data DIR."""
import argparse
import asyncio
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from . import settings, version


def main() -> None:
    options = _options()
    try:
        version.check()
    except version.WrongVersion as error:
        sys.exit(f'local_aws: {error}')
    if options.data:
        _run(options, options.data.resolve(), lambda: None)
        return
    with tempfile.TemporaryDirectory(prefix='local-aws-') as data:
        _run(options, Path(data), lambda: shutil.rmtree(data, ignore_errors=True))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog='python -m local_aws', description=__doc__)
    parser.add_argument('--port', type=int, default=4566, help='on 127.0.0.1 (default: 4566)')
    parser.add_argument('--data', type=Path, help='folder for everything that is written (default: one that is removed at the end)')
    parser.add_argument('--organization', metavar='ID:ACCOUNT=PATH,...',
                        help='for example o-abcd123456:111111111111=r-ab12/ou-ab12-11111111')
    parser.add_argument('--upstream', metavar='HOST=URL', action='append', default=[],
                        help='what stands for an upstream registry, for example public.ecr.aws=http://127.0.0.1:5000; may be repeated')
    parser.add_argument('--recheck', metavar='SECONDS', type=float, default=24 * 3600,
                        help='after how long a cached tag is compared with its upstream registry again (default: 24 hours, as in AWS)')
    parser.add_argument('--parent', type=int, metavar='PID', help='end when this process is gone')
    return parser.parse_args()


def _run(options: argparse.Namespace, data: Path, clean_up: Callable[[], None]) -> None:
    settings.apply(options.port, data)
    # MiniStack reads its settings when it is imported, so nothing that imports it may come before this line.
    from . import hooks, server
    try:
        hooks.install(options.organization, options.upstream, options.recheck)
    except ValueError as error:
        sys.exit(f'local_aws: {error}')
    asyncio.run(server.serve(options.port, options.parent, clean_up))


if __name__ == '__main__':
    main()
