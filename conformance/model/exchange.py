"""One request and its response, as bytes on the wire, with secrets removed."""

from collections.abc import Mapping
from functools import lru_cache

import msgspec

Headers = tuple[tuple[str, str], ...]
UNKNOWN_ID, WRONG_BODY = "nothing has its id", "its body has the wrong type"
RULED_OUT_BODY = "the description's text rules its body out"
UNDOCUMENTED_METHOD = "its method is not documented"
"""Why a write cannot take effect; see `Request.inert`."""
UNKNOWN_ORIGIN = "https://evconform.invalid"
"""An origin of web pages that nobody can register (RFC 2606, section 2)."""
CHUNKED = ("Transfer-Encoding", "chunked")
"""The header of a request whose body is sent in chunks, without its length (RFC 9112, section 7.1)."""


class Request(msgspec.Struct, frozen=True, omit_defaults=True):
    """A request to be sent.

    `operation` is the `Operation.key` it exercises (`*` for none). `target` is the request target below the base URL:
    percent-encoded path and query, as `/evses?page_size=1`. `identity` names the identity whose credentials are added;
    the empty string adds none. `headers` are added to those of the identity and override them. `fresh` sends the
    request even if an identical one was sent before; `expects_limit` accepts a 429 as the response instead of
    waiting until the limit is over. `authority` is empty for the target itself, else an absolute `scheme://host[:port]`
    base for requests outside it (OAuth endpoints). `token_in` moves the identity's token out of its header: to the
    query parameter or the cookie `access_token` (`query`, `cookie`), under another scheme of the header (`scheme`) or
    the same scheme in another case (`lower-case`, `upper-case`); `wrong-secret` spoils the secret of a client.
    The sender does so; neither a request nor its event ever holds the token. `invented` are tokens in it that a probe
    invented: they are not secret and are not redacted. `inert` says why a request with an unsafe method cannot take
    effect on a server in order; empty where it may. `own_connection` sends it over a connection that no other request
    uses.
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
    own_connection: bool = False

    @property
    def is_safe(self) -> bool:
        """Return whether the method is safe (RFC 9110, section 9.2.1)."""
        return self.method in {"GET", "HEAD", "OPTIONS"}

    @property
    def can_share(self) -> bool:
        """Return whether one response does for all equal requests: they read, or their method is documented nowhere."""
        return (self.is_safe or self.inert == UNDOCUMENTED_METHOD) and not self.fresh


_UNAVAILABLE = frozenset({502, 503, 504, *range(520, 530)})


class Response(msgspec.Struct, frozen=True, omit_defaults=True):
    """The response of the target.

    `elapsed_s` runs from the first byte sent to the last received; `cut` is true if the body is the beginning of a
    longer one: the harness reads and keeps so much. `length` and `sha256` are those of the whole body, if it was read.
    """

    status: int
    headers: Headers = ()
    body: bytes = b""
    elapsed_s: float = 0.0
    cut: bool = False
    length: int = 0
    sha256: str = ""

    def find_header(self, name: str) -> str | None:
        """Return the first value of a header, or None; names compare without case (RFC 9110, section 5.1)."""
        return _first_by_name(self.headers).get(name.lower())

    @property
    def media_type(self) -> str:
        """Return the media type in lower case without parameters, empty if the header is absent."""
        return (self.find_header("content-type") or "").partition(";")[0].strip().lower()

    @property
    def is_unavailable(self) -> bool:
        """Return whether the API was not there to answer: the status is that of a gateway or of a busy server.

        These are 502 to 504 (RFC 9110, section 15.6) and 520 to 529, which content delivery networks use.
        """
        return self.status in _UNAVAILABLE


@lru_cache(maxsize=64)  # some twenty look-ups are made in the headers of one response
def _first_by_name(headers: Headers) -> Mapping[str, str]:
    """Return the first value of each header, by its name in lower case."""
    return {name.lower(): value for name, value in reversed(headers)}


class Exchange(msgspec.Struct, frozen=True, omit_defaults=True):
    """A request as sent and its response, or the reason why there is none.

    `id` is stable between runs of one seed: it digests the request and counts its repetitions. `url` is absolute.
    `sent_at` is in seconds since 1970. `failure` says in words why there is no response. `traceparent` is the header of
    that name that was added on sending (W3C Trace Context, section 3.2), empty where none was: it is no part of the
    request, which is the same in every run.
    """

    id: str
    request: Request
    url: str
    sent_at: float
    response: Response | None = None
    failure: str = ""
    traceparent: str = ""

    @property
    def sent_headers(self) -> Headers:
        """Return the headers of the request, and the one that names its trace."""
        trace = (("traceparent", self.traceparent),) if self.traceparent else ()
        return (*self.request.headers, *trace)

    @property
    def status(self) -> int:
        """Return the HTTP status, 0 without a response."""
        return self.response.status if self.response else 0

    @property
    def is_unavailable(self) -> bool:
        """Return whether the response is one of a gateway or of a busy server; False without a response."""
        return self.response is not None and self.response.is_unavailable
