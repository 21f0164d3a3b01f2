"""The import path without the working folder, whose files may have the names of modules that evconform needs."""

import os
import site
import sys
from pathlib import Path

SAFE = "-P"
"""The option of Python that leaves the working folder out of the import path (`python --help`)."""
_ROOT = Path(__file__).resolve().parents[2]


def leave_working_folder(path: list[str]) -> None:
    """Take the folder of `python -m`, the first entry, out of an import path unless evconform itself stands there."""
    if not sys.flags.safe_path and path and Path(path[0]).resolve() != _ROOT:
        del path[0]


def build_child_environment() -> dict[str, str]:
    """Return the environment of a child process that finds evconform without the working folder."""
    installed = {*site.getsitepackages(), site.getusersitepackages()}
    if str(_ROOT) in installed:
        return dict(os.environ)
    paths = [str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return os.environ | {"PYTHONPATH": os.pathsep.join(paths)}
