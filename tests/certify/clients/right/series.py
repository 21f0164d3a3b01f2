"""Right clients on the stacks of partners, certified again and again: nothing may be accused, and nothing may change.

`python -m tests.certify.clients.right.series` certifies each five times. `--busy` keeps all cores busy meanwhile,
`--suspend` suspends each client for three seconds at random moments. The packages that the clients need are installed
at need; a client whose packages cannot be installed is left out with the reason.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, nullcontext
from pathlib import Path

import msgspec

from conformance.certify.api_clients.tasks import TASKS, list_possible_tasks
from conformance.description import load_description
from conformance.model import Verdict
from reports import Summary, fold, read_events
from tests.disturbances import keep_cores_busy, suspend_children
from tests.package_environments import UnavailableError, install_node, install_python

HERE = Path(__file__).parent
_NOTABLE = (Verdict.FAIL, Verdict.WARN, Verdict.INCONCLUSIVE, Verdict.ERROR)


def build_requests_command() -> tuple[str, ...]:
    """Return the command of the client on requests-oauthlib."""
    python = install_python("requests-oauthlib", "requests", "requests-oauthlib")
    return str(python), str(HERE / "requests_oauthlib_client.py")


def build_httpx_command() -> tuple[str, ...]:
    """Return the command of the client on httpx."""
    return sys.executable, str(HERE / "httpx_client.py")


def build_typescript_command() -> tuple[str, ...]:
    """Return the command of the generated client, after generating and bundling it."""
    source = HERE / "typescript"
    folder = install_node("openapi-ts", source / "package.json", source / "client.ts")
    if not (folder / "generated").exists():
        (folder / "description.json").write_bytes(msgspec.json.encode(load_description(overlays=False).document))
        generate = ["npx", "openapi-ts", "-i", "description.json", "-o", "generated", "-c", "@hey-api/client-fetch"]
        subprocess.run(generate, cwd=folder, check=True, capture_output=True)
    bundle = ["npx", "esbuild", "client.ts", "--bundle", "--platform=node", "--format=esm", "--outfile=client.mjs"]
    subprocess.run(bundle, cwd=folder, check=True, capture_output=True)
    return "node", str(folder / "client.mjs")


CLIENTS: dict[str, tuple[Callable[[], tuple[str, ...]], frozenset[str]]] = {
    "requests-oauthlib": (build_requests_command, frozenset()),
    "httpx": (build_httpx_command, frozenset()),
    "openapi-ts": (build_typescript_command, frozenset()),
}
"""The right clients: how to start each, and the SHOULD requirements that it violates, for a reason that is true."""


def write_plan(path: Path, name: str) -> Path:
    """Write the plan of a confidential client that does every task."""
    declared = "\n".join(f"{task} = true" for task in TASKS if task in list_possible_tasks(is_public=False))
    path.write_text(f'[client]\nname = "{name}"\nversion = "1.0"\nkind = "confidential"\n[tasks]\n{declared}\n')
    return path


def certify(command: tuple[str, ...], plan: Path, directory: Path, *options: str, is_suspended: bool) -> Summary:
    """Certify a command as a user does, and fold the run log."""
    arguments = ("certify", "client", "--plan", str(plan), "--report-dir", str(directory), *options, "--", *command)
    started = [sys.executable, "-m", "conformance", *arguments]
    with (
        subprocess.Popen(started, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process,
        suspend_children(process.pid, command) if is_suspended else nullcontext([]) as suspended,
    ):
        _, errors = process.communicate()
    if is_suspended:
        print(f"suspended {len(suspended)} times", flush=True)
    if not (directory / "events.jsonl").exists():
        raise RuntimeError(errors)
    return fold(read_events([directory]))


def list_notable(summary: Summary) -> Iterator[str]:
    """Yield the requirements with a verdict other than a pass."""
    for case in summary.case_results:
        if case.verdict in _NOTABLE:
            yield f"{case.requirement} {case.verdict}"


def main() -> int:
    """Certify the clients and print one line for each run; return 1 if one was accused, or its verdict changed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--only", choices=sorted(CLIENTS))
    parser.add_argument("--busy", action="store_true")
    parser.add_argument("--suspend", action="store_true")
    options = parser.parse_args()
    accused = 0
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        if options.busy:
            stack.enter_context(keep_cores_busy())
        for name in [options.only] if options.only else CLIENTS:
            build, allowed = CLIENTS[name]
            try:
                command = build()
            except UnavailableError as reason:
                print(f"{name}: left out, {reason}", flush=True)
                continue
            plan = write_plan(scratch / f"{name}.toml", name)
            for number in range(options.times):
                began = time.monotonic()
                summary = certify(command, plan, scratch / f"{name}-{number}", is_suspended=options.suspend)
                notable = [line for line in list_notable(summary) if line not in {f"{one} WARN" for one in allowed}]
                accused += bool(notable)
                print(f"{name} {number + 1}: {time.monotonic() - began:.1f} s, {notable or 'no finding'}", flush=True)
                for finding in summary.findings if notable else ():
                    print(f"    {finding.requirement} {finding.verdict} {finding.message} {finding.actual}", flush=True)
    print(f"{accused} runs with a finding", flush=True)
    return 1 if accused else 0


if __name__ == "__main__":
    sys.exit(main())
