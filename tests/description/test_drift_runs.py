"""A run with a new description sees where a server still follows the old one."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from conformance.description import load_description
from conformance.execution.setup import RunOptions
from conformance.mock_server import run_server
from conformance.model import Verdict
from conformance.reporting.session_run import run_session

Change = Callable[[dict[str, Any]], object]


def remove_get_of_users(document: dict[str, Any]) -> None:
    """Remove the single read of users, whose path keeps its update."""
    del document["paths"]["/users/{user_id}"]["get"]


def remove_deletion_of_vehicles(document: dict[str, Any]) -> None:
    """Remove an unsafe operation, whose path keeps its read."""
    del document["paths"]["/vehicles/{vehicle_id}"]["delete"]


def tighten_path_of_vehicles(document: dict[str, Any]) -> None:
    """Let a path take fewer ids than its resources have."""
    document["components"]["parameters"]["vehicle_id"]["schema"]["pattern"] = "^vhcl[0-9]{26}$"


def change_scope_of_vehicles(document: dict[str, Any]) -> None:
    """Let a read need another scope."""
    document["paths"]["/vehicles"]["get"]["security"] = [{"oauth2": ["evse:read"]}]


def remove_value_of_sessions(document: dict[str, Any]) -> None:
    """Remove a value that the server shows."""
    document["components"]["schemas"]["ChargingSubSession"]["properties"]["mode"]["enum"].remove("SMART")


def run(change: Change, tmp_path, *select: str, allow_writes: bool = False):
    """Run a changed description against a server of the unchanged one, and return the summary."""
    document = json.loads(json.dumps(load_description(overlays=False).document))
    change(document)
    new = tmp_path / "new.json"
    new.write_text(json.dumps(document))
    with run_server() as server:
        options = RunOptions(
            target=server.base_url,
            description=new,
            select=select,
            allow_writes=allow_writes,
            report_dir=tmp_path / "run",
        )
        return run_session(options)


@pytest.mark.parametrize(
    ("change", "select", "requirement", "verdict"),
    [
        (tighten_path_of_vehicles, ("/vehicles/{vehicle_id}",), "IDS-01", Verdict.REVIEW),
        (change_scope_of_vehicles, ("AUT-11",), "AUT-11", Verdict.FAIL),
        (remove_value_of_sessions, ("RSP-03&/charging_sub_sessions",), "RSP-03", Verdict.FAIL),
    ],
)
def test_what_the_old_server_shows_is_seen(change, select, requirement, verdict, tmp_path):
    summary = run(change, tmp_path, *select)
    assert {finding.verdict for finding in summary.findings if finding.requirement == requirement} == {verdict}


def test_a_removed_read_that_is_still_served_is_for_review(tmp_path):
    summary = run(remove_get_of_users, tmp_path, "ERR-06&/users/{user_id}", allow_writes=True)
    (finding,) = (finding for finding in summary.findings if finding.requirement == "ERR-06")
    assert (finding.verdict, finding.actual) == (Verdict.REVIEW, "GET")


def test_a_removed_write_is_noticed_without_sending_one(tmp_path):
    summary = run(remove_deletion_of_vehicles, tmp_path, "PTH-01&/vehicles/{vehicle_id}")
    notes = [notice.message for notice in summary.notices if notice.topic == "undocumented"]
    assert notes == ["Allow names DELETE, which the description does not document at /vehicles/{vehicle_id}"]
    assert {exchange.request.method for exchange in summary.exchanges} <= {"GET", "HEAD", "OPTIONS"}


@pytest.mark.parametrize("select", ["/vehicles/{vehicle_id}", "AUT-11", "ERR-06&/users/{user_id}"])
def test_the_unchanged_description_accuses_nobody(select, tmp_path):
    summary = run(lambda document: None, tmp_path, select, allow_writes=True)
    assert [finding for finding in summary.findings if not finding.requirement.startswith("DSC")] == []
    assert [notice for notice in summary.notices if notice.topic == "undocumented"] == []
