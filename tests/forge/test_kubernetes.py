"""The Kubernetes manifests: valid, and played by a stand-in scheduler that loses a machine in the middle."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import kubernetes_validate
import pytest
import yaml

from conformance.mock_server import run_server
from conformance.model import Exchanged, ItemFinished
from reports import fold, read_events
from tests.forge.stand_in_scheduler import StandInScheduler

ROOT = Path(__file__).parents[2]
MANIFESTS = sorted((ROOT / "deploy" / "kubernetes").glob("*.yaml"))
OPTIONS = ("--workers", "1", "--allow-writes", "--select", "PAG-01", "--select", "WRT-04", "--select", "IDS-03")
CONFIG = """
[targets.staging]
base_url = "{url}"
token_url = "{token_url}"
[targets.staging.identities.full]
client_id = "evconform-full"
client_secret = "full-secret"
"""


@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda path: path.name)
def test_each_manifest_is_valid(manifest):
    kubernetes_validate.validate(yaml.safe_load(manifest.read_text()), "1.31", strict=True)


@pytest.fixture
def commands(tmp_path):
    """The environment of a container, in which `evconform` is that of this checkout."""
    folder = tmp_path / "bin"
    folder.mkdir()
    command = folder / "evconform"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m conformance "$@"\n')
    command.chmod(0o755)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("EVCONFORM")}
    return {**kept, "PATH": f"{folder}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}


def test_a_part_whose_machine_is_lost_goes_on_and_repeats_nothing(tmp_path, commands):
    folder = tmp_path / "reports"
    with run_server(rate_limit=1000) as server:
        (tmp_path / "evconform.toml").write_text(CONFIG.format(url=server.base_url, token_url=server.token_url))
        scheduler = StandInScheduler(
            {"/reports": folder, "/config": tmp_path}, {"/opt/evconform/ci": ROOT / "deploy" / "ci"}, commands
        )
        lost: set[int] = set()

        def lose(index: int, start: int) -> bool:
            logs = (folder / "staging" / "parts" / "2" / "1").glob("*.jsonl")
            if index != 1 or start != 1 or lost or sum(log.read_bytes().count(b"\n") for log in logs) < 60:
                return False
            lost.add(index)
            return True

        run = scheduler.play(MANIFESTS[1], *OPTIONS, lose=lose, EVCONFORM_SECRET="unused")
        assert run.failed == set(), run.output
        assert lost, "nothing was lost: the parts end too soon"
        assert run.starts == {0: 1, 1: 2, 2: 1, 3: 1}
        merged = scheduler.play(MANIFESTS[0])
        assert merged.failed == set(), merged.output
        whole = tmp_path / "whole"
        run_whole = ["--target", "staging", "--config", str(tmp_path / "evconform.toml"), "--report-dir", str(whole)]
        with run_server(rate_limit=1000) as other:
            (tmp_path / "evconform.toml").write_text(CONFIG.format(url=other.base_url, token_url=other.token_url))
            done = subprocess.run(
                ["evconform", "run", "--profile=deep", *run_whole, *OPTIONS],
                env=commands,
                check=False,
                capture_output=True,
            )
        assert done.returncode == 0, done.stdout
    report, parts = folder / "staging" / "report", folder / "staging" / "parts"
    assert (report / "report.html").read_text().startswith("<!doctype html>")
    assert json.loads((report / "summary.json").read_text())["verdict"] == "conforms"
    first, *starts = [parts / "2" / "1", *(parts / number for number in ("1/1", "2/2", "3/1", "4/1"))]
    merged_events = [event for start in starts for event in read_events([start])]
    whole_events = list(read_events([whole]))
    assert list_verdicts(merged_events) == list_verdicts(whole_events)
    exchanges = [event.exchange for event in merged_events if isinstance(event, Exchanged)]
    assert not [exchange for exchange in exchanges if exchange.status == 429]
    assert max(Counter(exchange.request.identity for exchange in exchanges).values()) <= 1000
    repeated = count_writes(merged_events) - count_writes(whole_events)
    assert repeated <= count_writes(read_events([first]), of_unfinished_items=True)


def list_verdicts(events):
    return {result.case: result.verdict for result in fold(iter(events)).case_results}


def count_writes(events, *, of_unfinished_items=False):
    """Count operations and bodies of requests with an unsafe method; paths have ids that the server chose."""
    events = list(events)
    finished = {event.item for event in events if isinstance(event, ItemFinished)}
    return Counter(
        (event.exchange.request.operation, event.exchange.request.body)
        for event in events
        if isinstance(event, Exchanged)
        and event.exchange.request.method not in {"GET", "HEAD", "OPTIONS"}
        and not (of_unfinished_items and event.item in finished)
    )
