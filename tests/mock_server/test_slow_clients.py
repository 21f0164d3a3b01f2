"""A slow client gets a 408 and delays no other client."""

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest

from conformance.mock_server.assembly import ServerSettings, assemble_server
from conformance.webhooks.loopback_server import serve_on_loopback
from tests.mock_server.conftest import load_cached

HEAD = "POST {} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer token-full\r\nContent-Type: {}\r\n"
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
MOST_S = 20  # far beyond the patience of the server: a hang fails, a busy machine does not


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    with serve_on_loopback(assemble_server(ServerSettings(patience=0.5), load_cached("bundled"))) as origin:
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
def test_missing_body_gets_408_while_others_are_served(origin, path, media, begun):
    address = urlsplit(origin)
    with socket.create_connection((address.hostname, address.port), MOST_S) as slow:
        slow.sendall((HEAD.format(path, media) + begun).encode())
        quick = httpx.get(f"{origin}/v2/vehicle_makes", headers={"Authorization": "Bearer token-full"}, timeout=MOST_S)
        assert quick.status_code == 200
        response = b""
        while part := slow.recv(65536):  # the server closes: what comes later is of no use to it
            response += part
    head, _, body = response.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 408 ")
    assert b"content-type: application/problem+json" in head.lower()
    assert b'"status":408' in body.replace(b" ", b"")


def test_body_in_small_parts_is_accepted(origin):
    def parts():
        for byte in b"grant_type=client_credentials&client_id=evconform-full&client_secret=full-secret":
            yield bytes([byte])

    response = httpx.post(f"{origin}/o/token/", content=parts(), headers={"Content-Type": FORM}, timeout=MOST_S)
    assert response.status_code == 200
    assert response.json()["token_type"] == "Bearer"
