"""When the server ends: on SIGTERM or SIGINT, and when the process that started it is gone."""
import asyncio
import os
import signal
import threading
from collections.abc import Callable

GRACE_SECONDS = 3.5
_PARENT_POLL_SECONDS = 0.5


class Lifetime:
    """One event that ends the server, and a deadline after which the process ends in any case."""

    def __init__(self, release: Callable[[], None], clean_up: Callable[[], None]) -> None:
        """`release` frees what may hold up the end, `clean_up` is called if the deadline passes all the same."""
        self._over = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._release = release
        self._clean_up = clean_up

    async def wait(self) -> None:
        await self._over.wait()

    def end(self) -> None:
        """Start the shutdown. A request or a Lambda function that never answers cannot hold it up."""
        if self._over.is_set():
            return
        self._over.set()
        threading.Thread(target=self._release, daemon=True).start()
        deadline = threading.Timer(GRACE_SECONDS, self._give_up)
        deadline.daemon = True
        deadline.start()

    def _give_up(self) -> None:
        self._clean_up()
        os._exit(0)

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
