"""A client that somebody else's generator makes of the provider's description, made once for all workers."""

import fcntl
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

import msgspec

from conformance.description import load_description
from tests.mock_server.in_process_client import REAL

SETTINGS = "project_name_override: evproject\npackage_name_override: evclient\npost_hooks: []\n"


class Made(msgspec.Struct, frozen=True):
    """The Python that runs it, and the folder to import `evclient` from."""

    python: str
    folder: str


def made(root: Path) -> Made | None:
    """The generated client below a folder that all workers share; None where the generator cannot be installed."""
    with (root / "generated.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        kept = root / "generated.json"
        if not kept.exists():
            kept.write_bytes(msgspec.json.encode(_make(root)))
        return msgspec.json.decode(kept.read_bytes(), type=Made | None)


def _make(root: Path) -> Made | None:
    command = generator(root)
    if command is None:
        return None
    settings, given, folder = root / "settings.yaml", root / "description.json", root / "made"
    settings.write_text(SETTINGS)
    given.write_bytes(msgspec.json.encode(untitled(load_description(REAL, overlays=False).document)))
    generate = [str(command), "generate", "--path", str(given), "--output-path", str(folder), "--config", str(settings)]
    done = subprocess.run(generate, capture_output=True, check=False, text=True, timeout=240)
    assert (folder / "evclient").is_dir(), done.stdout + done.stderr
    return Made(str(command.with_name("python")), str(folder))


def untitled(value: Any) -> Any:
    """A copy without titles of schemas: some are equal, and the generator names classes by them."""
    if isinstance(value, dict):
        schema = "properties" in value or "allOf" in value
        return {k: untitled(v) for k, v in value.items() if not (schema and k == "title" and isinstance(v, str))}
    return [untitled(each) for each in value] if isinstance(value, list) else value


def generator(folder: Path) -> Path | None:
    """openapi-python-client: the one that is installed, else one installed by pip into a folder; None without index."""
    here = Path(sys.executable).with_name("openapi-python-client")
    if here.exists():
        return here
    home = folder / "venv"
    venv.create(home, with_pip=True)
    pip = [str(home / "bin/python"), "-m", "pip", "install", "--quiet", "openapi-python-client>=0.29,<0.30"]
    done = subprocess.run(pip, capture_output=True, check=False, timeout=240)
    return home / "bin/openapi-python-client" if done.returncode == 0 else None
