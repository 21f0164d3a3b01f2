"""A client that somebody else's generator made of the provider's description walks through the server."""

import json
import os
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

import msgspec
import pytest

from conformance.description import load
from conformance.mock_server import running
from tests.mock_server.wire import REAL

WALK = """
import json, sys
sys.path.insert(0, sys.argv[2])
from evclient import AuthenticatedClient
from evclient import models
import importlib, pkgutil, evclient.api as api

def call(ending, *args, **kwargs):
    for info in pkgutil.walk_packages(api.__path__, api.__name__ + "."):
        if info.name.endswith("." + ending):
            return importlib.import_module(info.name).sync_detailed(*args, client=client, **kwargs)
    raise SystemExit(f"the generator made no {ending}")

client = AuthenticatedClient(base_url=sys.argv[1], token="token-full")
seen = {}
for things, thing in (("vehicles", "vehicle_id"), ("evses", "evse_id"), ("charging_sessions", "charging_session_id")):
    listed = call(f"get_{things}")
    assert listed.status_code == 200, listed
    for each in listed.parsed[:3]:
        single = call(f"get_{things}_{thing}", each.id)
        assert single.status_code == 200, single
        assert single.parsed.id == each.id
    seen[things] = len(listed.parsed)
print(json.dumps(seen))
"""


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


@pytest.mark.skipif(not REAL.exists(), reason="the provider's description is not here")
def test_generated_client_walks_vehicles_evses_and_sessions(tmp_path: Path) -> None:
    command = generator(tmp_path)
    if command is None:
        pytest.skip("openapi-python-client cannot be installed here")
    settings = tmp_path / "settings.yaml"
    settings.write_text("project_name_override: evproject\npackage_name_override: evclient\npost_hooks: []\n")
    made = tmp_path / "made"
    given = tmp_path / "description.json"
    given.write_bytes(msgspec.json.encode(untitled(load(REAL, overlays=False).document)))
    generate = [str(command), "generate", "--path", str(given), "--output-path", str(made), "--config", str(settings)]
    done = subprocess.run(generate, capture_output=True, check=False, text=True, timeout=240, env=os.environ)
    assert (made / "evclient").is_dir(), done.stdout + done.stderr
    with running(REAL) as server:
        python = str(command.with_name("python"))
        walk = [python, "-c", WALK, server.base_url, str(made)]
        walked = subprocess.run(walk, capture_output=True, check=False, text=True, timeout=120)
    assert walked.returncode == 0, walked.stderr
    seen = json.loads(walked.stdout)
    assert seen["vehicles"] == seen["evses"] == 25
    assert seen["charging_sessions"] > 3
