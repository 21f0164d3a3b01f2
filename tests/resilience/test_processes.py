"""Whatever of a run is killed, no process of it stays, and its run log can be read."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from conformance.run_log.event_log import read_events
from reports import fold
from tests.resilience.kill_series import run_kills

_GONE_S = 20.0
SELECTION = ("--select", "RSP", "--select", "EXP-01", "--select", "ERR-02")


def start_run(folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    return subprocess.Popen(
        [sys.executable, "-m", "conformance", "run", "--report-dir", "out", *SELECTION, *arguments],
        cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def wait_until(is_true, limit_s=30.0):
    end = time.monotonic() + limit_s
    while time.monotonic() < end:
        if value := is_true():
            return value
        time.sleep(0.02)
    return None


def find_children(process: subprocess.Popen[bytes], part: str) -> list[psutil.Process]:
    try:
        children = psutil.Process(process.pid).children(recursive=True)
        return [child for child in children if part in " ".join(child.cmdline())]
    except psutil.Error:
        return []


def are_gone(children: list[psutil.Process]) -> bool:
    return bool(wait_until(lambda: not any(is_running(child) for child in children), _GONE_S))


def is_running(child: psutil.Process) -> bool:
    try:
        return child.is_running() and child.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_a_server_ends_with_a_run_that_is_ended_as_it_starts(tmp_path, end):
    run = start_run(tmp_path)
    servers = wait_until(lambda: find_children(run, "conformance.mock_server"))
    run.send_signal(end)
    run.communicate(timeout=30)
    assert servers
    assert are_gone(servers)


def test_workers_and_server_end_with_a_controller_that_is_killed(tmp_path):
    run = start_run(tmp_path, "--workers", "2")
    logs = tmp_path / "out" / "workers"
    begun = wait_until(
        lambda: len([*logs.glob("gw*.jsonl")]) == 2 and sum(p.stat().st_size for p in logs.glob("gw*")) > 5000
    )
    children = find_children(run, "")
    run.kill()
    run.communicate(timeout=30)
    assert begun
    assert len(children) >= 3
    assert are_gone(children)
    assert fold(read_events([tmp_path / "out"])).case_results


@pytest.mark.long
@pytest.mark.parametrize("victim", ["worker", "server"])
def test_a_run_whose_worker_or_server_is_killed_ends_and_says_so(tmp_path, victim):
    run = start_run(tmp_path, "--workers", "2", "--patience", "1")
    logs = tmp_path / "out" / "workers"
    wait_until(lambda: len([*logs.glob("gw*.jsonl")]) == 2 and sum(p.stat().st_size for p in logs.glob("gw*")) > 5000)
    children = find_children(run, "")
    servers = find_children(run, "conformance.mock_server")
    chosen = servers if victim == "server" else [child for child in children if child not in servers][:1]
    for child in chosen:
        child.kill()
    _, errors = run.communicate(timeout=120)
    assert chosen
    assert run.returncode in ({3} if victim == "server" else {0, 3}), errors
    assert are_gone(children)
    summary = fold(read_events([tmp_path / "out" / "events.jsonl"]))
    assert sum(summary.counts.values()) == summary.planned_count


@pytest.mark.long
def test_a_run_that_is_killed_at_a_random_moment_is_resumed_to_the_same_verdicts():
    assert all(kill.is_good for kill in run_kills(4, seed=time.time_ns()))
