"""Receivers as the official documentation shows them violate no MUST."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.model import Verdict
from reports import RunVerdict
from tests.certify.conftest import TABLE, failing, verdicts
from tests.receivers import official
from tests.receivers.sample import SECRET

SCRIPT = Path(official.__file__).with_suffix(".mjs")
UNSEEN = {"W19", "W23", "W24", "W25", "W26"}  # without a hook


def test_python(run_certification):
    summary = run_certification(official.app, stimuli=TABLE)
    assert summary.verdict is RunVerdict.CONFORMS
    assert not failing(summary)
    assert verdicts(summary, Verdict.NOT_OBSERVABLE) >= UNSEEN


@pytest.fixture
def node(tmp_path: Path) -> Iterator[str]:
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("node and npm are not installed")
    command = [
        "npm",
        "install",
        "--no-audit",
        "--no-fund",
        "--silent",
        "--prefix",
        str(tmp_path),
        "svix@1",
        "express@5",
    ]
    try:
        installed = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    except subprocess.TimeoutExpired:
        pytest.skip("the registry of npm does not answer")
    if installed.returncode:
        pytest.skip(f"npm cannot install svix here: {installed.stderr.strip()[-200:]}")
    script = shutil.copy(SCRIPT, tmp_path)
    environment = {**os.environ, "WEBHOOK_SECRET": SECRET, "NODE_ENV": "production"}
    process = subprocess.Popen(["node", script], stdout=subprocess.PIPE, env=environment, cwd=tmp_path, text=True)
    assert process.stdout
    try:
        yield f"http://127.0.0.1:{process.stdout.readline().split()[1]}/webhook"
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


def test_javascript(run_certification, node):
    summary = run_certification(node, stimuli=TABLE)
    assert summary.verdict is RunVerdict.CONFORMS
    assert not failing(summary)
    assert verdicts(summary, Verdict.PASS) >= {f"W{n:02}" for n in (*range(1, 17), 21, 22, 27)}
