"""The process of a client: started with the environment of its scenario, watched, and ended with all its children."""

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

from conformance.certify.api_clients.process_watchdog import PROCESS_MARK, kill_marked, list_marked
from conformance.certify.api_clients.trace import MAX_OUTPUT, ProcessEnd, ProcessResult
from conformance.errors import UsageError

_POLL_S = 0.02
_GRACE_S = 0.5
_LEFT_BEHIND_S = 4.0  # for the processes that a client has started and not waited for


def check_command(command: Sequence[str]) -> tuple[str, ...]:
    """Return a command whose program exists.

    Raises:
        UsageError: There is no command, or its program is not on the path.
    """
    if not command:
        raise UsageError("no command is given", hint="Put it after `--`: evconform certify client -- ./client")
    if shutil.which(command[0]) is None:
        raise UsageError(
            f"{command[0]} cannot be found or started", hint="Name a program on the path, or the path of its file"
        )
    return tuple(command)


def run_client(
    command: Sequence[str],
    environment: Mapping[str, str],
    *,
    limit_s: float,
    is_flooded: Callable[[], bool],
    is_stopped: Callable[[], bool],
) -> ProcessResult:
    """Run a client until it ends or has to be stopped. `environment` must contain PROCESS_MARK.

    Raises:
        UsageError: The command cannot be started.
    """
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
    except OSError as error:
        raise UsageError(
            f"{command[0]} cannot be started: {error.strerror}", hint="Name a file that can be executed"
        ) from error
    streams = [_StreamReader(stream) for stream in (process.stdout, process.stderr) if stream]
    try:
        how, is_suspended = _wait_for_end(process, began + limit_s, is_flooded, is_stopped)
        seconds = time.monotonic() - began
    finally:
        _end_processes(process, environment[PROCESS_MARK])
    output = "\n".join(text for stream in streams if (text := stream.text()))
    status = process.returncode if how is ProcessEnd.ENDED else None
    return ProcessResult(how, status, seconds, output, is_suspended)


def _wait_for_end(
    process: subprocess.Popen[bytes], deadline: float, flooded: Callable[[], bool], stopped: Callable[[], bool]
) -> tuple[ProcessEnd, bool]:
    """Return how the client ended, and whether it was suspended before."""
    is_suspended = False
    while process.poll() is None:
        is_suspended = has_been_suspended(process.pid) or is_suspended
        if stopped():
            return ProcessEnd.STOPPED, is_suspended
        if flooded():
            return ProcessEnd.FLOOD, is_suspended
        if time.monotonic() > deadline:
            return ProcessEnd.TIME_LIMIT, is_suspended
        time.sleep(_POLL_S)
    return (ProcessEnd.FLOOD if flooded() else ProcessEnd.ENDED), is_suspended


def has_been_suspended(child: int) -> bool:
    """Return whether a signal suspended a child process since the last call (POSIX, waitid with WSTOPPED)."""
    try:
        return os.waitid(os.P_PID, child, os.WSTOPPED | os.WNOHANG) is not None
    except ChildProcessError:
        return False  # it has ended


def _end_processes(process: subprocess.Popen[bytes], mark: str) -> None:
    """End a client that still runs with SIGTERM, then kill its process group and all processes with its mark.

    Processes that a client leaves behind when it ends by itself get some seconds: their requests are its own.
    """
    if process.poll() is None:
        _signal_group(process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_GRACE_S)
        kill_marked(mark)
    elif left_behind := list_marked(mark):
        psutil.wait_procs(left_behind, _LEFT_BEHIND_S)  # they may still send requests
        kill_marked(mark)
    _signal_group(process.pid, signal.SIGKILL)
    process.wait()


def _signal_group(group: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


class _StreamReader:
    """Reads a stream to its end, so that the process never blocks on it, and keeps the beginning."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream, self._data = stream, bytearray()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        with self._stream:
            while chunk := self._stream.read1(8192):  # type: ignore[attr-defined]
                self._data += chunk[: max(0, MAX_OUTPUT - len(self._data))]

    def text(self) -> str:
        """Return the beginning of the stream, after waiting for its end for at most one second."""
        self._thread.join(1.0)
        return bytes(self._data).decode("utf-8", "replace")
