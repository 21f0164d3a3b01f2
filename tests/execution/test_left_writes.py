"""Whoever resumes a run is told what the items that were cut off may have left behind."""

from conformance.execution.left_writes import list_left_writes
from conformance.model import Exchange, Exchanged, Request, Response

BASE = "http://127.0.0.1:1/v2"
CREATED = "/v2/vehicles/vhcl01J2YB9D4WDWW4X35X9FWS0S6A"


def exchanged(method, target, status, name="x", item="create[POST /vehicles]", **more):
    headers = (("Location", f"http://127.0.0.1:1{CREATED}"),) if status == 201 else ()
    response = Response(status, headers) if status else None
    request = Request(f"{method} {target}", method, target, **more)
    return Exchanged(Exchange(name, request, BASE + target, 0.0, response), item)


def tell(*events):
    return [notice.message for notice in list_left_writes(events)]


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
