"""A target whose TLS is wrong gets no request, and the reason is named."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import partial

import pytest
import trustme

from conformance.model import Request, Target, TargetKind
from conformance.network.channel import Channel, NoResponseError
from conformance.safety.gate import Gate
from tests.resilience.hostile_kinds import OK, run_hostile_server, stall
from tests.resilience.test_hostile_targets import Hasty

AUTHORITY, STRANGER = trustme.CA(), trustme.CA()
PAST, FUTURE = datetime(2020, 1, 1, tzinfo=UTC), datetime(2090, 1, 1, tzinfo=UTC)
Issue = Callable[[], trustme.LeafCert]
WRONG: dict[str, tuple[Issue, str]] = {
    "expired": (
        partial(AUTHORITY.issue_cert, "127.0.0.1", not_before=PAST.replace(year=2019), not_after=PAST),
        "expired",
    ),
    "not-yet-valid": (partial(AUTHORITY.issue_cert, "127.0.0.1", not_before=FUTURE), "not yet valid"),
    "of-another-name": (partial(AUTHORITY.issue_cert, "api.partner.invalid"), "127.0.0.1"),
    "of-an-unknown-authority": (partial(STRANGER.issue_cert, "127.0.0.1"), "self-signed|self signed|local issuer"),
}


@contextmanager
def run_tls_server(certificate: trustme.LeafCert, heads: list[bytes]) -> Iterator[str]:
    """Run a server that says `[]` over TLS; `heads` gets the requests that reach it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)

    def serve() -> None:
        with suppress(OSError):
            while True:
                peer, _ = server.accept()
                with suppress(OSError), context.wrap_socket(peer, server_side=True) as secure:
                    if head := secure.recv(65536):
                        heads.append(head)
                        secure.sendall(OK + b"Content-Length: 2\r\nConnection: close\r\n\r\n[]")

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"https://127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


def send(base: str) -> int:
    gate = Gate(Target("t", TargetKind.URL, base), ())
    with Channel(base, {}, gate, agent="tests", limits=Hasty) as channel:
        return channel.send(Request("GET /x", "GET", "/x", identity="")).status


@pytest.fixture(autouse=True)
def trust(monkeypatch, tmp_path):
    AUTHORITY.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))


@pytest.mark.parametrize("kind", WRONG)
def test_a_wrong_certificate_gets_no_request(kind):
    issue, reason = WRONG[kind]
    heads: list[bytes] = []
    with run_tls_server(issue(), heads) as base, pytest.raises(NoResponseError, match=reason) as failure:
        send(base)
    assert failure.value.unreachable
    assert not heads


def test_a_right_certificate_is_accepted():
    heads: list[bytes] = []
    with run_tls_server(AUTHORITY.issue_cert("127.0.0.1"), heads) as base:
        assert send(base) == 200
    assert len(heads) == 1


@pytest.mark.parametrize("respond", [stall(), stall(b"HTTP/1.1 200 OK\r\n\r\n"), stall(b"\x16\x03\x03\xff\xff")])
def test_what_speaks_no_tls_ends_in_time(respond):
    with run_hostile_server(respond) as base, pytest.raises(NoResponseError):
        send(base.replace("http:", "https:").removesuffix("/v2"))
