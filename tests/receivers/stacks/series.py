"""Right receivers on the stacks of partners, certified again and again: nothing may be accused, and nothing may change.

`python -m tests.receivers.stacks.series` certifies each three times on a machine that is otherwise idle, then once
beside a busy loop on every core. The packages that the receivers need are installed at need; a receiver whose packages
cannot be installed is left out with the reason.
"""

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from conformance.certify.webhook_receivers.certification import ReceiverOptions, certify_receiver
from conformance.model import Verdict
from reports import Summary, fold, read_events
from tests.disturbances import keep_cores_busy
from tests.package_environments import UnavailableError, install_node, install_python
from tests.receivers.plain import SECRET

HERE = Path(__file__).parent
_PYTHON = ("flask", "svix", "fastapi", "standardwebhooks", "django", "waitress", "uvicorn")
_START_S = 30.0
_NOTABLE = (Verdict.FAIL, Verdict.WARN, Verdict.INCONCLUSIVE, Verdict.NOT_OBSERVABLE, Verdict.ERROR)
RECEIVERS: dict[str, frozenset[str]] = {
    "flask_svix.py": frozenset({"W28"}),  # waitress reads 50 MB before the application responds with 413
    "fastapi_standardwebhooks.py": frozenset({"W28"}),  # so does uvicorn with Starlette
    "django_plain.py": frozenset({"W12", "W13", "W28"}),  # and tolerates 60 s
    "queue_202.py": frozenset(),
    "express_svix.mjs": frozenset({"W28"}),
    "fastify_standardwebhooks.mjs": frozenset(),
}
"""The right receivers, and the SHOULD requirements that each may violate, for a reason that is true."""


def build_command(name: str) -> list[str]:
    """Return the command that serves a receiver.

    Raises:
        UnavailableError: Its packages cannot be installed.
    """
    if name.endswith(".py"):
        return [str(install_python("receivers", *_PYTHON)), str(HERE / name)]
    folder = install_node("receivers-node", HERE / "package.json", *HERE.glob("*.mjs"))
    return ["node", str(folder / name)]


@contextmanager
def serve_receiver(command: list[str]) -> Iterator[str]:
    """Serve a receiver in a process of its own; yield its origin."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "PORT": str(port), "WEBHOOK_SECRET": SECRET, "NODE_ENV": "production"}
    with subprocess.Popen(command, env=environment, cwd=HERE, stderr=subprocess.DEVNULL) as process:
        try:
            _wait_for_port(port)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()


def _wait_for_port(port: int) -> None:
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"nothing listens on port {port}")


def certify(origin: str, directory: Path) -> Summary:
    """Certify a receiver with a hook, as a user does with the default options, and fold the run log."""
    options = ReceiverOptions(f"{origin}/webhook", SECRET, directory, observe=f"{origin}/effects")
    return fold(read_events([certify_receiver(options).parent]))


def main() -> int:
    """Certify the receivers and print one line for each run; return 1 if one was accused, or not judged."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--only", choices=sorted(RECEIVERS))
    options = parser.parse_args()
    accused = 0
    with tempfile.TemporaryDirectory() as scratch:
        for name in [options.only] if options.only else RECEIVERS:
            try:
                command = build_command(name)
            except UnavailableError as reason:
                print(f"{name}: left out, {reason}", flush=True)
                continue
            for number in range(options.times + 1):
                is_busy = number == options.times
                with serve_receiver(command) as origin, keep_cores_busy() if is_busy else nullcontext():
                    began = time.monotonic()
                    summary = certify(origin, Path(scratch) / f"{name}-{number}")
                accused += not report_run(
                    f"{name} {'busy' if is_busy else number + 1}", summary, began, RECEIVERS[name]
                )
    print(f"{accused} runs with a finding", flush=True)
    return 1 if accused else 0


def report_run(title: str, summary: Summary, began: float, allowed: frozenset[str]) -> bool:
    """Print the result of a run; return whether it has no finding that is not allowed."""
    notable = [
        f"{case.requirement} {case.verdict}"
        for case in summary.case_results
        if case.verdict in _NOTABLE and not (case.verdict is Verdict.WARN and case.requirement in allowed)
    ]
    print(f"{title}: {time.monotonic() - began:.1f} s, {notable or 'no finding'}", flush=True)
    for finding in summary.findings if notable else ():
        print(f"    {finding.requirement} {finding.verdict} {finding.message} {finding.actual}", flush=True)
    return not notable


if __name__ == "__main__":
    sys.exit(main())
