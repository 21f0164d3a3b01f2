"""Listeners of the scenario server: plain http, a second origin, https, and TLS handshakes that must fail."""

import asyncio
import random
import socket
import ssl
import tempfile
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import msgspec
import trustme
from uvicorn.protocols.http.h11_impl import H11Protocol

from conformance.certify.api_clients.conditions import OtherOrigin
from conformance.certify.api_clients.definitions import TlsCertificate
from conformance.certify.api_clients.trace import Handshake
from conformance.errors import UsageError
from conformance.webhooks.loopback_server import serve_on_loopback

_HOST = "127.0.0.1"
_SIBLING_HOST = "127.9.0.1"  # loopback (RFC 1122, section 3.2.1.3), and ends as 127.0.0.1 does
_SHORT_PORTS = range(2100, 3276)  # with one more digit they stay below the ports of outgoing connections
_PORT_TRIES = 50
_HANDSHAKE_S = 10.0
_HANDSHAKE_RECORD = b"\x16"
_NO_TLS = "the client speaks no TLS"
_LISTEN_S = 8.0  # wait for the first byte after a handshake that succeeded; a client that refuses ends it before
_SETTLE_S = _HANDSHAKE_S + _LISTEN_S + 1.0


class ResettableProtocol(H11Protocol):
    """HTTP/1.1 protocol that gives the application its transport, to reset it: `scope["state"]["transport"]`."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Store the transport where the application finds it."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


class CertificateAuthority:
    """The certificate authority of one run and its TLS certificates. `file` holds its root certificate for clients."""

    def __init__(self, folder: Path) -> None:
        self._authority, self._stranger = trustme.CA(), trustme.CA()
        self.file = folder / "authority.pem"
        self._authority.cert_pem.write_to_path(str(self.file))

    def build_context(self, certificate: TlsCertificate) -> ssl.SSLContext | None:
        """Return the TLS context of a server, None where this machine does not support it."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._issue(certificate).configure_cert(context)
        return context if certificate is not TlsCertificate.OLD_TLS else _limit_to_old_tls(context)

    def _issue(self, kind: TlsCertificate) -> trustme.LeafCert:
        now = datetime.now(UTC)
        match kind:
            case TlsCertificate.EXPIRED:
                start, end = now - timedelta(days=2), now - timedelta(days=1)
                return self._authority.issue_cert(_HOST, not_before=start, not_after=end)
            case TlsCertificate.OTHER_HOST:
                return self._authority.issue_cert("api.other-host.example")
            case (
                TlsCertificate.UNKNOWN_AUTHORITY
                | TlsCertificate.UNKNOWN_AUTHORITY_OF_API
                | TlsCertificate.UNKNOWN_AUTHORITY_LATER
            ):
                return self._stranger.issue_cert(_HOST)
            case _:
                return self._authority.issue_cert(_HOST)


class _ChangingCertificate:
    """The TLS context of a server that presents a trusted certificate to one connection, and another one later."""

    def __init__(self, certificates: CertificateAuthority) -> None:
        self.context = certificates.build_context(TlsCertificate.TRUSTED)
        self._later = certificates.build_context(TlsCertificate.UNKNOWN_AUTHORITY_LATER)
        self._is_first = True
        if self.context is not None:
            self.context.sni_callback = self._choose
            # A resumed session shows no certificate (RFC 8446, section 2.2)
            self.context.minimum_version, self.context.num_tickets = ssl.TLSVersion.TLSv1_3, 0

    def restart(self) -> None:
        """Present the trusted certificate to the next connection."""
        self._is_first = True

    def _choose(self, connection: ssl.SSLObject, _name: str | None, _context: ssl.SSLContext) -> None:
        if not self._is_first and self._later is not None:
            connection.context = self._later
        self._is_first = False


def _limit_to_old_tls(context: ssl.SSLContext) -> ssl.SSLContext | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
        context.set_ciphers("ALL:@SECLEVEL=0")
    except (ssl.SSLError, ValueError):
        return None
    return context


class ListenerAddresses(msgspec.Struct, frozen=True):
    """The addresses of the scenario server: origins by TLS certificate, other origins, and the authority's file.

    `list_handshakes` returns the handshakes at a listener that no correct client accepts, after waiting for those that
    a client began. `restart` lets the listener whose certificate changes begin with the trusted one.
    """

    origins: Mapping[TlsCertificate, str]
    other_origins: Mapping[OtherOrigin, str]
    authority_file: Path
    list_handshakes: Callable[[TlsCertificate], tuple[Handshake, ...]]
    restart: Callable[[], None]


@contextmanager
def open_listeners(app: Any, other_app: Any) -> Iterator[ListenerAddresses]:
    """Open all listeners for the lifetime of the context."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="evconform-")))
        certificates = CertificateAuthority(folder)
        plain, prefix = _open_prefixed(stack, app, other_app)
        second = stack.enter_context(serve_on_loopback(other_app, protocol=ResettableProtocol))
        sibling_host = _SIBLING_HOST if _can_bind(_SIBLING_HOST) else _HOST
        sibling = stack.enter_context(serve_on_loopback(other_app, protocol=ResettableProtocol, host=sibling_host))
        trusted = certificates.build_context(TlsCertificate.TRUSTED)
        secure = stack.enter_context(serve_on_loopback(app, protocol=ResettableProtocol, tls=trusted))
        changing = _ChangingCertificate(certificates)
        later = stack.enter_context(serve_on_loopback(app, protocol=ResettableProtocol, tls=changing.context))
        origins = {
            TlsCertificate.NONE: plain,
            TlsCertificate.TRUSTED: secure,
            TlsCertificate.UNKNOWN_AUTHORITY_LATER: later,
        }
        listeners: dict[TlsCertificate, _HandshakeListener] = {}
        for kind in TlsCertificate:
            if kind not in origins and (context := certificates.build_context(kind)) is not None:
                listeners[kind] = stack.enter_context(_HandshakeListener(context))
                origins[kind] = f"https://{_HOST}:{listeners[kind].port}"
        other_host = second.replace(_HOST, "localhost")
        yield ListenerAddresses(
            origins,
            {
                OtherOrigin.HOST: other_host,
                OtherOrigin.PORT: second,
                OtherOrigin.SIBLING: sibling,
                OtherOrigin.USER_INFO: other_host,
                OtherOrigin.PREFIX: prefix,
            },
            certificates.file,
            lambda kind: listeners[kind].list_handshakes() if kind in listeners else (),
            changing.restart,
        )


def _open_prefixed(stack: ExitStack, app: Any, other_app: Any) -> tuple[str, str]:
    """Serve two applications, on a port of four digits and on one that begins with it; return their origins.

    Raises:
        UsageError: No such pair of ports is free.
    """
    for _ in range(_PORT_TRIES):
        port = random.choice(_SHORT_PORTS)  # noqa: S311 - any free port
        with ExitStack() as pair:
            try:
                origin = pair.enter_context(serve_on_loopback(app, port, protocol=ResettableProtocol))
                longer = pair.enter_context(serve_on_loopback(other_app, port * 10 + 9, protocol=ResettableProtocol))
            except UsageError:
                continue
            stack.enter_context(pair.pop_all())
            return origin, longer
    raise UsageError(
        f"no port from {_SHORT_PORTS[0]} to {_SHORT_PORTS[-1]} is free, together with the one that adds a 9 to it",
        hint="End programs that listen on such ports",
    )


def _can_bind(host: str) -> bool:
    """Return whether this machine has an address; some have 127.0.0.1 alone of the loopback network."""
    try:
        socket.create_server((host, 0)).close()
    except OSError:
        return False
    return True


def _is_plain(connection: socket.socket) -> bool:
    """Return whether the first bytes of a connection are no TLS record of a handshake (RFC 8446, section 5.1)."""
    first = connection.recv(1, socket.MSG_PEEK)
    return bool(first) and first != _HANDSHAKE_RECORD


class _HandshakeListener:
    """A TLS listener that records handshakes and the bytes received after them; it sends no response."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        self._socket = socket.create_server((_HOST, 0))
        self.port = self._socket.getsockname()[1]
        self._handshakes: list[Handshake] = []
        self._changed = threading.Condition()
        self._unfinished = 0
        self._markers: set[int] = set()

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def list_handshakes(self) -> tuple[Handshake, ...]:
        """Return the handshakes begun so far, after waiting until they are recorded.

        Connections are accepted in the order in which they were made, so a connection of our own is accepted after
        those of a client that has ended.
        """
        with socket.socket() as marker:
            marker.bind((_HOST, 0))
            port = marker.getsockname()[1]
            with self._changed:
                self._markers.add(port)
            marker.connect((_HOST, self.port))
            with self._changed:
                self._changed.wait_for(lambda: port not in self._markers and not self._unfinished, _SETTLE_S)
                return tuple(self._handshakes)

    def _accept(self) -> None:
        while True:
            try:
                connection, (_, port) = self._socket.accept()
            except OSError:
                return
            with self._changed:
                if port in self._markers:
                    self._markers.discard(port)
                    connection.close()
                    self._changed.notify_all()
                    continue
                self._unfinished += 1
            threading.Thread(target=self._record_handshake, args=(connection,), daemon=True).start()

    def _record_handshake(self, connection: socket.socket) -> None:
        connection.settimeout(_HANDSHAKE_S)
        failure, received = "", b""
        try:
            if _is_plain(connection):
                failure, received = _NO_TLS, connection.recv(65536)
                return
            with self._context.wrap_socket(connection, server_side=True) as secure:
                secure.settimeout(_LISTEN_S)
                received = secure.recv(65536)
        except (OSError, ValueError) as error:
            failure = str(error) or type(error).__name__
        finally:
            connection.close()
            with self._changed:
                self._handshakes.append(Handshake(failure, received))
                self._unfinished -= 1
                self._changed.notify_all()
