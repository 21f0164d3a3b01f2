"""A network between client and server that loses, delays and answers for the server, the same for the same seed."""

import http.client
import random
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple
from urllib.parse import urlsplit


class SeenRequest(NamedTuple):
    """A request that reached the server, and its response; `content` is the body of the response."""

    method: str
    path: str
    body: bytes
    authorization: str
    status: int
    content: bytes


class Weather(NamedTuple):
    """What a network does to requests: shares from 0 to 1, and seconds."""

    latency_s: float = 0.0
    jitter_s: float = 0.0
    resets: float = 0.0
    gateway: float = 0.0
    stalls: float = 0.0
    cuts: float = 0.0
    limited_s: float = 0.0
    gone_s: float = 0.0


WEATHERS = {
    "latency": Weather(latency_s=0.3),
    "jitter": Weather(jitter_s=0.2),
    "resets-1%": Weather(resets=0.01),
    "resets-5%": Weather(resets=0.05),
    "gateway-1%": Weather(gateway=0.01),
    "gateway-5%": Weather(gateway=0.05),
    "limited-10-s": Weather(limited_s=10),
    "gone-30-s": Weather(gone_s=30),
    "stalls-10%": Weather(stalls=0.1),
    "cuts-2%": Weather(cuts=0.02),
    "all-a-little": Weather(jitter_s=0.02, resets=0.02, gateway=0.02, cuts=0.02),
}
_BEFORE_S = 1.0  # of fair weather, in which the run finds its target
_STALL_S = 60.0


@contextmanager
def run_network(
    upstream: str, weather: Weather, seed: int, host: str = "127.0.0.1", seen: list[SeenRequest] | None = None
) -> Iterator[str]:
    """Run the network before a server of this base URL; yield the base URL at which clients reach it on this host.

    `seen` gets the requests that reach the server.
    """
    parts = urlsplit(upstream)
    chance = random.Random(seed)  # noqa: S311 - nothing secret
    members = {"host": parts.netloc, "weather": weather, "random": chance, "seen": [] if seen is None else seen}
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    kind = type("_Server", (ThreadingHTTPServer,), {"address_family": family, "handle_error": _ignore_lost_client})
    server = kind((host, 0), type("_Handler", (_Relay,), members))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        shown = f"[{host}]" if ":" in host else host
        yield f"http://{shown}:{server.server_port}{parts.path}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _ignore_lost_client(server: ThreadingHTTPServer, request: object, address: object) -> None:
    """Ignore that a client is gone: some are killed, others lose their patience."""


class _Relay(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    host: str
    weather: Weather
    random: random.Random
    seen: list[SeenRequest]
    began = 0.0

    def log_message(self, *arguments: object) -> None:
        """Be silent."""

    def _relay(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if self._spoil_request():
            return
        status, headers, content = self._ask(body)
        authorization = self.headers.get("authorization", "")
        self.seen.append(SeenRequest(self.command, self.path, body, authorization, status, content))
        draw = self.random.random()
        if draw < self.weather.gateway:
            status, headers, content = self.random.choice((502, 503, 504)), [("Content-Type", "text/html")], b"<p>Bad"
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command == "HEAD":
            return
        if self.random.random() < self.weather.cuts and content:
            content = content[: self.random.randrange(len(content))]
            self.close_connection = True
        with suppress(OSError):  # the client may have given up
            self.wfile.write(content)

    def _spoil_request(self) -> bool:
        """Do what happens before the server sees a request; return whether it never does."""
        kind = type(self)
        kind.began = kind.began or time.monotonic()
        past_s, weather = time.monotonic() - kind.began - _BEFORE_S, self.weather
        time.sleep(weather.latency_s + self.random.random() * weather.jitter_s)
        if self.random.random() < weather.resets or 0 < past_s < weather.gone_s:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            with suppress(OSError):
                self.connection.close()
            return True
        if self.random.random() < weather.stalls:
            time.sleep(_STALL_S)
        if 0 < past_s < weather.limited_s:
            self.send_response(429)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return True
        return False

    def _ask(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        """Return status, headers and body of the server's response."""
        upstream = http.client.HTTPConnection(self.host, timeout=30)
        upstream.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            upstream.putheader(name, value)
        upstream.endheaders(body or None)
        response = upstream.getresponse()
        content = response.read()
        upstream.close()
        left_out = {"content-length", "transfer-encoding", "connection"}
        return response.status, [(n, v) for n, v in response.getheaders() if n.lower() not in left_out], content

    def send_response(self, code: int, message: str | None = None) -> None:
        """Send the status line without headers of this relay."""
        self.send_response_only(code, message)

    do_GET: Callable[["_Relay"], None] = _relay
    do_HEAD = do_OPTIONS = do_POST = do_PUT = do_PATCH = do_DELETE = do_TRACE = _relay
