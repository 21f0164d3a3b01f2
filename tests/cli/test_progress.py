"""What somebody sees while a run is under way."""

import time

from conformance.cli.progress import SuiteProgress
from conformance.execution.store import Store


def test_a_wait_is_told_with_what_can_be_done_instead(tmp_path, capsys):
    store = Store(tmp_path / "s.sqlite")
    told = ""
    with SuiteProgress(3, tmp_path / "s.sqlite"):
        store.announce("429 at GET /evses: waiting 3358 s as told")
        until = time.monotonic() + 20
        while "3358" not in told and time.monotonic() < until:
            time.sleep(0.05)
            told += capsys.readouterr().err
    store.close()
    assert "waiting 3358 s as told; with --on-rate-limit stop a run ends there" in told
