"""Output that cannot be written, or not in this encoding, changes no exit code and shows no traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = str(Path(__file__).parents[2])
LONG = pytest.mark.long
COMMANDS = {
    "explain AUT-01": 0,
    "requirements": 0,
    "run --plan --select RSP-01": 0,
    "run --target nowhere": 2,
    "description lint": 0,
}
CHOSEN = ("explain AUT-01", "run --target nowhere")
EACH = [pytest.param(name, marks=() if name in CHOSEN else LONG) for name in COMMANDS]
UNWRITABLE = [
    pytest.param(redirection, marks=() if redirection in {">&- 2>&-", ">/dev/full 2>/dev/full"} else LONG)
    for redirection in (">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-", ">/dev/full", ">/dev/full 2>/dev/full")
]
ENCODINGS = ["ascii", *(pytest.param(name, marks=LONG) for name in ("latin-1", "cp1252", "cp437"))]


def run_in_shell(command: str, redirection: str, **variables: str) -> subprocess.CompletedProcess[bytes]:
    environment = os.environ | {"PYTHONPATH": ROOT} | variables
    line = f"exec {sys.executable} -m conformance {command} {redirection}"
    return subprocess.run(["/bin/sh", "-c", line], env=environment, capture_output=True, check=False, timeout=120)


@pytest.mark.parametrize("command", EACH)
@pytest.mark.parametrize("redirection", UNWRITABLE)
def test_output_that_cannot_be_written_changes_no_exit_code(command, redirection):
    if "full" in redirection and not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    result = run_in_shell(command, redirection)
    assert result.returncode == COMMANDS[command]
    assert b"Traceback" not in result.stdout + result.stderr


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("command", EACH)
def test_signs_fall_back_where_the_encoding_lacks_them(command, encoding):
    result = run_in_shell(command, "", PYTHONIOENCODING=encoding, LC_ALL="C")
    assert result.returncode == COMMANDS[command]
    assert b"Traceback" not in result.stderr
    assert result.stdout or result.stderr
    (result.stdout + result.stderr).decode(encoding)
