"""What MiniStack reads from the environment when it is imported, so `apply` has to run first.

By default MiniStack listens on every interface, opens an MQTT port and writes below /tmp. Here it
listens on loopback only, opens one port, and writes nothing outside the data directory.
"""
import os
import tempfile
from pathlib import Path

HOST = '127.0.0.1'

# MiniStack takes these for its own: AWS credentials become those of every account's root.
_FOREIGN = ('SERVICES', 'USE_SSL', 'EDGE_PORT', 'MINISTACK_ACCOUNT_ID', 'MINISTACK_REGION')


def apply(port: int, data: Path) -> None:
    """Set the environment of MiniStack for one server on `port` that keeps its files in `data`."""
    scratch = data / 'tmp'
    scratch.mkdir(parents=True, exist_ok=True)
    for name in [*_FOREIGN, *(name for name in os.environ if name.startswith('AWS_'))]:
        os.environ.pop(name, None)
    os.environ.update({
        'BIND_HOST': HOST,
        'GATEWAY_PORT': str(port),
        'IOT_MTLS_ENABLED': '0',
        'SFTP_ENABLED': '0',
        'LAMBDA_EXECUTOR': 'local',
        'PERSIST_STATE': '0',
        'LOCALSTACK_PERSISTENCE': '0',
        'S3_PERSIST': '0',
        'STATE_DIR': str(data / 'state'),
        'S3_DATA_DIR': str(data / 's3'),
        'TMPDIR': str(scratch),
        # No daemon is looked for: with one, MiniStack removes every container that it takes for its own.
        'DOCKER_HOST': f'unix://{data / "no-docker.sock"}',
    })
    # The module caches the directory at its first use, which may have been before this call.
    tempfile.tempdir = str(scratch)
