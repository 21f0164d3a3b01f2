"""Environments with packages of others, for programs that are not ours: installed at need, kept between runs."""

import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(tempfile.gettempdir()) / "evconform-environments"
_LIMIT_S = 300


class UnavailableError(Exception):
    """What is missing on this machine: a program, or an index of packages that can be reached."""


def install_python(name: str, *packages: str) -> Path:
    """Return the Python of a virtual environment with these packages.

    Raises:
        UnavailableError: The packages cannot be installed.
    """
    folder = ROOT / name
    python = folder / "bin" / "python"
    if _read_stamp(folder) != _describe(packages):
        shutil.rmtree(folder, ignore_errors=True)
        venv.create(folder, with_pip=True)
        _run([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages], folder)
        (folder / "installed").write_text(_describe(packages))
    return python


def install_node(name: str, manifest: Path, *programs: Path) -> Path:
    """Return a folder with the packages of a `package.json`, and fresh copies of programs that import them.

    Raises:
        UnavailableError: There is no node, or the packages cannot be installed.
    """
    if shutil.which("node") is None or shutil.which("npm") is None:
        raise UnavailableError("node and npm are not installed")
    folder = ROOT / name
    if _read_stamp(folder) != manifest.read_text():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        shutil.copy(manifest, folder)
        _run(["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts"], folder)
        (folder / "installed").write_text(manifest.read_text())
    for program in programs:
        shutil.copy(program, folder)
    return folder


def _describe(packages: tuple[str, ...]) -> str:
    return " ".join((sys.version, *packages))


def _read_stamp(folder: Path) -> str:
    stamp = folder / "installed"
    return stamp.read_text() if stamp.exists() else ""


def _run(command: list[str], folder: Path) -> None:
    try:
        subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True, timeout=_LIMIT_S)
    except subprocess.SubprocessError as error:
        message = f"{command[0]} fails: {getattr(error, 'stderr', '') or error}"
        raise UnavailableError(message) from error
