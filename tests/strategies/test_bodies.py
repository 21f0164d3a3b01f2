import copy
from json import dumps

import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from conformance.description import pointers
from conformance.model import Operation, Request
from strategies import (
    bodies,
    body_defects,
    defects,
    instances,
    sample,
    sample_body,
    schema_of_body,
    schema_of_webhook,
    webhook_payloads,
)

EVENTS = ["charging_sub_session.created", "charging_sub_session.ended"]


def writable(description) -> list[Operation]:
    return [o for o in description.model.operations if o.body and o.body.media[0].type == "application/json"]


def test_every_documented_body_has_a_valid_sample(description, validators):
    operations = writable(description)
    assert len(operations) > 35
    for operation in operations:
        body = sample_body(validators, operation)
        assert body is not None, operation.key
        assert validators.validate_request_body(operation, "application/json", body) == (), operation.key
        assert body == sample_body(validators, operation)


@settings(max_examples=60)
@given(data=st.data())
def test_drawn_bodies_are_valid_and_hold_nothing_read_only(data, description, validators):
    operation = data.draw(st.sampled_from(writable(description)))
    body = data.draw(bodies(validators, operation))
    assert validators.validate_request_body(operation, "application/json", body) == ()
    properties = description.dereference(description.resolve(schema_of_body(operation))).get("properties", {})
    assert not any(description.dereference(properties[name]).get("readOnly") for name in body if name in properties)


@given(data=st.data())
def test_known_values_are_the_only_ones_drawn(data, description, validators):
    operation = description.model.operations_by_key["POST /vehicles"]
    known = {"model": ["https://a.example/m1", "https://a.example/m2"]}
    assert data.draw(bodies(validators, operation, known=known))["model"] in known["model"]
    assert sample_body(validators, operation, known=known)["model"] == known["model"][0]


def test_links_lead_to_the_resource_that_is_meant(description, validators):
    body = find(bodies(validators, description.model.operations_by_key["POST /vehicles"]), lambda _: True)
    assert body["model"].startswith("https://api.ev.energy/v2/vehicle_models/vmod")
    assert sample_body(validators, description.model.operations_by_key["POST /vehicles"])["model"] == body["model"]


def test_an_operation_without_body_is_refused(chargers, validators):
    with pytest.raises(InvalidArgument, match="GET /evses documents no JSON body"):
        bodies(validators, chargers)


@settings(max_examples=40)
@given(data=st.data())
def test_resources_are_drawn_with_their_own_url_and_links_unexpanded(data, validators):
    charger = data.draw(instances(validators, "#/components/schemas/EVSE"))
    assert validators.validate_instance("#/components/schemas/EVSE", charger) == ()
    assert charger["url"] == f"https://api.ev.energy/v2/evses/{charger['id']}"
    assert isinstance(charger.get("model", ""), str)


def test_every_body_has_defects_each_in_one_place(description, validators):
    judged = 0
    for operation in writable(description):
        body = sample_body(validators, operation)
        before = copy.deepcopy(body)
        all_defects = body_defects(validators, operation, body)
        assert body == before
        assert "wrong-type" in {defect.name for defect in all_defects}, operation.key
        assert len({(defect.name, defect.pointer) for defect in all_defects}) == len(all_defects)
        for defect in all_defects:
            assert not validators.request_validators.is_valid(schema_of_body(operation), defect.body), (
                operation.key,
                defect.name,
            )
            assert _place_differs(before, defect), (operation.key, defect.name, defect.pointer)
        judged += len(all_defects)
    assert judged > 400


def _place_differs(body, defect):
    """Return whether the defective body differs from the valid one exactly at its pointer."""
    path = [token.replace("~1", "/").replace("~0", "~") for token in defect.pointer.split("/")[1:]]
    before, after = _without(body, path), _without(defect.body, path)
    return before == after and _at(body, path) != _at(defect.body, path)


def _at(value, path):
    for token in path:
        value = value[int(token)] if isinstance(value, list) else value.get(token, ...)
    return value


def _without(value, path):
    if not path:
        return ...
    if isinstance(value, list):
        return [_without(member, path[1:]) if index == int(path[0]) else member for index, member in enumerate(value)]
    nested = {path[0]: _without(value[path[0]], path[1:])} if path[0] in value and len(path) > 1 else {}
    return {key: member for key, member in value.items() if key != path[0]} | nested


def test_defects_cover_the_classes_of_a_schema(validators, description):
    operation = description.model.operations_by_key["POST /vehicles"]
    places = {
        (defect.name, defect.pointer)
        for defect in body_defects(validators, operation, sample_body(validators, operation))
    }
    assert {
        ("missing-required", "/model"),
        ("bad-format", "/model"),
        ("below-minimum", "/battery_size_watt_hours"),
        ("above-maximum", "/battery_size_watt_hours"),
        ("too-long", "/description"),
        ("not-in-enum", "/vehicle_class"),
        ("null", "/user"),
        ("wrong-type", ""),
    } <= places


@pytest.mark.parametrize("key", ["POST /vehicles", "POST /users", "PATCH /users/{user_id}/payout_method"])
def test_the_second_oracle_refuses_the_defects_and_accepts_the_sample(description, validators, opinion, key):
    operation = description.model.operations_by_key[key]
    target = operation.path.replace("{user_id}", "user01K1X00ET7ZK6CB3DR7092R50M")
    body = sample_body(validators, operation)

    def list_errors(sent):
        headers = (("Content-Type", "application/json"),)
        return opinion.validate_request(
            operation, Request(key, operation.method, target, headers, dumps(sent).encode())
        )

    assert list_errors(body) == ()
    for defect in body_defects(validators, operation, body):
        assert list_errors(defect.body), (defect.name, defect.pointer)


def test_properties_that_a_body_lacks_get_defects_too(validators, description):
    operation = description.model.operations_by_key["POST /vehicles"]
    body = {"model": "https://api.ev.energy/v2/vehicle_models/vmod01KJQXEFCAEH83HWXJHRTZCD0B"}
    assert ("too-long", "/description") in {(e.name, e.pointer) for e in body_defects(validators, operation, body)}


def test_a_body_that_is_wrong_already_is_refused(validators, description):
    with pytest.raises(InvalidArgument, match="body must be valid"):
        body_defects(validators, description.model.operations_by_key["POST /vehicles"], {"model": 5})


@pytest.mark.parametrize("event", EVENTS)
@settings(max_examples=30)
@given(data=st.data())
def test_webhook_payloads_are_valid_for_both_oracles(data, event, validators, opinion):
    payload = data.draw(webhook_payloads(validators, event))
    names = ("svix-id", "svix-timestamp", "svix-signature")
    headers = (("Content-Type", "application/json"), ("svix-event-type", event), *((name, "1") for name in names))
    assert payload["type"] == event
    assert validators.validate_instance(schema_of_webhook(validators, event), payload) == ()
    assert opinion.validate_delivery(event, headers, dumps(payload).encode()) == ()


@settings(max_examples=20)
@given(data=st.data())
def test_payloads_tell_a_consistent_story(data, validators):
    created = data.draw(webhook_payloads(validators, EVENTS[0]))
    ended = data.draw(webhook_payloads(validators, EVENTS[1]))
    if "start" in created["data"]:
        assert created["data"]["end"] is None
        assert created["timestamp"] == created["data"]["start"]
    if "start" in ended["data"]:
        assert ended["data"]["start"] <= ended["data"]["end"] == ended["timestamp"]


def test_webhook_payloads_have_defects(validators):
    pointer = schema_of_webhook(validators, EVENTS[0])
    payload = sample(validators, pointer)
    places = {(defect.name, defect.pointer) for defect in defects(validators, pointer, payload)}
    assert {("missing-required", "/type"), ("wrong-type", "/data"), ("bad-format", "/timestamp")} <= places


def test_an_event_that_is_not_described_is_refused(validators):
    with pytest.raises(InvalidArgument, match=r"vehicle\.exploded"):
        webhook_payloads(validators, "vehicle.exploded")


def test_pointers_of_webhooks_resolve(description, validators):
    for event in EVENTS:
        assert description.resolve(schema_of_webhook(validators, event))
    assert pointers.join("#", "a/b") == "#/a~1b"
