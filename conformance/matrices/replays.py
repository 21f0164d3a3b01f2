"""Scripts of findings run against seeded faults: they fail on the faulty server, and pass on a clean one."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path

import msgspec

from conformance.execution.setup import get_builtin_identities
from conformance.matrices.suite_runs import SuiteRun, list_server_findings, run_in_parallel, run_suite
from conformance.mock_server import run_server
from conformance.mock_server.faults import load_faults
from reports import Finding
from reports.replay_scripts import ReplayScripts, write_scripts
from reports.replay_steps import StepFinder
from reports.request_commands import token_variable

_TIMEOUT_S = 600
_COMMAND = '#!/bin/sh\nexec "{python}" -m conformance "$@"\n'


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
    faults: Iterable[str], *, description: Path | None, workers: int, done: Collection[str] = ()
) -> Iterator[ReplayProof]:
    """Yield the proofs of each fault as they arrive, without those in `done`."""
    names = [(name,) for name in faults if name not in done]
    for proofs in run_in_parallel(partial(replay_fault, description=description), names, workers):
        yield from proofs


def replay_fault(fault: str, *, description: Path | None) -> tuple[ReplayProof, ...]:
    """Find a fault by the requirements that it breaks; run the scripts of one finding on each of these."""
    requirements = load_faults()[fault].requirements
    firsts: dict[str, Finding] = {}
    for select in (requirements, ()):  # some probes judge a requirement at an operation that it does not bind
        run = SuiteRun(1, (fault,), description=description, allow_writes=True, select=select)
        _, summary = run_suite(run)
        for finding in list_server_findings(summary):
            if finding.requirement in requirements:
                firsts.setdefault(finding.requirement, finding)
        if firsts:
            break
    finder = StepFinder(summary)
    written = [(finding, write_scripts(finding, summary, finder)) for finding in firsts.values()]
    proofs = tuple(_prove(fault, finding, scripts, description) for finding, scripts in written if scripts is not None)
    return proofs or (ReplayProof(fault, output="the fault was not found"),)


def _prove(fault: str, finding: Finding, scripts: ReplayScripts, description: Path | None) -> ReplayProof:
    codes: list[tuple[int, int]] = []
    output = ""
    for faults in ((fault,), ()):
        with run_server(description, seed=1, faults=faults) as server:
            runs = _run_scripts(scripts, server.base_url, description)
        codes.append((runs[0].returncode, runs[1].returncode))
        wrong = next((run for run in runs if run.returncode != bool(faults)), None)
        if wrong is not None:
            output += f"{'faulty' if faults else 'clean'}: {(wrong.stdout + wrong.stderr)[-600:]}\n"
    return ReplayProof(
        fault, finding.requirement, finding.operation, scripts.steps, scripts.is_judged_by_suite,
        codes[0], codes[1], output,
    )  # fmt: skip


def _run_scripts(
    scripts: ReplayScripts, base_url: str, description: Path | None
) -> tuple["subprocess.CompletedProcess[str]", "subprocess.CompletedProcess[str]"]:
    """Run both scripts as if they had been copied from a report."""
    with tempfile.TemporaryDirectory() as folder:
        command = Path(folder) / "evconform"
        command.write_text(_COMMAND.format(python=sys.executable), encoding="utf-8")
        command.chmod(0o755)
        environment = {**os.environ, **_list_credentials(), "EVCONFORM_BASE_URL": base_url, "EVCONFORM": str(command)}
        environment |= {"EVCONFORM_DESCRIPTION": str(description.resolve())} if description else {}

        def run(program: str, text: str, name: str) -> "subprocess.CompletedProcess[str]":
            file = Path(folder) / name
            file.write_text(text, encoding="utf-8")
            return subprocess.run(  # noqa: S603 - our own script
                [program, str(file)], env=environment, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False
            )

        return run("sh", scripts.shell, "again.sh"), run(sys.executable, scripts.python, "again.py")


def _list_credentials() -> Mapping[str, str]:
    """Return the published credentials of the built-in server under the names that scripts read."""
    values: dict[str, str] = {}
    for name, identity in get_builtin_identities().items():
        token = token_variable(name).name
        values[token] = identity.token
        values[token.replace("_TOKEN", "_CLIENT_ID", 1)] = identity.client_id
        values[token.replace("_TOKEN", "_CLIENT_SECRET", 1)] = identity.client_secret
    return values
