"""What the client of recorded traffic sent, without any condition."""

from conformance.certify.api_clients.recorded_requests import judge_recorded_requests
from conformance.description import load_description
from conformance.model import Exchange, Request, Response

DESCRIPTION = load_description()
AGENT = (("User-Agent", "Partner/1.0"), ("EvEnergy-Version", "2"))


def make_exchange(number: int, target: str = "/vehicles", status: int = 200, **more: object) -> Exchange:
    """Return an exchange; `number` is its time and its name."""
    fields = {"operation": "GET /vehicles", "method": "GET", "target": target, "headers": AGENT} | more
    request = Request(**fields)  # type: ignore[arg-type]
    return Exchange(str(number), request, f"https://api.example/v2{target}", float(number), Response(status))


def judge(*exchanges: Exchange) -> list[str]:
    """Return what is said of the requests."""
    return [notice.message for notice in judge_recorded_requests(exchanges, DESCRIPTION)]


def test_right_requests_are_told_with_what_they_keep() -> None:
    (message,) = judge(make_exchange(1, "/vehicles?page_size=100&expand=user"), make_exchange(2, status=400))
    assert message == "no request violates C04, C14, C18, C22, C26"


def test_each_violation_names_the_first_request() -> None:
    bare = make_exchange(1, "/vehicles?page_size=500&expand=nothing", headers=(("Accept", "*/*"),))
    messages = judge(bare, make_exchange(2, "/vehicles?page_size=5"))
    assert [message[:8] for message in messages] == ["FAIL C04", "WARN C14", "WARN C18", "WARN C26"]
    assert "page_size=500 (1 of 2 requests, first GET /vehicles?page_size=500&expand=nothing)" in messages[0]


def test_request_that_is_sent_again_after_a_refusal_is_a_violation() -> None:
    (first, *_) = judge(make_exchange(1, status=422), make_exchange(2), make_exchange(3, status=422))
    assert first.startswith("FAIL C22 it sends a request again that was refused with 422")


def test_same_request_of_another_sender_is_none() -> None:
    messages = judge(make_exchange(1, status=422, identity="user_1"), make_exchange(2, identity="user_2"))
    assert not any("FAIL" in message for message in messages)


def test_body_that_its_schema_refuses_is_a_violation_and_a_redacted_one_is_not_judged() -> None:
    write = {"operation": "PATCH /vehicles/{vehicle_id}", "method": "PATCH"}
    assert any("FAIL C20" in message for message in judge(make_exchange(1, "/vehicles/v", body=b'{"odd": 1}', **write)))
    redacted = make_exchange(1, "/vehicles/v", body=b'{"odd": "[redacted]"}', **write)
    assert not any("C20" in message for message in judge(redacted))


def test_requests_whose_headers_were_not_recorded_accuse_nobody() -> None:
    assert judge(make_exchange(1, headers=())) == []
