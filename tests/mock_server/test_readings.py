"""Each admissible reading changes something that a client can observe, and readings stand together as they say."""

import asyncio
from collections.abc import Iterable
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import pytest

from conformance.description import load_description
from conformance.errors import UsageError
from conformance.matrices.readings import draw_combinations, list_inapplicable_readings
from conformance.mock_server import readings
from conformance.mock_server.assembly import MockServer, ServerSettings
from conformance.mock_server.readings import wire_slow
from tests.mock_server import in_process_client
from tests.mock_server.in_process_client import NOW, REAL, Client
from tests.mock_server.reading_requests import Message, list_requests, read
from tests.samples import each_or_long

CATALOGUE = readings.load_readings()
BUNDLED, PROVIDER = "bundled", "real"
_EACH = 6  # one reading in so many is tried by default
INVISIBLE = {"wire-slow"}  # changes nothing but the time that a response takes, which has a test of its own
Response = tuple[int, tuple[tuple[bytes, bytes], ...], bytes]


@cache
def find_description(name: str) -> Any:
    return load_description(REAL if name == PROVIDER else None)


def create_server(description: str, *names: str) -> MockServer:
    settings = ServerSettings(REAL if description == PROVIDER else None, readings=names, now=NOW, rate_limit=10**9)
    return in_process_client.create_server(find_description(description), settings)


async def handle(server: MockServer, message: Message) -> Response:
    parts = urlsplit(message.target)
    headers = [(b"host", b"127.0.0.1:8000"), *((n.encode(), v.encode()) for n, v in message.headers)]
    headers += [(b"content-length", str(len(message.body)).encode())] if message.body else []
    scope = {
        "type": "http", "method": message.method, "path": parts.path, "raw_path": parts.path.encode(),
        "query_string": parts.query.encode(), "headers": headers, "scheme": "http", "root_path": "",
    }  # fmt: skip
    events: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": message.body}

    async def collect(event: Any) -> None:
        events.append(event)

    await server(scope, receive, collect)
    return events[0]["status"], tuple(events[0]["headers"]), b"|".join(event["body"] for event in events[1:])


def send_all(server: MockServer, messages: Iterable[Message]) -> list[Response]:
    async def handle_all() -> list[Response]:
        return [await handle(server, message) for message in messages]

    return asyncio.run(handle_all())


@cache
def plain_responses(description: str) -> tuple[tuple[Message, Response], ...]:
    """Return the requests that every reading is tried with, and the responses of the plain server."""
    server = create_server(description)
    messages = list(list_requests(Client(create_server(description))))
    return tuple(zip(messages, send_all(server, messages), strict=True))


def find_difference(server: MockServer, expected: tuple[tuple[Message, Response], ...]) -> Message | None:
    """Return the first request whose response differs, None where all are the same."""

    async def compare() -> Message | None:
        for message, response in expected:
            if await handle(server, message) != response:
                return message
        return None

    return asyncio.run(compare())


def find_description_with_place(names: Iterable[str]) -> str:
    if not list_inapplicable_readings(names, None):
        return BUNDLED
    if not REAL.exists():
        pytest.skip("the bundled description has no place for it, and the provider's is not here")
    return PROVIDER


@pytest.mark.parametrize("name", each_or_long((name for name in CATALOGUE if name not in INVISIBLE), _EACH))
def test_reading_changes_a_response(name: str) -> None:
    description = find_description_with_place([name])
    server = create_server(description, name)
    assert find_difference(server, plain_responses(description)), "nothing changed"


def test_slow_server_waits_before_each_request(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []

    async def note(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr(wire_slow, "sleep", note)  # the name of this module: other servers of the process sleep too
    send_all(create_server(BUNDLED, "wire-slow"), [read("/v2/vehicles")] * 2)
    assert len(waits) == 2
    assert min(waits) > 0


def test_catalogue_names_why_each_reading_is_admissible() -> None:
    assert len(CATALOGUE) >= 60
    for name, reading in CATALOGUE.items():
        assert reading.name == name
        assert reading.about.endswith(".")
        assert len(reading.basis) > 20
        assert reading.family
        assert set(reading.excludes) <= set(CATALOGUE) - {name}


def test_listing_holds_every_reading() -> None:
    rows = readings.list_reading_rows()
    assert {row["name"] for row in rows} == set(CATALOGUE)
    assert all(set(row) == {"name", "family", "about", "basis", "slots", "excludes"} for row in rows)


def test_unknown_reading_is_refused() -> None:
    with pytest.raises(UsageError, match="unknown reading"):
        create_server(BUNDLED, "no-such-thing")


def test_readings_of_one_decision_cannot_stand_together() -> None:
    with pytest.raises(UsageError, match="cannot stand together"):
        create_server(BUNDLED, "times-with-offset", "times-with-zero-offset")


def test_exclusion_holds_in_both_directions() -> None:
    for reading in CATALOGUE.values():
        for other in CATALOGUE.values():
            assert reading.can_stand_with(other) == other.can_stand_with(reading)


def test_combinations_depend_on_the_seed_alone() -> None:
    drawn = [draw_combinations(CATALOGUE, 20, seed) for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]
    assert len(set(drawn[0])) == 20
    for names in drawn[0]:
        assert len(readings.select_readings(names)) == len(names) >= 3


def test_fifty_combinations_contain_every_reading() -> None:
    assert {name for names in draw_combinations(CATALOGUE, 50, 1) for name in names} == set(CATALOGUE)


def test_combined_readings_answer_every_request() -> None:
    applicable = set(CATALOGUE) - set(list_inapplicable_readings(CATALOGUE, None)) - INVISIBLE
    messages = [message for message, _ in plain_responses(BUNDLED)][::7]
    for names in draw_combinations(applicable, 4, 1):
        outages = {502, 503, 504} if any(CATALOGUE[name].has_outages for name in names) else set()
        for status, _, _ in send_all(create_server(BUNDLED, *names), messages):
            assert status < 500 or status in {501, *outages}


@pytest.mark.parametrize("name", [name for name, reading in CATALOGUE.items() if reading.has_outages])
def test_outages_come_now_and_then(name: str) -> None:
    responses = send_all(create_server(BUNDLED, name), [read("/v2/vehicles")] * 200)
    statuses = [status for status, _, _ in responses]
    assert {502, 503, 504} >= {*statuses} - {200} != set()
    assert statuses.count(200) > len(statuses) * 0.9
