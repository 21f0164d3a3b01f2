"""One request and what came back, as bytes on the wire, with secrets already taken out."""

from collections.abc import Mapping
from functools import lru_cache

import msgspec

Headers = tuple[tuple[str, str], ...]
UNKNOWN_ID, WRONG_BODY = "nothing has its id", "its body has the wrong type"
"""Why a write cannot take effect; see `Request.inert`."""


class Request(msgspec.Struct, frozen=True, omit_defaults=True):
    """A request that somebody wants sent.

    `operation` is the `Operation.key` it exercises (`*` for none). `target` is the request target below the base URL:
    percent-encoded path and query, as `/evses?page_size=1`. `identity` names whose credentials go with it; the empty
    string sends none. `headers` come on top of those of the identity and win over them.
    `fresh` asks the network even when an identical safe read was answered before; `expects_limit` takes a 429 for an
    answer instead of waiting it out. `authority` is empty for the target
    itself, else an absolute `scheme://host[:port]` base for requests outside it (OAuth endpoints).
    `token_in` moves the identity's token out of its header: to the query parameter or the cookie `access_token`
    (`query`, `cookie`), or under another scheme of the header (`scheme`). The sender does so; neither a request nor its
    record ever holds the token. `invented` are tokens in it that a probe made up: no secrets, the record shows them.
    `inert` says why a request with an unsafe method cannot take effect on a server in order; empty where it may.
    """

    operation: str
    method: str
    target: str
    headers: Headers = ()
    body: bytes = b""
    identity: str = "full"
    fresh: bool = False
    expects_limit: bool = False
    authority: str = ""
    token_in: str = ""
    invented: tuple[str, ...] = ()
    inert: str = ""

    @property
    def safe(self) -> bool:
        """Whether the method is safe to repeat (RFC 9110, section 9.2.1)."""
        return self.method in {"GET", "HEAD", "OPTIONS"}


class Response(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the target answered.

    `elapsed_s` runs from the first byte sent to the last received; `cut` tells that the body was longer than the
    harness reads and stops at the limit.
    """

    status: int
    headers: Headers = ()
    body: bytes = b""
    elapsed_s: float = 0.0
    cut: bool = False

    def header(self, name: str) -> str | None:
        """The first value of a header, or None; names compare without case (RFC 9110, section 5.1)."""
        return _first_by_name(self.headers).get(name.lower())

    @property
    def media_type(self) -> str:
        """The media type in lower case without parameters, empty where the header is absent."""
        return (self.header("content-type") or "").partition(";")[0].strip().lower()


@lru_cache(maxsize=64)  # some twenty questions are put to the headers of an answer
def _first_by_name(headers: Headers) -> Mapping[str, str]:
    """The first value of each header, by its name in lower case."""
    return {name.lower(): value for name, value in reversed(headers)}


class Exchange(msgspec.Struct, frozen=True, omit_defaults=True):
    """A request as sent and its response, or why there is none.

    `id` is stable between runs of one seed: it digests the request and counts its repetitions. `url` is absolute.
    `sent_at` is in seconds since 1970. `failure` says in words why there is no response.
    """

    id: str
    request: Request
    url: str
    sent_at: float
    response: Response | None = None
    failure: str = ""

    @property
    def status(self) -> int:
        """The HTTP status, 0 where nothing came back."""
        return self.response.status if self.response else 0
