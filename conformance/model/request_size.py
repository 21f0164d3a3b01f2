"""The order in which requests count as smaller: the run and its reports must agree on the smallest case."""

from typing import Any

import msgspec

from conformance.model.exchange import Request

_REQUIRED_HEADER = "content-type"


def measure_request(request: Request) -> tuple[int, int, str]:
    """Return the sort key of a request by size: number of parts, then characters, then its text.

    Parts are the pairs of the query, the headers other than Content-Type, and all members of a JSON body. Within the
    text, 0 sorts before all other characters.
    """
    query = request.target.partition("?")[2]
    parts = sum(1 for pair in query.split("&") if pair)
    parts += sum(1 for name, _ in request.headers if name.lower() != _REQUIRED_HEADER)
    text = f"{request.target}\n{request.headers}\n{request.body!r}"
    return parts + _count_members(request.body), len(text), text.replace("0", "\0")


def _count_members(body: bytes) -> int:
    try:
        pending: list[Any] = [msgspec.json.decode(body)] if body else []
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return 0
    count = 0
    while pending:
        value = pending.pop()
        members = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
        count += len(members)
        pending += members
    return count
