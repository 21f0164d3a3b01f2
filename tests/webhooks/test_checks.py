"""What deliveries show: each requirement, right and wrong."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.model import Exchange, Noticed, Outcome, Request, Response, Verdict
from conformance.webhooks.delivery import Delivery
from conformance.webhooks.delivery_checks import check_delivery
from conformance.webhooks.resource_comparison import compare_with_resource
from conformance.webhooks.sequence_checks import check_sequence
from conformance.webhooks.signatures import WebhookKey
from tests.webhooks.conftest import CREATED, ENDED, make_delivery

OTHER = WebhookKey("whsec_" + "QUFB" * 8)
BASE = "https://api.ev.energy/v2"


def group_verdicts(outcomes) -> dict[str, set[Verdict]]:
    verdicts: dict[str, set[Verdict]] = {}
    for outcome in outcomes:
        if isinstance(outcome, Outcome):
            verdicts.setdefault(outcome.requirement, set()).add(outcome.verdict)
    return verdicts


def list_failed(outcomes) -> set[str]:
    return {name for name, verdicts in group_verdicts(outcomes).items() if Verdict.FAIL in verdicts}


@pytest.mark.parametrize("event", [CREATED, ENDED])
def test_a_right_delivery_passes(sender, payload, event):
    verdicts = group_verdicts(check_delivery(make_delivery(payload(event)), "x", sender))
    assert verdicts == {name: {Verdict.PASS} for name in ("WHK-01", "WHK-02", "WHK-03", "WHK-06")}


@pytest.mark.parametrize(
    ("changes", "violated"),
    [
        ({"key": OTHER}, {"WHK-01"}),
        ({"identifier": ""}, {"WHK-01"}),
        ({"stamp": "1700000000"}, {"WHK-01"}),
        ({"stamp": "nan"}, {"WHK-01"}),
        ({"stamp": "9" * 400}, {"WHK-01"}),
        ({"event": "charging_sub_session_created"}, {"WHK-02"}),
        ({"event": ""}, {"WHK-02"}),
    ],
)
def test_a_wrong_header(sender, payload, changes, violated):
    assert list_failed(check_delivery(make_delivery(payload(CREATED), **changes), "x", sender)) == violated


@pytest.mark.parametrize(
    ("event", "data", "envelope", "violated"),
    [
        (CREATED, {"id": 5}, {}, {"WHK-03"}),
        (CREATED, {}, {"timestamp": "yesterday"}, {"WHK-03"}),
        (CREATED, {}, {"type": "tariff.published"}, {"WHK-03"}),
        (CREATED, {"end": "2026-01-01T00:00:00Z"}, {}, {"WHK-06"}),
        (ENDED, {"end": None}, {}, {"WHK-06"}),
        (ENDED, {}, {"timestamp": "2031-01-01T00:00:00Z"}, {"WHK-06"}),
    ],
)
def test_a_wrong_body(sender, payload, event, data, envelope, violated):
    assert list_failed(check_delivery(make_delivery(payload(event, data, **envelope)), "x", sender)) == violated


def test_a_wrong_content_type(sender, payload):
    delivery = make_delivery(payload(CREATED))
    changed = Delivery((("content-type", "text/plain"), *delivery.headers[1:]), delivery.body, delivery.arrived_at)
    assert list_failed(check_delivery(changed, "x", sender)) == {"WHK-03"}


def test_an_id_that_is_sent_twice(sender, payload):
    delivery = make_delivery(payload(CREATED))
    doubled = Delivery((*delivery.headers, ("svix-id", "msg_2")), delivery.body, delivery.arrived_at)
    assert list_failed(check_delivery(doubled, "x", sender)) == {"WHK-01"}


@pytest.mark.parametrize(
    ("status", "data", "verdict"),
    [
        (503, {}, Verdict.FAIL),
        (200, {}, Verdict.FAIL),
        (503, {"cost": 7}, Verdict.FAIL),
        (200, {"cost": 7}, Verdict.REVIEW),
    ],
)
def test_a_retry_under_a_new_id_is_found_however_it_is_written(payload, status, data, verdict):
    first = make_delivery(payload(CREATED))
    content = payload(CREATED, data)
    again = make_delivery(content, identifier="msg_2", body=msgspec.json.format(msgspec.json.encode(content)))
    first = Delivery(first.headers, first.body, first.arrived_at, "/", status)
    outcomes = list(check_sequence([("one", first), ("two", again)]))
    assert group_verdicts(outcomes)["WHK-05"] == {verdict}


def test_any_key_of_a_rotation_is_right(sender, payload):
    rotating = type(sender)((OTHER, *sender.keys), sender.description, sender.validators, sender.opinion)
    assert not list_failed(check_delivery(make_delivery(payload(CREATED)), "x", rotating))


def test_without_arrival_the_age_is_not_judged(sender, payload):
    verdicts = group_verdicts(check_delivery(make_delivery(payload(CREATED), at=0, stamp="1700000000"), "x", sender))
    assert verdicts["WHK-01"] == {Verdict.NOT_OBSERVABLE}


@given(body=st.binary(), headers=st.dictionaries(st.text(), st.text()))
def test_whatever_arrives_is_judged_and_never_passes(sender, body, headers):
    verdicts = group_verdicts(check_delivery(Delivery(tuple(headers.items()), body, 1.0), "x", sender))
    assert verdicts["WHK-01"] == verdicts["WHK-02"] == verdicts["WHK-03"] == {Verdict.FAIL}


def test_a_retry_with_its_id_passes(payload):
    content = payload(CREATED)
    pair = [("1", make_delivery(content)), ("2", make_delivery(content, at=1e9))]
    assert group_verdicts(check_sequence(pair)) == {"WHK-05": {Verdict.PASS}}


def test_a_retry_under_another_id(payload):
    content = payload(CREATED)
    assert list_failed(
        check_sequence([("1", make_delivery(content)), ("2", make_delivery(content, identifier="msg_2"))])
    ) == {"WHK-05"}


def test_one_id_for_two_messages(payload):
    pair = [("1", make_delivery(payload(CREATED))), ("2", make_delivery(payload(ENDED)))]
    assert list_failed(check_sequence(pair)) == {"WHK-05"}


def test_without_a_retry_nothing_is_shown(payload):
    assert group_verdicts(check_sequence([("1", make_delivery(payload(CREATED)))])) == {
        "WHK-05": {Verdict.NOT_OBSERVABLE}
    }


def test_pairs_and_order(payload):
    ended, created = make_delivery(payload(ENDED)), make_delivery(payload(CREATED), identifier="msg_2")
    outcomes = list(check_sequence([("1", ended), ("2", created)]))
    assert [outcome.topic for outcome in outcomes if isinstance(outcome, Noticed)] == ["order"]
    moved = make_delivery(payload(CREATED, {"start": "2020-01-01T00:00:00Z"}), identifier="msg_2")
    assert list_failed(check_sequence([("1", moved), ("2", ended)])) == {"WHK-06"}


def build_fetch(shown, status=200):
    def fetch(target: str) -> Exchange:
        asked.append(target)
        return Exchange("f", Request("*", "GET", target), BASE + target, 0.0, Response(status))

    asked: list[str] = []
    return asked, fetch, lambda _: shown


@pytest.mark.parametrize(
    ("event", "change", "verdict", "volatile"),
    [
        (CREATED, {}, Verdict.PASS, 0),
        (CREATED, {"energy_delivered_watt_hours": 10**6}, Verdict.PASS, 1),
        (CREATED, {"energy_delivered_watt_hours": -1}, Verdict.FAIL, 0),
        (CREATED, {"end": "2026-01-01T00:00:00Z", "cost": 7}, Verdict.PASS, 2),
        (ENDED, {"energy_delivered_watt_hours": 10**6}, Verdict.FAIL, 0),
        (ENDED, {"cost": 7}, Verdict.PASS, 1),
        (ENDED, {"end": None}, Verdict.FAIL, 0),
        (CREATED, {"mode": "BOOST"}, Verdict.FAIL, 0),
    ],
)
def test_data_is_what_its_url_shows(payload, event, change, verdict, volatile):
    content = payload(event, {"url": f"{BASE}/charging_sub_sessions/1"})
    asked, fetch, json = build_fetch({**content["data"], **change})
    outcomes = list(compare_with_resource(make_delivery(content), "x", BASE, fetch, json))
    assert group_verdicts(outcomes) == {"WHK-04": {verdict}}
    assert asked == ["/charging_sub_sessions/1"]
    assert len([outcome for outcome in outcomes if isinstance(outcome, Noticed)]) == volatile


@pytest.mark.parametrize("url", ["https://evil.example/v2/1", BASE + "x/1", "file:///etc/passwd"])
def test_no_address_outside_the_target_is_asked(payload, url):
    asked, fetch, json = build_fetch({})
    outcomes = compare_with_resource(make_delivery(payload(CREATED, {"url": url})), "x", BASE, fetch, json)
    assert group_verdicts(outcomes) == {"WHK-04": {Verdict.NOT_OBSERVABLE}}
    assert not asked


@pytest.mark.parametrize("path", ["/../v1/x", "/%2e%2e/admin", "/charging_sub_sessions/../../o/token/"])
def test_dot_segments_lead_outside_the_target(payload, path):
    asked, fetch, json = build_fetch({})
    outcomes = compare_with_resource(make_delivery(payload(CREATED, {"url": BASE + path})), "x", BASE, fetch, json)
    assert group_verdicts(outcomes) == {"WHK-04": {Verdict.NOT_OBSERVABLE}}
    assert not asked
