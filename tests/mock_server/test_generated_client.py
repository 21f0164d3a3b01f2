"""A client that somebody else's generator made of the provider's description walks through the server."""

import json
import subprocess

from conformance.mock_server import run_server
from tests.generated import Made
from tests.mock_server.in_process_client import REAL

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


def test_generated_client_walks_vehicles_evses_and_sessions(generated_client: Made) -> None:
    with run_server(REAL) as server:
        walk = [generated_client.python, "-c", WALK, server.base_url, generated_client.folder]
        walked = subprocess.run(walk, capture_output=True, check=False, text=True, timeout=120)
    assert walked.returncode == 0, walked.stderr
    seen = json.loads(walked.stdout)
    assert seen["vehicles"] == seen["evses"] == 25
    assert seen["charging_sessions"] > 3
