"""Whoever resumes a run is told what the items that were cut off left behind, and it is undone or not repeated."""

import httpx
import pytest

from conformance.execution.left_writes import collect_left_writes, describe_left_writes, forget_doubtful_creations
from conformance.execution.resumption import read_earlier_run
from conformance.model import (
    Announced,
    Exchange,
    Exchanged,
    ItemFinished,
    Profile,
    Request,
    Response,
    RunStarted,
    Target,
    TargetKind,
    Verdict,
)
from conformance.run_log.event_log import LogWriter
from tests.execution.conftest import OPERATION

BASE = "http://127.0.0.1:1/v2"
CREATED = "/v2/vehicles/vhcl01J2YB9D4WDWW4X35X9FWS0S6A"


def exchanged(method, target, status, name="x", item="create[POST /vehicles]", **more):
    headers = (("Location", f"http://127.0.0.1:1{CREATED}"),) if status == 201 else ()
    response = Response(status, headers) if status else None
    request = Request(f"{method} {target}", method, target, **more)
    return Exchanged(Exchange(name, request, BASE + target, 0.0, response), item)


def tell(*events):
    return [notice.message for notice in describe_left_writes(collect_left_writes(events, ()))]


def test_what_was_created_is_named():
    (message,) = tell(exchanged("POST", "/vehicles", 201))
    assert "create[POST /vehicles] was cut off" in message
    assert f"created {CREATED}, which may still exist" in message


def test_what_was_deleted_again_is_not_told():
    assert tell(exchanged("POST", "/vehicles", 201), exchanged("DELETE", CREATED[3:], 204, "y")) == []


def test_what_was_deleted_without_being_created_is_told():
    assert len(tell(exchanged("DELETE", CREATED[3:], 204))) == 1


def test_what_may_have_taken_effect_is_told_and_what_did_not_is_not():
    may = [exchanged("POST", "/vehicles", status, str(status)) for status in (0, 200, 500, 502)]
    did_not = [exchanged("POST", "/vehicles", status, str(status)) for status in (400, 403, 404, 409)]
    assert len(tell(*may, *did_not)) == 4
    assert "no response" in tell(*may)[0]
    assert (
        tell(exchanged("GET", "/vehicles", 200), exchanged("POST", "/vehicles", 200, inert="its body is wrong")) == []
    )


ROUTES = "POST /users/{user_id}/saved_routes"
USER = "/users/user01J2YB9D4WDWW4X35X9FWS0S6A/saved_routes"
ROUTE = f"{USER}/savr01J2YB9D4WDWW4X35X9FWS0S6B"
ANNOUNCED = Announced("w1", "probe", ROUTES, "POST", USER, BASE + USER)
CREATING = Exchange(
    "w1", Request(ROUTES, "POST", USER, identity="full"), BASE + USER, 0.0, Response(201, (("Location", BASE + ROUTE),))
)


def test_a_write_that_was_announced_and_has_no_exchange_may_have_taken_effect():
    left = collect_left_writes([], [ANNOUNCED])
    assert [exchange.status for exchange in left["probe"]] == [0]
    assert "POST" in next(describe_left_writes(left)).message
    refused = Exchanged(Exchange("w1", CREATING.request, CREATING.url, 0.0, Response(400)), "probe")
    assert collect_left_writes([refused], [ANNOUNCED]) == {}


def test_only_items_that_did_not_end_have_left_writes(tmp_path):
    target = Target("mock", TargetKind.MOCK, BASE)
    started = RunStarted("r", 0.0, "0", target, "An API", "2", "0" * 64, "a file", Profile.DEEP, seed=1)
    with LogWriter(tmp_path / "events.jsonl") as log:
        for event in (
            started, ANNOUNCED, Exchanged(CREATING, "probe"),
            Announced("w2", "other", ROUTES, "POST", USER, BASE + USER),
            Announced("w3", "third", ROUTES, "POST", USER, BASE + USER), ItemFinished("third", 0.0, 1, True),
        ):  # fmt: skip
            log.append(event)
    left = read_earlier_run(tmp_path).left_writes
    assert {item: [exchange.status for exchange in writes] for item, writes in left.items()} == {
        "probe": [201],
        "other": [0],
    }


def repeat_item(bench, *left, deletion=204):
    """Run an item again that was cut off after these writes; return the methods that reached the server."""
    for exchange in left:
        if exchange.response:
            bench.channel._gate.observe("POST", exchange.url, exchange.response)
    seen = []

    def steps(operation, subject):
        yield Request(ROUTES, "POST", USER, identity="full")

    def handler(request):
        seen.append(request.method)
        return httpx.Response(deletion if request.method == "DELETE" else 400)

    bench.run(steps, handler, left_writes={f"probe[{OPERATION}]": left})
    return seen


def test_what_an_item_created_is_deleted_before_it_is_run_again(bench):
    assert repeat_item(bench, CREATING) == ["DELETE", "POST"]


def test_what_is_gone_needs_no_deletion(bench):
    assert repeat_item(bench, CREATING, deletion=404) == ["DELETE", "POST"]


@pytest.mark.parametrize("status", [0, 200, 500])
def test_what_may_have_taken_effect_and_cannot_be_undone_is_not_repeated(bench, status):
    response = Response(status) if status else None
    assert repeat_item(bench, Exchange("w1", CREATING.request, CREATING.url, 0.0, response)) == []
    assert {outcome.verdict for outcome in bench.outcomes()} == {Verdict.INCONCLUSIVE}
    assert "it is not repeated" in bench.outcomes()[0].message


def test_a_deletion_that_is_refused_stops_the_item(bench):
    assert repeat_item(bench, CREATING, deletion=409) == ["DELETE"]


def test_a_write_is_announced_before_it_is_sent_and_a_read_is_not(bench):
    def steps(operation, subject):
        yield Request("GET /users", "GET", "/users", identity="full")
        yield Request(ROUTES, "POST", USER, identity="full", inert="its body is wrong")
        yield Request(ROUTES, "POST", USER, identity="full")

    bench.run(steps, lambda request: httpx.Response(400))
    announced = [event for event in bench.events if isinstance(event, Announced)]
    assert [(event.method, event.target, event.url) for event in announced] == [("POST", USER, BASE + USER)]
    assert bench.events.index(announced[0]) < max(
        number for number, event in enumerate(bench.events) if isinstance(event, Exchanged)
    )


def list_created(*exchanges):
    """Return which exchanges still say what they created, after the doubtful ones have forgotten it."""
    credible = forget_doubtful_creations(Exchanged(exchange, "probe") for exchange in exchanges)
    left = collect_left_writes(credible, ())
    return [notice.message.count("created") for notice in describe_left_writes(left)]


def make_shown(body=b"", *, cut=False):
    return Exchange(
        "r1", Request("GET /users", "GET", "/users"), f"{BASE}/users", -1.0, Response(200, (), body, cut=cut)
    )


CREATED_ROUTE = Exchange(
    "w9", CREATING.request, BASE + USER, 0.0, Response(201, (), f'{{"url": "{BASE}{USER}/savr-new"}}'.encode())
)


def test_what_was_shown_before_it_was_created_is_not_deleted_by_who_resumes():
    assert list_created(CREATED_ROUTE) == [1]
    assert list_created(make_shown(b'{"id": "savr-old"}'), CREATED_ROUTE) == [1]
    assert list_created(CREATED_ROUTE, make_shown(b'{"id": "savr-new"}')) == [0]
    assert list_created(make_shown(b"{", cut=True), CREATED_ROUTE) == [0]
