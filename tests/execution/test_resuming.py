"""What failed in an earlier run is known to the next one."""

import msgspec
import pytest

from conformance.eventlog import Writer
from conformance.execution.resuming import earlier, tried_first
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
from conformance.plan import Item

KEY = "GET /users/{user_id}"
ITEM = Item("generated", KEY, "users", ("RSP-12",), ())
OLD, NEW = "http://127.0.0.1:1/v2", "http://127.0.0.1:2/v2"


def asked(name, target, operation=KEY, body=b""):
    return Exchanged(Exchange(name, Request(operation, "GET", target, body=body), "", 0.0), ITEM.name)


def saw(message, exchange, smallest="", verdict=Verdict.FAIL):
    told = Outcome("RSP-12", KEY, verdict, message, exchanges=(exchange,) if exchange else (), smallest=smallest)
    return Observed(told, ITEM.name)


def first(folder, *events, **options):
    """What is tried first after a run with such events."""
    target = Target("mock", TargetKind.MOCK, OLD)
    started = RunStarted("r", 0.0, "0", target, "An API", "2", "0" * 64, "a file", Profile.DEEP, seed=1)
    log = Writer(folder / "events.jsonl")
    for event in (started, *events, ItemFinished(ITEM.name, 0.0, 1, True)):
        log.append(event)
    log.close()
    return tried_first(earlier(folder, **{"rerun_failed": True, **options}), [ITEM], NEW)


def test_the_smallest_request_of_each_violation_is_tried_first(tmp_path):
    found = first(
        tmp_path,
        *(asked(f"x{number}", f"/users/{number}?a=b") for number in range(5)),
        saw("one", "x0"),
        saw("two", "x1"),
        saw("passing", "x4", verdict=Verdict.PASS),
        saw("one", "x0", smallest="x2"),
    )
    assert [each.target for each in found[KEY]] == ["/users/2?a=b", "/users/1?a=b"]


def test_what_failed_is_addressed_to_where_the_target_is_now(tmp_path):
    sent = asked("x", "/users/1?of=http://127.0.0.1:1/v2/users/2", body=b'{"user":"http://127.0.0.1:1/v2/users/2"}')
    (request,) = first(tmp_path, sent, saw("one", "x"))[KEY]
    assert request.target == "/users/1?of=http://127.0.0.1:2/v2/users/2"
    assert msgspec.json.decode(request.body) == {"user": f"{NEW}/users/2"}


@pytest.mark.parametrize(
    "events",
    [
        (asked("x", "/users/1", body=b'{"password":"[redacted]"}'), saw("one", "x")),
        (asked("x", "/users", operation="GET /users"), saw("one", "x")),
        (asked("x", "/users/1"), saw("one", "")),
        (asked("x", "/users/1"), saw("one", "y")),
    ],
)
def test_what_cannot_be_sent_again_or_is_another_operations_is_left_out(tmp_path, events):
    assert first(tmp_path, *events) == {}


def test_what_is_not_run_again_is_left_out(tmp_path):
    assert first(tmp_path, asked("x", "/users/1"), saw("one", "x"), rerun_failed=False) == {}
