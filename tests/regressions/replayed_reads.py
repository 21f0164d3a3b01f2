"""Ordinary and odd reads, sent to two servers in this process through the comparison of `run --against`."""

import asyncio
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import islice
from typing import Any

from conformance.description import Description, load_description
from conformance.evidence.urls import extract_path
from conformance.mock_server.assembly import MockServer
from conformance.model import Request, Response
from conformance.regressions.mirror import Mirror, Regression
from conformance.traffic.operation_index import OperationIndex
from tests.traffic.sample_recording import ORIGIN, TOKENS, build_server, read_ordinarily, send_in_process

NOW = 1_790_000_000_000_000
"""Where the clocks of the servers stand, in microseconds since 1970."""
TICK = 400_000
"""Microseconds by which the clock of the baseline is ahead, as it is with two servers."""
OF_THE_MOMENT = frozenset({"date", "x-ratelimit-remaining", "x-ratelimit-reset"})  # headers
_IDENTITIES = {token: name for name, token in TOKENS.items()}
_UNKNOWN_ID = "01HZZZZZZZZZZZZZZZZZZZZZZZ"


class InProcessChannel:
    """A channel to a server in this process, for the mirror and in place of it for the target."""

    def __init__(self, server: MockServer) -> None:
        self._server = server
        self.base_url = ORIGIN + server.description.model.base_path

    def send(self, request: Request) -> Response:
        """Send a request as its identity."""
        token = TOKENS.get(request.identity)
        credentials = (("Authorization", f"Bearer {token}"),) if token else ()
        sent = (*credentials, *request.headers)
        url = self.base_url + request.target
        return Response(*asyncio.run(send_in_process(self._server, request.method, url, sent)), 0.01)


def list_reads(seed: int = 1, limit: int = 1000) -> list[Request]:
    """Return the reads of the sample client on a clean server, then odd ones at the same paths."""
    description = load_once()
    recording = read_ordinarily(build_server(description, seed, now=NOW), limit=limit)
    index, base = OperationIndex(description.model), recording.base_url
    reads = [_read_entry(entry["request"], base, index) for entry in recording.entries]
    return list(dict.fromkeys((*reads, *islice(_list_odd_reads(reads), limit))))


def _read_entry(request: dict[str, Any], base: str, index: OperationIndex) -> Request:
    headers = {header["name"]: header["value"] for header in request["headers"]}
    identity = _IDENTITIES[headers.pop("Authorization").removeprefix("Bearer ")]
    target = request["url"].removeprefix(base)
    operation = index.find_operation("GET", target)
    return Request(operation.key if operation else "*", "GET", target, tuple(headers.items()), identity=identity)


def _list_odd_reads(reads: Sequence[Request]) -> Iterator[Request]:
    """Yield reads that clients do not intend, one of each kind at each operation."""
    first = {read.operation: read for read in reversed(reads)}
    for read in first.values():
        path, accept = extract_path(read.target), read.headers
        yield Request(read.operation, "HEAD", path, accept, identity=read.identity)
        yield Request(read.operation, "OPTIONS", path, accept, identity=read.identity)
        yield Request(read.operation, "GET", path, accept, identity="")
        for query in ("page_size=0", "page_size=x", "page_after=x", "expand=nothing", "unknown=1"):
            yield Request(read.operation, "GET", f"{path}?{query}", accept, identity=read.identity)
        yield Request(read.operation, "GET", path, (("Accept", "text/html"),), identity=read.identity)
        if "{" in read.operation and ":" not in path:  # not a time
            yield Request(read.operation, "GET", path[:-26] + _UNKNOWN_ID, accept, identity=read.identity)


def compare_servers(
    target: MockServer, baseline: MockServer, reads: Sequence[Request]
) -> tuple[list[Regression], list[Response]]:
    """Send reads to both; return the regressions, and the responses of the target."""
    ours, theirs = InProcessChannel(target), InProcessChannel(baseline)
    mirror = Mirror(theirs, (ours.base_url, theirs.base_url), frozenset(TOKENS), None)  # type: ignore[arg-type]
    responses = []
    for read in reads:
        responses.append(ours.send(read))
        mirror.compare(read, responses[-1], lambda read=read: ours.send(read))  # type: ignore[misc]
    return list(mirror.list_regressions()), responses


def send_all(server: MockServer, reads: Sequence[Request]) -> list[Response]:
    """Return the responses of a server to reads."""
    channel = InProcessChannel(server)
    return [channel.send(read) for read in reads]


def differ(one: Response, other: Response) -> bool:
    """Return whether two responses differ in more than what each moment brings."""
    return _describe(one) != _describe(other)


def _describe(response: Response) -> tuple[Any, ...]:
    headers = [(name, value) for name, value in response.headers if name.lower() not in OF_THE_MOMENT]
    return response.status, headers, response.body


@cache
def load_once() -> Description:
    """Return the bundled description."""
    return load_description()
