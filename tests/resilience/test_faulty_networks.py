"""What the network does is not the API's fault: it accuses nobody, and hides no fault for long."""

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from conformance.mock_server.launcher import run_server
from tests.resilience.faulty_network import WEATHERS, run_network

FAIR = "all-a-little"
SEEDS = range(1, 4)
EACH = [pytest.param(name, marks=() if name == FAIR else pytest.mark.long) for name in WEATHERS]
EACH_SEED = [pytest.param(seed, marks=() if seed == 1 else pytest.mark.long) for seed in SEEDS]


def run_suite(base: str, folder: Path, *selection: str) -> dict:
    command = [sys.executable, "-m", "conformance", "run", "--target", base, "--workers", "1", "--report-dir", "out"]
    command += [part for expression in selection for part in ("--select", expression)]
    result = subprocess.run(
        command,
        cwd=folder, env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}, capture_output=True, check=False,
        timeout=600,
    )  # fmt: skip
    assert result.returncode != 4, result.stderr
    return msgspec.json.decode((folder / "out" / "summary.json").read_bytes())


@pytest.mark.parametrize("seed", EACH_SEED)
@pytest.mark.parametrize("weather", EACH)
def test_a_faulty_network_accuses_nobody(weather, seed, tmp_path):
    with run_server() as server, run_network(server.base_url, WEATHERS[weather], seed) as base:
        chosen = (f"{family}&/vehicles" for family in ("AUT-01", "RSP", "EXP", "PAG"))
        summary = run_suite(base, tmp_path, *chosen, "RSP-13")
    assert summary["counts"].get("FAIL", 0) == 0, summary["findings"]
    assert summary["counts"]["PASS"] > 0


@pytest.mark.long
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("weather", WEATHERS)
def test_a_fault_beside_is_still_found(weather, seed, tmp_path):
    with (
        run_server(faults=("aut-expired-accepted",)) as server,
        run_network(server.base_url, WEATHERS[weather], seed) as base,
    ):
        summary = run_suite(base, tmp_path, "AUT-01&/vehicles", "AUT-01&/users", "AUT-01&/evses")
    assert {finding["requirement"] for finding in summary["findings"] if finding["verdict"] == "FAIL"} == {"AUT-01"}
