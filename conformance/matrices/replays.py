"""Scripts of findings run against seeded faults: they fail on the faulty server, and pass on a clean one."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import msgspec

from conformance.execution.setup import get_builtin_identities
from conformance.matrices.fault_findings import find_fault_findings
from conformance.matrices.suite_runs import run_in_parallel
from conformance.mock_server import run_server
from reports import Finding
from reports.replay_scripts import ReplayScripts, write_scripts
from reports.replay_steps import StepFinder
from reports.request_commands import token_variable

_TIMEOUT_S = 600
_CALLED = 90  # exit code of a script that got as far as the call of the suite
_COMMAND = f"""#!/bin/sh
printf '%s\\0' "$@" >"$0.words"
exit {_CALLED}
"""

RunCommand = Callable[[list[str]], tuple[int, str]]
"""Runs `evconform` with these words in this process, and returns its exit code and output."""


class ReplayProof(msgspec.Struct, frozen=True):
    """The results of the scripts of one finding; exit codes of the shell script and of the Python script.

    `faulty` are those on a server with the fault, `clean` those on one without; `output` are the last lines of what
    went wrong. Without a finding to show, `requirement` is empty.
    """

    fault: str
    requirement: str = ""
    operation: str = ""
    steps: int = 0
    is_judged_by_suite: bool = False
    faulty: tuple[int, int] = (0, 0)
    clean: tuple[int, int] = (1, 1)
    output: str = ""

    @property
    def is_right(self) -> bool:
        """Return whether both scripts see the fault (exit code 1), and pass without it."""
        return self.faulty == (1, 1) and self.clean == (0, 0)

    @property
    def key(self) -> tuple[str, str]:
        """Return the fault and the requirement, which identify a proof."""
        return self.fault, self.requirement


def replay_faults(
    faults: Iterable[str],
    run_command: RunCommand,
    *,
    description: Path | None,
    workers: int,
    done: Collection[str] = (),
) -> Iterator[ReplayProof]:
    """Yield the proofs of each fault as they arrive, without those in `done`; `run_command` can be pickled."""
    names = [(name,) for name in faults if name not in done]
    prove = partial(replay_fault, run_command=run_command, description=description)
    for proofs in run_in_parallel(prove, names, workers):
        yield from proofs


def replay_fault(fault: str, *, run_command: RunCommand, description: Path | None) -> tuple[ReplayProof, ...]:
    """Find a fault by the requirements that it breaks; run the scripts of one finding on each of these."""
    seen = find_fault_findings(fault, description=description)
    if seen is None:
        return (ReplayProof(fault, output="the fault was not found"),)
    finder = StepFinder(seen.summary)
    written = [(finding, write_scripts(finding, seen.summary, finder)) for finding in seen.findings]
    return tuple(
        _prove(fault, finding, scripts, run_command, description)
        if scripts
        else ReplayProof(fault, finding.requirement, finding.operation, output="the finding has no scripts")
        for finding, scripts in written
    )


def _prove(
    fault: str, finding: Finding, scripts: ReplayScripts, run_command: RunCommand, description: Path | None
) -> ReplayProof:
    codes: list[tuple[int, int]] = []
    output = ""
    for faults in ((fault,), ()):
        shell, python = _run_scripts(scripts, faults, run_command, description)
        codes.append((shell[0], python[0]))
        wrong = next((text for code, text in (shell, python) if code != bool(faults)), None)
        if wrong is not None:
            output += f"{'faulty' if faults else 'clean'}: {wrong[-600:]}\n"
    return ReplayProof(
        fault, finding.requirement, finding.operation, scripts.steps, scripts.is_judged_by_suite,
        codes[0], codes[1], output,
    )  # fmt: skip


def _run_scripts(
    scripts: ReplayScripts, faults: tuple[str, ...], run_command: RunCommand, description: Path | None
) -> tuple[tuple[int, str], tuple[int, str]]:
    """Run the shell script and the Python script, each on a server of its own; return their exit codes and outputs.

    Where the suite judges, both scripts only read before they call it, so that one server does for both.
    """
    with ExitStack() as servers:
        results: list[tuple[int, str]] = []
        run_command = _call_once(run_command) if scripts.is_judged_by_suite else run_command
        for program, text in (("sh", scripts.shell), (sys.executable, scripts.python)):
            if not results or not scripts.is_judged_by_suite:
                server = servers.enter_context(run_server(description, seed=1, faults=faults))
            results.append(_run_script(program, text, server.base_url, run_command, description))
        return results[0], results[1]


def _call_once(run_command: RunCommand) -> RunCommand:
    """Return a function that runs the same command once."""
    results: dict[tuple[str, ...], tuple[int, str]] = {}

    def run(words: list[str]) -> tuple[int, str]:
        key = tuple(words)
        if key not in results:
            results[key] = run_command(words)
        return results[key]

    return run


def _run_script(
    program: str, text: str, base_url: str, run_command: RunCommand, description: Path | None
) -> tuple[int, str]:
    """Run a script as if it had been copied from a report; return its exit code and output.

    Where it calls the suite, the suite runs in this process, which needs no second to start.
    """
    with tempfile.TemporaryDirectory() as folder:
        command, script = Path(folder) / "evconform", Path(folder) / "script"
        command.write_text(_COMMAND, encoding="utf-8")
        command.chmod(0o755)
        script.write_text(text, encoding="utf-8")
        environment = {**os.environ, **_list_credentials(), "EVCONFORM_BASE_URL": base_url, "EVCONFORM": str(command)}
        environment |= {"EVCONFORM_DESCRIPTION": str(description.resolve())} if description else {}
        ended = subprocess.run(  # noqa: S603 - our own script
            [program, str(script)], env=environment, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False
        )
        words = Path(f"{command}.words")
        if ended.returncode != _CALLED or not words.exists():
            return ended.returncode, ended.stdout + ended.stderr
        code, output = run_command(words.read_text(encoding="utf-8").split("\0")[:-1])
        return code, ended.stdout + ended.stderr + output


def _list_credentials() -> Mapping[str, str]:
    """Return the published credentials of the built-in server under the names that scripts read."""
    values: dict[str, str] = {}
    for name, identity in get_builtin_identities().items():
        token = token_variable(name).name
        values[token] = identity.token
        values[token.replace("_TOKEN", "_CLIENT_ID", 1)] = identity.client_id
        values[token.replace("_TOKEN", "_CLIENT_SECRET", 1)] = identity.client_secret
    return values
