"""A client that is slow is told so, and holds up nobody."""

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest

from conformance.mock_server.assembly import Settings, assemble
from conformance.webhooks.loopback import serving
from tests.mock_server.conftest import described

HEAD = "POST {} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer token-full\r\nContent-Type: {}\r\n"
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
MOST_S = 20  # far beyond the patience of the server: a hang fails, a busy machine does not


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    with serving(assemble(Settings(patience=0.5), described("shipped"))) as origin:
        yield origin


@pytest.mark.parametrize(
    ("path", "media", "begun"),
    [
        ("/v2/support_tickets", JSON, "Content-Length: 100\r\n\r\n{"),
        ("/v2/support_tickets", JSON, "Content-Length: 100\r\n\r\n"),
        ("/v2/support_tickets", JSON, 'Transfer-Encoding: chunked\r\n\r\n3\r\n{"a\r\n'),
        ("/v2/nowhere", JSON, "Content-Length: 100\r\n\r\n{"),
        ("/o/token/", FORM, "Content-Length: 100\r\n\r\ngrant_type="),
    ],
)
def test_a_body_that_does_not_come_is_answered_408_and_others_meanwhile_are_served(origin, path, media, begun):
    address = urlsplit(origin)
    with socket.create_connection((address.hostname, address.port), MOST_S) as slow:
        slow.sendall((HEAD.format(path, media) + begun).encode())
        other = httpx.get(f"{origin}/v2/vehicle_makes", headers={"Authorization": "Bearer token-full"}, timeout=MOST_S)
        assert other.status_code == 200
        answer = b""
        while part := slow.recv(65536):  # the server closes: what comes later is of no use to it
            answer += part
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 408 ")
    assert b"content-type: application/problem+json" in head.lower()
    assert b'"status":408' in body.replace(b" ", b"")


def test_a_body_that_comes_in_small_parts_is_taken(origin):
    def parts():
        for byte in b"grant_type=client_credentials&client_id=evconform-full&client_secret=full-secret":
            yield bytes([byte])

    answer = httpx.post(f"{origin}/o/token/", content=parts(), headers={"Content-Type": FORM}, timeout=MOST_S)
    assert answer.status_code == 200
    assert answer.json()["token_type"] == "Bearer"
