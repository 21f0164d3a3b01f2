"""Generated cases on the built-in server: faults are found and shown by a minimal request."""

import json

import pytest

from conformance.mock_server import run_server
from tests.probes.deep import run_items

CASES = {"generated-reads", "generated-writes"}


def smallest(violations, exchanges, requirement):
    """Return the smallest request that shows a violation of a requirement."""
    (name,) = {
        violation.smallest for violation in violations if violation.requirement == requirement and violation.smallest
    }
    return exchanges[name].request


@pytest.mark.parametrize(
    ("fault", "requirement", "operation", "body"),
    [
        (
            "err-over-maximum-accepted",
            "WRT-06",
            "PATCH /users/{user_id}/route_planner_preferences",
            {"arrive_with_min_percent": 101},
        ),
        (
            "err-wrong-type-accepted",
            "WRT-06",
            "PATCH /users/{user_id}/notification_preferences",
            {"groups": 0},
        ),
    ],
)
def test_body_fault_is_shown_by_a_single_value(tmp_path, fault, requirement, operation, body):
    with run_server(seed=1, faults=(fault,)) as server:
        violations, exchanges = run_items(server.base_url, tmp_path / "run", CASES, operation)
    shown = smallest(violations, exchanges, requirement)
    assert json.loads(shown.body) == body
    assert shown.headers == (("Content-Type", "application/json"),)


def test_nested_body_fault_is_shown_alone(tmp_path):
    with run_server(seed=1, faults=("err-emoji-fails",)) as server:
        violations, exchanges = run_items(server.base_url, tmp_path / "run", CASES, "POST /regions")
    value = json.loads(smallest(violations, exchanges, "RSP-08").body)
    while isinstance(value, dict | list):
        (value,) = value.values() if isinstance(value, dict) else value
    assert len(value) == 1
    assert ord(value) > 0xFFFF


def requests_of(exchanges, operation):
    """Return the requests of an operation, in the order of sending."""
    return [request.request for request in exchanges.values() if request.request.operation == operation]


def test_smallest_failed_case_comes_first_in_a_rerun(tmp_path):
    operation = "POST /regions"
    with run_server(seed=1, faults=("err-emoji-fails",)) as server:
        first, before = run_items(server.base_url, tmp_path / "first", CASES, operation)
        again, after = run_items(
            server.base_url, tmp_path / "again", CASES, operation, resume=tmp_path / "first", rerun_failed=True
        )
    small = smallest(first, before, "RSP-08")
    sooner, later = requests_of(after, operation), requests_of(before, operation)
    assert small in sooner[: len({violation.smallest for violation in first})]
    assert later.index(small) > len(later) // 2
    assert {violation.requirement for violation in again} >= {violation.requirement for violation in first}
    assert len(sooner) == len(set(sooner))
