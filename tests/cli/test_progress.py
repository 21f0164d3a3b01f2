"""What somebody sees while a run is under way."""

import time
from types import SimpleNamespace

import pytest

from conformance.cli.progress import SuiteProgress
from conformance.execution.store import SharedStore


def test_a_wait_is_told_with_what_can_be_done_instead(tmp_path, capsys):
    store = SharedStore(tmp_path / "s.sqlite")
    lines = ""
    with SuiteProgress(3, tmp_path / "s.sqlite"):
        store.announce("429 at GET /evses: waiting 3358 s as told")
        until = time.monotonic() + 20
        while "3358" not in lines and time.monotonic() < until:
            time.sleep(0.05)
            lines += capsys.readouterr().err
    store.close()
    assert "waiting 3358 s as told; use --on-rate-limit stop to end the run there" in lines


@pytest.mark.parametrize("workers", [1, 2])
def test_ci_is_told_how_far_a_run_is_and_what_was_found(workers, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("CI", "1")
    before, failed = SharedStore(tmp_path / "s.sqlite"), SimpleNamespace(failed=True, when="call")
    before.finish_item("of the run that this one goes on with")
    with (progress := SuiteProgress(20, tmp_path / "s.sqlite")):
        stores = [SharedStore(tmp_path / "s.sqlite") for _ in range(workers)]
        for number in range(20):
            stores[number % workers].finish_item(str(number))
        progress.pytest_runtest_logreport(failed)
    for store in (before, *stores):
        store.close()
    assert "evconform: 20/20 items, 1 with violations" in capsys.readouterr().err
