"""When the server ends: on SIGTERM or SIGINT, and when the process that started it is gone."""
import asyncio
import os
import signal
import threading

GRACE_SECONDS = 3.0
_PARENT_POLL_SECONDS = 0.5


class Lifetime:
    """One event that ends the server, and a deadline after which the process ends in any case."""

    def __init__(self) -> None:
        self._over = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    async def wait(self) -> None:
        await self._over.wait()

    def end(self) -> None:
        """Start the shutdown. A request or a Lambda function that never answers cannot hold it up."""
        if self._over.is_set():
            return
        self._over.set()
        deadline = threading.Timer(GRACE_SECONDS, os._exit, args=(0,))
        deadline.daemon = True
        deadline.start()

    def watch_signals(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            self._loop.add_signal_handler(number, self.end)

    def watch_parent(self, pid: int) -> None:
        """End when the process `pid` no longer exists, so that a killed demo leaves nothing behind."""
        async def poll() -> None:
            while _exists(pid):
                await asyncio.sleep(_PARENT_POLL_SECONDS)
            self.end()
        self._parent_task = self._loop.create_task(poll())


def _exists(pid: int) -> bool:
    """Whether a process runs. A zombie, which only waits to be reaped, does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        with open(f'/proc/{pid}/stat', encoding='ascii', errors='replace') as stat:
            return stat.read().rpartition(')')[2].split()[0] != 'Z'
    except OSError:
        return True
