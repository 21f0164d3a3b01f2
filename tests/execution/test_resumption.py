"""Requests that failed in an earlier run are tried first by the next one."""

import msgspec
import pytest

from conformance.execution.resumption import collect_failed_requests, read_earlier_run
from conformance.model import (
    Exchange,
    Exchanged,
    ItemFinished,
    Observed,
    Outcome,
    Profile,
    Request,
    RunStarted,
    Target,
    TargetKind,
    Verdict,
)
from conformance.plan import PlanItem
from conformance.run_log.event_log import LogWriter

KEY = "GET /users/{user_id}"
ITEM = PlanItem("generated-reads", KEY, "users", ("RSP-12",), ())
OLD, NEW = "http://127.0.0.1:1/v2", "http://127.0.0.1:2/v2"


def make_exchanged(name, target, operation=KEY, body=b""):
    return Exchanged(Exchange(name, Request(operation, "GET", target, body=body), "", 0.0), ITEM.name)


def make_observed(message, exchange, smallest="", verdict=Verdict.FAIL):
    outcome = Outcome("RSP-12", KEY, verdict, message, exchanges=(exchange,) if exchange else (), smallest=smallest)
    return Observed(outcome, ITEM.name)


def resume_first(folder, *events, **options):
    """Return the requests that are tried first after a run with these events."""
    target = Target("mock", TargetKind.MOCK, OLD)
    started = RunStarted("r", 0.0, "0", target, "An API", "2", "0" * 64, "a file", Profile.DEEP, seed=1)
    log = LogWriter(folder / "events.jsonl")
    for event in (started, *events, ItemFinished(ITEM.name, 0.0, 1, True)):
        log.append(event)
    log.close()
    return collect_failed_requests(read_earlier_run(folder, **{"rerun_failed": True, **options}), [ITEM], NEW)


def test_the_smallest_request_of_each_violation_is_tried_first(tmp_path):
    requests = resume_first(
        tmp_path,
        *(make_exchanged(f"x{number}", f"/users/{number}?a=b") for number in range(5)),
        make_observed("one", "x0"),
        make_observed("two", "x1"),
        make_observed("passing", "x4", verdict=Verdict.PASS),
        make_observed("one", "x0", smallest="x2"),
    )
    assert [request.target for request in requests[KEY]] == ["/users/2?a=b", "/users/1?a=b"]


def test_requests_are_sent_to_the_current_address_of_the_target(tmp_path):
    sent = make_exchanged(
        "x", "/users/1?of=http://127.0.0.1:1/v2/users/2", body=b'{"user":"http://127.0.0.1:1/v2/users/2"}'
    )
    (request,) = resume_first(tmp_path, sent, make_observed("one", "x"))[KEY]
    assert request.target == "/users/1?of=http://127.0.0.1:2/v2/users/2"
    assert msgspec.json.decode(request.body) == {"user": f"{NEW}/users/2"}


@pytest.mark.parametrize(
    "events",
    [
        (make_exchanged("x", "/users/1", body=b'{"password":"[redacted]"}'), make_observed("one", "x")),
        (make_exchanged("x", "/users", operation="GET /users"), make_observed("one", "x")),
        (make_exchanged("x", "/users/1"), make_observed("one", "")),
        (make_exchanged("x", "/users/1"), make_observed("one", "y")),
    ],
)
def test_requests_that_cannot_be_repeated_or_have_another_operation_are_left_out(tmp_path, events):
    assert resume_first(tmp_path, *events) == {}


def test_requests_of_items_that_are_not_run_again_are_left_out(tmp_path):
    assert resume_first(tmp_path, make_exchanged("x", "/users/1"), make_observed("one", "x"), rerun_failed=False) == {}
