"""The suite called by pytest directly: its root, ids that can be pasted, and what failed last."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from conformance.description.loader import BUNDLED_DESCRIPTION
from conformance.mock_server import run_server

ROOT = Path(__file__).parents[2]
READ = "conformance.suite.items::read"


@pytest.fixture(scope="module")
def server():
    with run_server(None, seed=1, faults=("ids-short",)) as running:
        yield running


@pytest.fixture
def call(server, tmp_path):
    """Return a function that calls pytest in an empty folder, with a description that is elsewhere."""
    count = iter(range(9))

    def run(*arguments: str) -> str:
        options = [
            "--target",
            server.base_url,
            "--description",
            str(BUNDLED_DESCRIPTION),
            "--select",
            "IDS-01 & GET *_clamp*",
        ]
        command = [sys.executable, "-m", "pytest", "--pyargs", *arguments, *options, "--report-dir", f"r{next(count)}"]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        return subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        ).stdout

    return run


def test_what_failed_is_run_again_by_its_id_in_the_folder_of_the_call(call, tmp_path):
    first = call("conformance.suite")
    assert f"rootdir: {tmp_path}" in first
    failed = [
        line.removeprefix("FAILED ").partition(" - ")[0] for line in first.splitlines() if line.startswith("FAILED")
    ]
    assert failed
    assert all(line.startswith(f"{READ}[GET /") for line in failed)
    again = call("conformance.suite", "--lf")
    assert f"rerun previous {len(failed)} failure" in again
    assert f"{len(failed)} failed" in again
    assert " passed" not in again
    assert not (BUNDLED_DESCRIPTION / ".pytest_cache").exists()
