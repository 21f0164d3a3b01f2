"""A client's process: started with what its case tells it, watched, and stopped with everything that it started."""

import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import IO

import psutil

from conformance.certify.api_clients.trace import How, Ran
from conformance.errors import UsageError

MARK = "EVCONFORM_RUN"
"""Environment variable that tells the processes of a case, however they detached themselves."""
_KEPT = 32 * 1024  # bytes kept of each stream
_POLL_S = 0.02
_GRACE_S = 0.5


def checked(command: Sequence[str]) -> tuple[str, ...]:
    """A command that can be started; raises UsageError for one that cannot be found."""
    if not command:
        raise UsageError("no command is given", hint="Put it after `--`: evconform certify client -- ./client")
    if shutil.which(command[0]) is None:
        raise UsageError(f"{command[0]} cannot be found or started", hint="Name a program on the path, or its file.")
    return tuple(command)


def run(
    command: Sequence[str],
    environment: Mapping[str, str],
    *,
    limit_s: float,
    flooded: Callable[[], bool],
    stopped: Callable[[], bool],
) -> Ran:
    """Run a client to its end, or to a reason to stop it. `environment` must hold MARK. Raises UsageError."""
    began = time.monotonic()
    try:
        process = subprocess.Popen(  # noqa: S603 - the partner's own command
            command,
            env={**os.environ, "NO_PROXY": "127.0.0.1,localhost", **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as fault:
        raise UsageError(f"{command[0]} cannot be started: {fault.strerror}", hint="Is it a program?") from fault
    streams = [_Kept(stream) for stream in (process.stdout, process.stderr) if stream]
    try:
        how = _wait(process, began + limit_s, flooded, stopped)
        seconds = time.monotonic() - began
    finally:
        _end(process, environment[MARK])
    output = "\n".join(text for each in streams if (text := each.text()))
    return Ran(how, process.returncode if how is How.ENDED else None, seconds, output)


def _wait(
    process: subprocess.Popen[bytes], end: float, flooded: Callable[[], bool], stopped: Callable[[], bool]
) -> How:
    while process.poll() is None:
        if stopped():
            return How.STOPPED
        if flooded():
            return How.FLOOD
        if time.monotonic() > end:
            return How.LIMIT
        time.sleep(_POLL_S)
    return How.FLOOD if flooded() else How.ENDED


def _end(process: subprocess.Popen[bytes], mark: str) -> None:
    """End what is left of a client: politely where it still runs, then its group and whatever carries its mark."""
    if process.poll() is None:
        _signal(process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_GRACE_S)
    _signal(process.pid, signal.SIGKILL)
    for each in psutil.process_iter():
        with suppress(psutil.Error):
            if each.environ().get(MARK) == mark:
                each.kill()
    process.wait()


def _signal(group: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


class _Kept:
    """The beginning of a stream, read to its end so that nobody waits for us."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream, self._data = stream, bytearray()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        with self._stream:
            while chunk := self._stream.read1(8192):  # type: ignore[attr-defined]
                self._data += chunk[: max(0, _KEPT - len(self._data))]

    def text(self) -> str:
        """What was kept, once the stream has ended."""
        self._thread.join(1.0)
        return bytes(self._data).decode("utf-8", "replace")
