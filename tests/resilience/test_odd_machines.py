"""Whatever is odd about the machine, a command does its work there, or says what is in its way."""

import os
import shlex
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest

from conformance.mock_server.launcher import run_server
from tests.resilience.faulty_network import Weather, run_network
from tests.resilience.odd_machines import MACHINES, OddMachine

ROOT = Path(__file__).parents[2]
EACH = [
    pytest.param(machine, id=name, marks=pytest.mark.long if machine.is_long else ())
    for name, machine in MACHINES.items()
]


class Surroundings(NamedTuple):
    """What rows refer to: a target, the same one on IPv6 (empty where there is none), a port that is taken."""

    base: str
    ipv6: str
    port: int


@pytest.fixture(scope="module")
def surroundings() -> Iterator[Surroundings]:
    with run_server() as server, socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        if not socket.has_ipv6:
            yield Surroundings(server.base_url, "", port)
            return
        with run_network(server.base_url, Weather(), 1, host="::1") as ipv6:
            yield Surroundings(server.base_url, ipv6, port)


def run_on(machine: OddMachine, folder: Path, around: Surroundings) -> subprocess.CompletedProcess[bytes]:
    values = {"base": around.base, "ipv6": around.ipv6, "port": around.port, "folder": folder}
    for name, content in machine.files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    start = folder.parent / "start"
    start.mkdir()
    (start / "sitecustomize.py").write_text(machine.start)
    unset = {*machine.unset, "SSL_CERT_FILE", "SSL_CERT_DIR"}
    environment = {name: value for name, value in os.environ.items() if name not in unset and not is_proxy(name)}
    variables = {name: value.replace("{folder}", str(folder)) for name, value in machine.variables.items()}
    path = os.pathsep.join(part for part in (variables.pop("PYTHONPATH", ""), str(start), str(ROOT)) if part)
    command = f"{shlex.quote(sys.executable)} {machine.flags} -m conformance {fill(machine.arguments, values)}"
    return subprocess.run(
        ["/bin/bash", "-c", f"{machine.before} {command} {machine.after}"],
        cwd=machine.cwd or folder, env=environment | variables | {"PYTHONPATH": path}, capture_output=True, check=False,
        timeout=120,
    )  # fmt: skip


def is_proxy(variable: str) -> bool:
    return variable.lower().endswith("_proxy")


def fill(text: str, values: dict[str, object]) -> str:
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", str(value))
    return text


def test_there_are_thirty_machines_at_least():
    assert len(MACHINES) >= 30


@pytest.mark.parametrize("machine", EACH)
def test_a_command_does_its_work_on_an_odd_machine_or_says_what_is_in_its_way(machine, tmp_path, surroundings):
    if "{ipv6}" in machine.arguments and not surroundings.ipv6:
        pytest.skip("no IPv6 here")
    folder = tmp_path / machine.folder
    folder.mkdir()
    result = run_on(machine, folder, surroundings)
    errors = result.stderr.decode("utf-8", "replace")
    assert result.returncode == machine.exit_code, errors[-3000:]
    assert "Traceback" not in errors
    assert fill(machine.told, {"port": surroundings.port}) in errors
    if machine.has_report:
        counts = msgspec.json.decode((folder / "out" / "summary.json").read_bytes())["counts"]
        assert {verdict: count for verdict, count in counts.items() if count} == {"PASS": 1}
        assert (folder / "out" / "report.html").stat().st_size > 10_000
