"""The sockets that cases are reached at: plain http, another origin, https, and handshakes that must not succeed."""

import asyncio
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

from conformance.certify.api_clients.scenario import Certificate
from conformance.certify.api_clients.trace import Handshake
from conformance.webhooks.loopback import serving

_HOST = "127.0.0.1"
_HANDSHAKE_S = 10.0
_LISTEN_S = 2.0  # how long an established connection is listened to for a first byte


class Resettable(H11Protocol):
    """HTTP/1.1 whose application can reach the transport, to reset it: `scope["state"]["transport"]`."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Remember the transport."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


class Certificates:
    """An authority for one run, and what it and others sign. `file` is where clients find the authority."""

    def __init__(self, folder: Path) -> None:
        self._authority, self._stranger = trustme.CA(), trustme.CA()
        self.file = folder / "authority.pem"
        self._authority.cert_pem.write_to_path(str(self.file))

    def context(self, kind: Certificate) -> ssl.SSLContext | None:
        """What a server shows; None where this machine cannot offer it."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._leaf(kind).configure_cert(context)
        return context if kind is not Certificate.OLD_TLS else _aged(context)

    def _leaf(self, kind: Certificate) -> trustme.LeafCert:
        now = datetime.now(UTC)
        match kind:
            case Certificate.EXPIRED:
                past = now - timedelta(days=2), now - timedelta(days=1)
                return self._authority.issue_cert(_HOST, not_before=past[0], not_after=past[1])
            case Certificate.OTHER_HOST:
                return self._authority.issue_cert("api.other-host.example")
            case Certificate.STRANGER:
                return self._stranger.issue_cert(_HOST)
            case _:
                return self._authority.issue_cert(_HOST)


def _aged(context: ssl.SSLContext) -> ssl.SSLContext | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
        context.set_ciphers("ALL:@SECLEVEL=0")
    except (ssl.SSLError, ValueError):
        return None
    return context


class Doors(msgspec.Struct, frozen=True):
    """Where the cases are reached: origins by certificate, another origin, and the authority's file.

    `handshakes` gives what came to a door that no client may pass.
    """

    origins: Mapping[Certificate, str]
    elsewhere: str
    authority: Path
    handshakes: Callable[[Certificate], tuple[Handshake, ...]]


@contextmanager
def opened(app: Any, elsewhere: Any) -> Iterator[Doors]:
    """All doors, open as long as the context lasts."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="evconform-")))
        certificates = Certificates(folder)
        plain = stack.enter_context(serving(app, protocol=Resettable))
        other = stack.enter_context(serving(elsewhere, protocol=Resettable))
        trusted = certificates.context(Certificate.TRUSTED)
        secure = stack.enter_context(serving(app, protocol=Resettable, tls=trusted))
        origins = {Certificate.NONE: plain, Certificate.TRUSTED: secure}
        doors: dict[Certificate, _Door] = {}
        for kind in Certificate:
            if kind not in origins and (context := certificates.context(kind)) is not None:
                doors[kind] = stack.enter_context(_Door(context))
                origins[kind] = f"https://{_HOST}:{doors[kind].port}"
        seen = {kind: door.seen for kind, door in doors.items()}
        yield Doors(
            origins, other.replace(_HOST, "localhost"), certificates.file, lambda kind: tuple(seen.get(kind, ()))
        )


class _Door:
    """A listener that shakes hands and listens for what comes then; it never answers."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self.seen: list[Handshake] = []
        self._context = context
        self._socket = socket.create_server((_HOST, 0))
        self.port = self._socket.getsockname()[1]

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def _accept(self) -> None:
        while True:
            try:
                raw, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._shake, args=(raw,), daemon=True).start()

    def _shake(self, raw: socket.socket) -> None:
        raw.settimeout(_HANDSHAKE_S)
        failure, received = "", b""
        try:
            with self._context.wrap_socket(raw, server_side=True) as secure:
                secure.settimeout(_LISTEN_S)
                received = secure.recv(65536)
        except OSError as fault:
            failure = str(fault) or type(fault).__name__
        finally:
            raw.close()
        self.seen.append(Handshake(failure, received))
