"""Watchdog: a process that ends the clients of a certification when the certification itself is killed.

It is started as a program. It waits for the end of its standard input, which comes when its parent ends in any way,
and then kills every process whose environment variable EVCONFORM_RUN begins with the name of the run.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psutil

PROCESS_MARK = "EVCONFORM_RUN"
"""Environment variable that marks all processes of a scenario, also those that detach themselves."""
_ROUNDS = 3  # a process may start another one while it is killed


@contextmanager
def watch_clients(run: str) -> Iterator[None]:
    """Kill the clients of a run when this process ends, as long as the context lasts."""
    with subprocess.Popen(  # noqa: S603 - this file
        [sys.executable, __file__, f"{run}-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # so that a signal to our process group does not end it
    ) as process:
        try:
            yield
        finally:
            process.kill()


def list_marked(mark: str, *, is_prefix: bool = False) -> list[psutil.Process]:
    """Return the processes with a mark, or with one that begins so."""
    marked = []
    for candidate in psutil.process_iter():
        with suppress(psutil.Error):
            value = candidate.environ().get(PROCESS_MARK, "")
            if value == mark or (is_prefix and value.startswith(mark)):
                marked.append(candidate)
    return marked


def kill_marked(mark: str, *, is_prefix: bool = False) -> None:
    """Kill all processes with a mark, or with one that begins so."""
    for process in list_marked(mark, is_prefix=is_prefix):
        with suppress(psutil.Error):
            process.kill()


if __name__ == "__main__":
    sys.stdin.read()
    for _ in range(_ROUNDS):
        kill_marked(sys.argv[1], is_prefix=True)
