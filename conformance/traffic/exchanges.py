"""Recorded entries as exchanges of the model: matched with operations, without secrets, with an identity."""

from collections import Counter
from collections.abc import Iterable, Iterator
from hashlib import sha256

import msgspec

from conformance.evidence.urls import extract_path, strip_base_url
from conformance.execution.redactor import Redactor
from conformance.execution.sender import build_exchange_id
from conformance.model import Exchange, Headers, Request, Response
from conformance.tools.http_dates import parse_http_date
from conformance.traffic.base_url import split_url
from conformance.traffic.entry import LeftOut, TrafficEntry
from conformance.traffic.operation_index import OperationIndex
from conformance.traffic.survey import JUMP_S

UNKNOWN = "unknown"
"""The identity of requests whose credentials the recorder left out: the responses show that there were some."""
_SECRET_HEADERS = ("api-key", "apikey", "api_key", "token", "secret", "session", "csrf", "xsrf", "signature")
_REDACTED = "[redacted]"
_NOT_FOUND = 404
_STEP_S = 0.001  # between entries without a time
_EARLIEST_S = 946_684_800.0  # 2000-01-01: an earlier time is that of a clock that nobody set, or counts from a start


class ExchangeReader:
    """Reads entries as exchanges; counts what it leaves out, and says what is to be known about the rest.

    Identities are `user_1`, `user_2` and so on, in the order in which their credentials appear. `now`, in seconds since
    1970, is the time of exchanges that have none, nor a header `Date`.
    """

    def __init__(self, base_url: str, index: OperationIndex, now: float) -> None:
        self.base_url, self._index, self._now = base_url, index, now
        self.left_out: Counter[str] = Counter()
        self.examples: dict[str, str] = {}
        self.remarks: Counter[str] = Counter()
        self.identities: dict[str, str] = {}  # by digest of the credentials
        self._secrets: dict[str, str] = {}
        self._redactor = Redactor({})
        self._seen: set[bytes] = set()
        self._number, self._last, self._shift = 0, 0.0, 0.0
        self._is_set_back = False

    def read(self, entries: Iterable[TrafficEntry | LeftOut], *, is_set_back: bool = False) -> Iterator[Exchange]:
        """Yield the exchanges of a file that can be judged, in the order of its entries.

        With `is_set_back` a time before the one above it shows that the clock was set back, not that the entry stands
        out of order: later times are counted on from there.
        """
        self._is_set_back, self._last, self._shift = is_set_back, 0.0, 0.0
        for entry in entries:
            if isinstance(entry, LeftOut):
                self._leave_out(entry.reason, entry.place)
                continue
            exchange = self._read_entry(entry)
            if isinstance(exchange, LeftOut):
                self._leave_out(exchange.reason, exchange.place)
            else:
                yield exchange

    def _leave_out(self, reason: str, place: str) -> None:
        self.left_out[reason] += 1
        self.examples.setdefault(reason, place)

    def _read_entry(self, entry: TrafficEntry) -> Exchange | LeftOut:
        where = f"{entry.method} {entry.url.partition('?')[0][:200]}"
        split = split_url(entry.url)
        if split is None:
            return LeftOut("requests whose URL is not one of HTTP", where)
        origin, path = split
        target = strip_base_url(self.base_url, origin + path)
        if target is None:
            return LeftOut("requests to other hosts or paths", where)
        if not entry.status:
            return LeftOut("requests without a response", where)
        operation = self._index.find_operation(entry.method, target)
        is_other_path = extract_path(target).endswith("/") and entry.status == _NOT_FOUND  # servers may allow the slash
        if operation is None or (is_other_path and not operation.path.endswith("/")):
            return LeftOut("requests to no operation of the description", where)
        if self._is_repeated(entry):
            return LeftOut("entries that stand in the traffic twice", where)
        if not entry.has_body:
            self.remarks["responses without the body that they had: what needs it is not judged"] += 1
        identity = self._name_identity(entry)
        headers = _drop_secrets(entry.request_headers)
        request = Request(operation.key, entry.method, target, headers, entry.request_body, identity)
        response = Response(
            entry.status, _drop_secrets(entry.response_headers), entry.response_body, entry.elapsed_s,
            cut=not entry.has_body,
        )  # fmt: skip
        self._number += 1
        name = entry.id or build_exchange_id(request, str(self._number), origin)
        exchange = Exchange(name, request, self.base_url + target, self._find_time(entry), response)
        return self._redactor.redact_exchange(exchange)

    def _is_repeated(self, entry: TrafficEntry) -> bool:
        """Return whether the very same exchange was read before; without a time, two may be alike."""
        if not entry.started_at:
            return False
        digest = sha256(msgspec.msgpack.encode(entry._replace(id=""))).digest()[:16]
        if digest in self._seen:
            return True
        self._seen.add(digest)
        return False

    def _find_time(self, entry: TrafficEntry) -> float:
        """Return when an entry began; where that is unknown, when it was answered, after the one before."""
        moment = entry.started_at
        if moment < _EARLIEST_S:
            self.remarks["entries without a time: their order in the file stands for it"] += 1
            answered = parse_http_date(_find_header(entry.response_headers, "date"))
            next_moment = self._last + _STEP_S if self._last else self._now
            self._last = max(answered, self._last + _STEP_S) if answered else next_moment
            return self._last
        if self._is_set_back and moment + self._shift < self._last - JUMP_S:
            self._shift = self._last + _STEP_S - moment
            self.remarks["times before the entry above them: the clock was set back, later times count on"] += 1
        self._last = max(self._last, moment + self._shift)
        return moment + self._shift

    def _name_identity(self, entry: TrafficEntry) -> str:
        """Return the name of the sender, and remember its credentials as secret."""
        if entry.identity is not None:
            return entry.identity
        value = _find_header(entry.request_headers, "authorization") or _find_header(entry.request_headers, "cookie")
        if not value:
            return UNKNOWN if 200 <= entry.status < 400 else ""
        digest = sha256(value.encode("utf-8", "surrogatepass")).hexdigest()
        if digest not in self.identities:
            self.identities[digest] = f"user_{len(self.identities) + 1}"
            token = value.partition(" ")[2] or value
            self._secrets[self.identities[digest]] = token
            self._redactor = Redactor(self._secrets)
        return self.identities[digest]


def _find_header(headers: Headers, name: str) -> str:
    return next((value for key, value in headers if key.lower() == name), "")


def _drop_secrets(headers: Headers) -> Headers:
    """Return headers without the values of those that hold a secret by their name, whatever the API calls them."""
    return tuple((name, _REDACTED if _is_secret(name) else value) for name, value in headers)


def _is_secret(name: str) -> bool:
    lower = name.lower()
    return lower.startswith(("x-", "api")) and any(part in lower for part in _SECRET_HEADERS)
