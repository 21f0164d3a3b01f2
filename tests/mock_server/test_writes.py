"""Writes hold, state machines move one way, webhooks arrive."""

import json
from typing import Any

import pytest
from msgspec.structs import replace
from standardwebhooks import Webhook

from conformance.description import Description
from conformance.mock_server import faults
from conformance.mock_server.webhooks import SCHEDULE
from conformance.mock_server.world.store import StoredRecord
from conformance.model import Role
from tests.mock_server.conftest import load_cached
from tests.mock_server.in_process_client import BASE, Client, Web, serve


def body(reply: Any) -> Any:
    return json.loads(reply.body)


def user_header(client: Client, position: int = 0) -> dict[str, str]:
    return {"evenergy-user": client.records("users")[position].key}


def test_posted_record_is_read_listed_and_deleted(client: Client) -> None:
    model = client.records("vehicle_models")[3]
    sent = {"model": BASE + model.path, "description": "Blue one", "battery_size_watt_hours": 50_000}
    made = client.request("POST", "/vehicles", json_body=sent, headers=user_header(client))
    assert made.status == 201, made.body
    vehicle = body(made)
    assert vehicle["description"] == "Blue one"
    assert body(client.get(vehicle["url"])) == vehicle
    assert body(client.get(vehicle["trim"]))["model"] == BASE + model.path
    assert vehicle["url"] in body(client.get(vehicle["user"]))["vehicles"]
    listed = [vehicle["id"] for vehicle in body(client.get("/vehicles?page_size=100"))]
    assert listed[-1] == vehicle["id"]
    assert client.request("DELETE", vehicle["url"]).status in {200, 204}
    assert client.get(vehicle["url"]).status == 404
    assert client.request("DELETE", vehicle["url"]).status == 404
    assert vehicle["url"] not in body(client.get(vehicle["user"]))["vehicles"]


def test_delete_leaves_no_dangling_links(client: Client) -> None:
    evse = next(record for record in client.records("evses") if record.data["ct_clamp"])
    clamp = evse.data["ct_clamp"]
    assert client.request("DELETE", evse.path).status == 204
    assert client.get(evse.path + "/status_logs").status == 404
    assert body(client.get(clamp))["evse"] is None


def test_patch_changes_what_it_names_and_nothing_else(client: Client) -> None:
    path = client.records("users")[0].path + "/notification_preferences"
    before = body(client.get(path))
    name, value = next(iter(before["groups"].items()))
    after = body(client.request("PATCH", path, json_body={"groups": {name: not value}}))
    assert after == {**before, "groups": {**before["groups"], name: not value}}
    assert body(client.get(path)) == after


def test_read_only_fields_are_ignored_and_rejected_writes_change_nothing(client: Client) -> None:
    path = client.records("vehicles")[0].path
    before = body(client.get(path))
    kept = client.request(
        "PATCH", path, json_body={"id": "vhcl01HRFF3SEVSCRAV9B3CHVDFN0H", "disabled": not before["disabled"]}
    )
    assert body(kept) == before
    refused = client.request(
        "PATCH", path, json_body={"maximum_charge_limit_percentage": 101, "smart_charging_enabled": True}
    )
    assert refused.status == 400
    assert list(body(refused)["field_errors"]) == ["maximum_charge_limit_percentage"]
    assert body(client.get(path)) == before


def test_optional_body_left_out_counts_as_empty_object() -> None:
    required = load_cached("bundled")
    operations = tuple(
        replace(operation, body=replace(operation.body, required=False)) if operation.body else operation
        for operation in required.model.operations
    )
    model = replace(required.model, operations=operations)
    client = serve(Description(required.document, model, required.digest, required.source))
    statuses: dict[str, int] = {}
    for operation in operations:
        path = client.path_of(operation)
        if operation.body and path:
            target = "?".join(filter(None, [path, "&".join(client.required_query(operation))]))
            headers, before = client.headers(operation), client.world.store.revision
            status = client.request(operation.method, target, headers=headers).status
            statuses[operation.key] = status
            if status == 400:
                assert client.world.store.revision == before
                assert client.request(operation.method, target, json_body={}, headers=headers).status == 400
    assert max(statuses.values()) < 500
    assert statuses["POST /regions"] == 422  # as its description says of content that is not valid
    assert statuses["PATCH /users/{user_id}"] == 200


@pytest.mark.parametrize("reference", ["id", "dangling", "other"])
def test_references_are_checked(client: Client, reference: str) -> None:
    model = client.records("vehicle_models")[0]
    wrong = {
        "id": model.key,
        "dangling": BASE + model.path[:-4] + "0000",
        "other": BASE + client.records("users")[0].path,
    }
    reply = client.request("POST", "/vehicles", json_body={"model": wrong[reference]}, headers=user_header(client))
    assert reply.status == 400
    assert "model" in body(reply)["field_errors"]


def test_references_are_checked_beside_other_mistakes(client: Client) -> None:
    sent = {"model": BASE + "/vehicle_models/none", "battery_size_watt_hours": "large"}
    refused = client.request("POST", "/vehicles", json_body=sent, headers=user_header(client))
    assert refused.status == 400
    assert set(body(refused)["field_errors"]) == {"model", "battery_size_watt_hours"}


def test_forms_are_read_by_type(client: Client) -> None:
    path = client.records("users")[0].path
    form = {"content-type": "application/x-www-form-urlencoded"}
    reply = client.request("PATCH", path, body=b"email=new%40example.com", headers=form)
    assert body(reply)["email"] == "new@example.com"
    parts = b'--b\r\nContent-Disposition: form-data; name="email"\r\n\r\nother@example.com\r\n--b--\r\n'
    reply = client.request("PATCH", path, body=parts, headers={"content-type": "multipart/form-data; boundary=b"})
    assert body(reply)["email"] == "other@example.com"
    assert client.request("PATCH", path, body=b"x", headers={"content-type": "text/plain"}).status in {400, 415}


def is_charging_smart(client: Client, session: StoredRecord) -> bool:
    """Return whether the sub-session that runs is smart, and its vehicle is one that can be boosted."""
    if session.data["end"] is not None or not session.data["vehicle"]:
        return False
    records = client.world.store.by_path
    vehicle, newest = records[session.data["vehicle"]].data, records[session.data["sub_sessions"][0]].data
    is_managed = vehicle["smart_charging_enabled"] and vehicle["integrated"] == "ACTIVE"
    return is_managed and newest["end"] is None and newest["mode"] == "SMART"


def test_boost_starts_once_and_ends(client: Client) -> None:
    session = next(session for session in client.records("charging_sessions") if is_charging_smart(client, session))
    parts = len(session.data["sub_sessions"])
    boosted = client.request("POST", session.path + "/boost_start")
    assert boosted.status == 200, boosted.body
    last = body(client.get(body(boosted)["sub_sessions"][0]))  # the newest comes first
    assert (last["mode"], last["end"], len(body(boosted)["sub_sessions"])) == ("BOOST", None, parts + 1)
    assert client.request("POST", session.path + "/boost_start").status == 409
    assert client.request("POST", session.path + "/boost_end").status == 200
    assert body(client.get(last["url"]))["end"] is not None
    assert client.request("POST", session.path + "/boost_end").status == 409


def test_rebates_uploads_and_events_move_one_way(client: Client) -> None:
    kind = BASE + client.records("rebate_types")[0].path
    claim = body(client.request("POST", "/user_rebates", json_body={"rebate_type": kind}, headers=user_header(client)))
    assert body(client.get(claim["url"]))["status"] == "PENDING_TYPE_SELECTED"
    assert client.request("POST", claim["url"] + ":submit").status == 200
    assert body(client.get(claim["url"]))["status"] == "COMPLETE"
    assert client.request("POST", claim["url"] + ":submit").status == 400
    evidence = BASE + client.records("rebate_evidence_types")[0].path
    file = body(client.request("POST", f"/rebate_evidence_files:start_upload?user_rebate={claim['id']}", json_body={"file_name": "a.pdf", "rebate_evidence_type": evidence}))  # fmt: skip  # noqa: E501
    assert body(client.request("POST", file["url"] + ":finish_upload")) == {"id": file["id"], "url": file["url"]}
    assert body(client.get(file["url"]))["file_name"] == "a.pdf"
    coordinator = client.records("dispatch_coordinators")[0].path
    times = {"start_time": "2026-12-01T10:00:00Z", "end_time": "2026-12-01T11:00:00Z"}
    event = body(client.request("POST", coordinator + "/dispatch_events", json_body=times))
    assert body(client.request("POST", event["url"] + "/cancel")) == {"status": "CANCELLED"}
    assert client.request("POST", event["url"] + "/cancel").status == 400
    backwards = client.request(
        "POST", coordinator + "/dispatch_events", json_body=dict(zip(times, [*times.values()][::-1], strict=True))
    )
    assert "end_time" in body(backwards)["field_errors"]


def test_onboarding_completes_once(client: Client) -> None:
    user, make = client.records("users")[0], client.records("vehicle_makes")[0].key
    query = f"user_id={user.key}&client_id=x&make_id={make}&response_type=json"
    ticket = body(client.get(f"/vehicle_onboarding?{query}"))["authorization_request_id"]
    sent = {"authorization_request_uid": ticket, "auth_code": "c"}
    done = client.request("POST", "/vehicle_onboarding/complete", json_body=sent, token="")
    assert body(client.get(body(done)["vehicles"][0]["url"]))["user"] == BASE + user.path
    assert client.request("POST", "/vehicle_onboarding/complete", json_body=sent, token="").status == 422


def test_regions_are_made_of_polygons_and_named_once(client: Client) -> None:
    square = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]]}
    sent = {"name": "Somewhere", "geometries": [square]}
    made = body(client.request("POST", "/regions", json_body=sent))
    assert made["geometry"] == {"type": "MultiPolygon", "coordinates": [square["coordinates"]]}
    assert client.request("POST", "/regions", json_body=sent).status == 409


class Receiver:
    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.seen: list[tuple[dict[str, str], bytes]] = []

    async def __call__(self, _url: str, headers: dict[str, str], raw: bytes) -> int:
        self.seen.append((headers, raw))
        return self.statuses.pop(0) if self.statuses else 204


def add_receiver(client: Client, receiver: Receiver) -> tuple[Web, str]:
    client.server.webhooks.post = receiver
    web = Web(client.server)
    return web, web.post("/_control/webhooks", json={"url": "http://partner.example.com/"}).json()["secret"]


def test_started_session_is_announced_signed_and_as_read(bundled: Client) -> None:
    receiver = Receiver()
    web, secret = add_receiver(bundled, receiver)
    started = web.post("/_control/sessions").json()
    headers, raw = receiver.seen[0]
    payload = Webhook(secret).verify(raw, {name.replace("svix-", "webhook-"): value for name, value in headers.items()})
    assert headers["svix-event-type"] == payload["type"] == "charging_sub_session.created"
    assert (
        payload["data"]
        == web.get("/v2" + started["sub_sessions"][0], headers={"authorization": "Bearer token-full"}).json()
    )


def test_failed_delivery_is_retried_on_schedule_with_one_id(bundled: Client) -> None:
    receiver = Receiver(*[500] * 7)
    web, _ = add_receiver(bundled, receiver)
    web.post("/_control/sessions")
    assert len(receiver.seen) == 1
    web.post("/_control/clock", json={"seconds": sum(SCHEDULE) // 10**6 + 60})
    first = receiver.seen[0][0]["svix-id"]
    assert sum(headers["svix-id"] == first for headers, _ in receiver.seen) == 8
    message = web.get("/_control/webhooks").json()["messages"][0]
    assert (message["done"], message["statuses"]) == (True, [500] * 7 + [204])


def test_time_ends_sessions_and_says_so(bundled: Client) -> None:
    receiver = Receiver()
    web, _ = add_receiver(bundled, receiver)
    web.post("/_control/clock", json={"seconds": 7 * 3600})
    payloads = [json.loads(raw) for _, raw in receiver.seen]
    ended = [payload for payload in payloads if payload["type"] == "charging_sub_session.ended"]
    assert ended
    assert all(payload["data"]["end"] is not None for payload in ended)
    assert any(payload["type"] == "charging_sub_session.created" for payload in payloads)


def test_reset_brings_the_world_back(bundled: Client) -> None:
    web, path = Web(bundled.server), bundled.records("evses")[0].path
    authorised = {"authorization": "Bearer token-full"}
    before = web.get("/v2" + path, headers=authorised).content
    web.request("DELETE", "/v2" + path, headers=authorised)
    web.post("/_control/reset")
    assert web.get("/v2" + path, headers=authorised).content == before


@pytest.mark.parametrize("name", [n for n, f in faults.load_faults().items() if f.shown_by == "deliveries"])
def test_webhook_fault_changes_a_delivery(name: str) -> None:
    def conversation(*planted: str) -> list[tuple[dict[str, str], bytes]]:
        client, receiver = serve(load_cached("bundled"), faults=planted), Receiver(500)
        client.server.webhooks.post = receiver
        web = Web(client.server)
        secret = "whsec_" + "QUJD" * 8
        web.post("/_control/webhooks", json={"url": "http://partner.example.com/", "secret": secret})
        web.post("/_control/sessions")
        web.post("/_control/clock", json={"seconds": 8 * 3600})
        return [
            ({**h, "svix-timestamp": h["svix-timestamp"][:-3], "svix-signature": ""}, raw) for h, raw in receiver.seen
        ]

    clean, faulty = conversation(), conversation(name)
    assert len(clean) == len(faulty) > 2
    assert clean != faulty


def test_every_create_shows_up_where_it_is_read(client: Client) -> None:
    for operation in client.model.operations:
        if operation.role is Role.CREATE:
            for request in client.good(operation):
                reply = client.send(request)
                made = body(reply) if reply.body else {}
                reads = [o for o in client.model.operations if o.role is Role.ITEM and o.resource == operation.resource]
                if reply.status == 201 and "url" in made and reads:
                    assert client.get(made["url"]).status == 200, operation.key
