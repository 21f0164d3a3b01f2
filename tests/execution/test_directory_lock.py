"""Two runs never write into one report directory."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from conformance.errors import UsageError
from conformance.execution.directory_lock import lock_directory

HOLDER = """
import sys, time
from pathlib import Path
from conformance.execution.directory_lock import lock_directory
with lock_directory(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_directory_that_another_process_holds_is_refused_until_it_ends_however(tmp_path):
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
    ) as holder:
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(UsageError, match="another run"), lock_directory(tmp_path):
            pass
        holder.kill()
    with lock_directory(tmp_path):
        pass


def test_a_directory_with_a_run_log_is_refused(tmp_path):
    (tmp_path / "events.jsonl").touch()
    with pytest.raises(UsageError, match="already contains"), lock_directory(tmp_path):
        pass


def test_the_log_of_a_run_that_was_cut_off_is_not_mixed_with_another(tmp_path):
    (tmp_path / "workers").mkdir()
    (tmp_path / "workers" / "gw0.jsonl").touch()
    with pytest.raises(UsageError, match="cut off") as caught, lock_directory(tmp_path):
        pass
    assert "--resume" in caught.value.hint
