"""A server that knows nothing but what another one once answered, so that it costs next to nothing.

`python tests/bench/replaying.py LOG PORT` serves the answers of a run's log where they were given, as the links in them
say: each request's in their order, and the last of them from then on. Prints `ready URL`, and when its input ends, how
many requests the log did not know.
"""

import asyncio
import sys
from collections import defaultdict, deque
from pathlib import Path

from conformance.mock_server.identities import IDENTITIES
from conformance.mock_server.launcher import READY_PREFIX
from conformance.model import Exchange, Exchanged
from conformance.run_log.event_log import read_events

BASE = "/v2"
_FRAMING = {"content-length", "transfer-encoding", "connection"}
_UNKNOWN = b"HTTP/1.1 404 Unknown\r\ncontent-length: 0\r\n\r\n"
Asked = tuple[bytes, bytes, bytes, bytes]  # method, target, token, body
BY_TOKEN = {f"Bearer {each.token}".encode(): each.name.encode() for each in IDENTITIES}


class Answers:
    """Answers by what was asked."""

    def __init__(self, exchanges: list[Exchange]) -> None:
        self.unknown = 0
        self._known: dict[Asked, deque[bytes]] = defaultdict(deque)
        for each in exchanges:
            request = each.request
            asked = (request.method.encode(), (BASE + request.target).encode(), request.identity.encode(), request.body)
            self._known[asked].append(_raw(each))

    def to(self, asked: Asked) -> bytes:
        """The next answer to a request."""
        known = self._known.get(asked)
        if not known:
            self.unknown += 1
            return _UNKNOWN
        return known.popleft() if len(known) > 1 else known[0]


def _raw(exchange: Exchange) -> bytes:
    response = exchange.response
    if response is None:
        return _UNKNOWN
    body = b"" if exchange.request.method == "HEAD" else response.body
    fields = [(name, value) for name, value in response.headers if name.lower() not in _FRAMING]
    head = "".join(f"{name}: {value}\r\n" for name, value in fields)
    length = "" if response.status in {204, 304} else f"content-length: {len(body)}\r\n"
    return f"HTTP/1.1 {response.status} Told\r\n{head}{length}\r\n".encode("latin-1") + body


class Replay(asyncio.Protocol):
    """One connection: a request with a length, or without a body, after the other."""

    def __init__(self, answers: Answers) -> None:
        self._answers, self._left = answers, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        self._left += data
        while (end := self._left.find(b"\r\n\r\n")) >= 0:
            first, *lines = self._left[:end].split(b"\r\n")
            fields = {name.lower(): value for name, _, value in (each.partition(b": ") for each in lines)}
            size = end + 4 + int(fields.get(b"content-length", b"0"))
            if len(self._left) < size:
                return
            body, self._left = self._left[end + 4 : size], self._left[size:]
            method, target, _ = first.split(b" ")
            who = BY_TOKEN.get(fields.get(b"authorization", b""), b"")
            self._transport.write(self._answers.to((method, target, who, body)))


async def serve(log: Path, port: int) -> None:
    """Serve until the input ends."""
    exchanges = [each.exchange for each in read_events([log]) if isinstance(each, Exchanged)]
    answers = Answers(sorted(exchanges, key=lambda each: each.sent_at))
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Replay(answers), "127.0.0.1", port)
    print(f"{READY_PREFIX}http://127.0.0.1:{port}{BASE}", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()
    print(answers.unknown, flush=True)


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), int(sys.argv[2])))
