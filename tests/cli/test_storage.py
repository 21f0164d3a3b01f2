"""A command leaves nothing of a library in the working folder."""

import os
import subprocess
import sys
from pathlib import Path

_SCRIPT = """
import contextlib, sys
from conformance.cli import main
sys.argv = ["evconform", "--version"]
with contextlib.suppress(SystemExit):
    main()
from hypothesis.configuration import storage_directory
print(storage_directory("unicode_data").path)
"""


def test_tables_of_hypothesis_are_kept_in_the_cache_of_the_user(tmp_path):
    (tmp_path / "here").mkdir()
    environment = {name: value for name, value in os.environ.items() if name != "HYPOTHESIS_STORAGE_DIRECTORY"}
    result = subprocess.run(
        [sys.executable, "-c", _SCRIPT], cwd=tmp_path / "here", check=True, capture_output=True, text=True,
        env=environment | {"XDG_CACHE_HOME": str(tmp_path / "cache"), "PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip
    assert Path(result.stdout.splitlines()[-1]).is_relative_to(tmp_path / "cache")
    assert not [*(tmp_path / "here").iterdir()]
