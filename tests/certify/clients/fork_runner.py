"""Runs a program in a fork of a process that has imported httpx: a process of its own, at a twentieth of the cost."""

import marshal
import multiprocessing
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from conformance.certify.api_clients.trace import ProcessEnd, ProcessResult

_POLL_S = 0.05  # the end of a process is noticed at once
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.certify.clients.fork_preload"])


def build_runner(source: str) -> Callable[..., ProcessResult]:
    """Return a stand-in for `client_process.run_client` that runs a Python program instead of the command."""
    code = marshal.dumps(compile(source, "client.py", "exec"))

    def run(
        _command: Sequence[str],
        environment: Mapping[str, str],
        *,
        limit_s: float,
        is_flooded: Callable[[], bool],
        is_stopped: Callable[[], bool],
    ) -> ProcessResult:
        began = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            output = Path(folder) / "output"
            process = _CONTEXT.Process(target=_run_program, args=(code, dict(environment), str(output)), daemon=True)
            process.start()
            how = ProcessEnd.ENDED
            while process.exitcode is None and how is ProcessEnd.ENDED:
                if is_stopped():
                    how = ProcessEnd.STOPPED
                elif is_flooded():
                    how = ProcessEnd.FLOOD
                elif time.monotonic() > began + limit_s:
                    how = ProcessEnd.TIME_LIMIT
                else:
                    process.join(_POLL_S)
            seconds = time.monotonic() - began
            if how is not ProcessEnd.ENDED:
                os.kill(process.pid or 0, signal.SIGKILL)
            elif is_flooded():
                how = ProcessEnd.FLOOD
            process.join()
            text = output.read_text(errors="replace") if output.exists() else ""
            return ProcessResult(how, process.exitcode if how is ProcessEnd.ENDED else None, seconds, text)

    return run


def _run_program(code: bytes, environment: Mapping[str, str], output: str) -> None:
    os.environ.update(environment)
    if "TZ" in environment:
        time.tzset()
    with open(output, "wb", buffering=0) as file:  # noqa: PTH123 - its descriptor replaces those of the process
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", errors="replace", buffering=1, closefd=False)
    sys.stderr = os.fdopen(2, "w", encoding="utf-8", errors="replace", buffering=1, closefd=False)
    exec(marshal.loads(code), {"__name__": "__main__"})  # noqa: S102, S302 - the sample client, changed
