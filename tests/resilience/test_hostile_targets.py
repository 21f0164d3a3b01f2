"""A hostile target ends nothing but the request that it answered: no crash, no hang, no memory, no disk."""

import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from conformance.execution.passive_checks import check_exchange
from conformance.execution.preflight import parse_remaining
from conformance.execution.record_size import LONG_BYTES
from conformance.execution.retry_after import read_retry_after
from conformance.model import Exchange, Request, Target, TargetKind, Verdict
from conformance.network.channel import Channel, Limits, NoResponseError
from conformance.plan import Catalogue
from conformance.run_log.body_cut import cut_exchange
from conformance.safety.gate import Gate
from specs.catalogue import load_requirements
from tests.execution.conftest import OPERATION, subject  # noqa: F401 - a fixture
from tests.resilience.hostile_kinds import CONNECTIONS, KINDS, run_hostile_server

MAX_MEMORY_BYTES, MAX_DISK_BYTES = 400_000_000, 100_000_000
ROOT = Path(__file__).parents[2]


class Hasty(Limits):
    connect_s = 1.0
    idle_s = 0.3
    total_s = 0.6


@pytest.fixture(scope="module")
def catalogue():
    return Catalogue.collect(load_requirements())


def test_there_are_ninety_kinds():
    assert len(KINDS) >= 90


@pytest.mark.parametrize("kind", KINDS)
def test_a_hostile_response_is_read_within_bounds_and_judged_without_an_error(kind, subject, catalogue):  # noqa: F811
    request = Request(OPERATION, "GET", "/vehicle_makes", identity="")
    began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with run_hostile_server(KINDS[kind]) as base:
        gate = Gate(Target("t", TargetKind.URL, base), ())
        with Channel(base, {}, gate, agent="tests", limits=Hasty) as channel:
            try:
                response = channel.send(request)
            except NoResponseError:
                assert kind in CONNECTIONS or "gzip" in kind, "what is HTTP has a response"
                response = None
    assert time.monotonic() - began < 30
    exchange = Exchange("x", request, f"{base}/vehicle_makes", 0.0, response, "" if response else "none")
    assert Verdict.ERROR not in {outcome.verdict for outcome in check_exchange(exchange, subject, catalogue)}
    assert read_retry_after(exchange) is None or read_retry_after(exchange) < 10**9
    if response:
        assert len(response.body) <= Limits.body_bytes
        assert (parse_remaining(response) or 0) >= 0
        assert len(cut_exchange(exchange, LONG_BYTES).response.body) <= LONG_BYTES
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 < MAX_MEMORY_BYTES


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
def test_a_run_against_a_hostile_target_ends_by_itself_within_bounds(kind, tmp_path):
    with run_hostile_server(KINDS[kind], sound_first=3) as base, start_run(base, tmp_path) as run:
        peak = 0
        while run.poll() is None:
            peak = max(peak, measure_memory(run.pid))
            time.sleep(0.05)
        output = run.stdout.read() + run.stderr.read()
    assert run.returncode in {1, 2, 3}, output.decode("utf-8", "replace")[-3000:]
    assert b"Traceback" not in output
    assert peak < MAX_MEMORY_BYTES
    assert sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file()) < MAX_DISK_BYTES


def start_run(base: str, folder: Path) -> subprocess.Popen[bytes]:
    arguments = [
        "run", "--target", base, "--workers", "1", "--report-dir", "out", "--patience", "1", "--max-wait", "2",
        "--deadline", "40", "--select", "RSP&/vehicles", "--select", "PAG&/vehicles", "--select", "EXP-01&/vehicles",
    ]  # fmt: skip
    return subprocess.Popen(
        [sys.executable, "-m", "conformance", *arguments], cwd=folder, env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def measure_memory(pid: int) -> int:
    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.Error:
        return 0
