"""What several tests of the forge share: our actions, with a stand-in for the command."""

import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_COMMAND = """#!/usr/bin/env bash
echo "$*" >>"$CALLS"
if [ -n "${CODE:-}" ]; then exit "$CODE"; fi
while [ $# -gt 0 ]; do if [ "$1" = --report-dir ]; then directory=$2; fi; shift; done
mkdir -p "$directory" && touch "$directory/events.jsonl" && echo '{"verdict": "conforms"}' >"$directory/summary.json"
"""


@pytest.fixture
def stand_in_actions(tmp_path: Path) -> Path:
    """The repository of our actions, whose installation puts a stand-in for the command on the path.

    It adds its arguments to the file `CALLS`, and writes a report, or ends with the exit code `CODE`.
    """
    folder = tmp_path / "actions"
    shutil.copytree(ROOT / "deploy", folder / "deploy")
    shutil.copy(ROOT / "action.yml", folder)
    command = tmp_path / "bin" / "evconform"
    command.parent.mkdir()
    command.write_text(_COMMAND)
    command.chmod(0o755)
    (folder / "deploy/ci/install.sh").write_text(f'#!/bin/sh\necho {command.parent} >>"$GITHUB_PATH"\n')
    return folder
