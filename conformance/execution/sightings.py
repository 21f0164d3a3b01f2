"""Sightings: where and when a run saw each resource, for requirements on its history. Pure."""

import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from hashlib import sha256
from sys import intern
from typing import Any, NamedTuple

import msgspec

from conformance.evidence.json_bodies import UNREADABLE, parse_json
from conformance.evidence.representations import list_field_forms
from conformance.evidence.responses import OperationResponse, find_resources
from conformance.evidence.subject import Subject
from conformance.evidence.urls import extract_path
from conformance.model import Exchange, Role

_MOVING_FORMATS = frozenset({"date-time", "date", "time", "duration", "decimal"})
MAX_SIGHTINGS = 1000
"""Sightings of one resource that are kept, so that memory does not grow with the length of a run or of traffic."""
_MANY_SIGHTINGS = 64  # of one resource, from which those that show nothing new are dropped
_MAX_PARSED_BYTES = 4 << 20  # of JSON that is kept parsed, which takes some five times as much; the rest is compressed
_MAX_SHOWN = 4096  # bodies whose resources are remembered
_DIGEST_BYTES = 16
_ROW = 3  # sightings in a row that show the same, which are kept: fewer would be too few to judge
_OWN_TIMES = frozenset({"created_at", "updated_at"})
_CONTEXT_HEADERS = frozenset({"evenergy-user", "accept-language", "authorization"})


class Sighting(NamedTuple):
    """A resource as one response shows it, and the begin and end of the exchange in seconds.

    `dated` is the time of the server's clock, as the header Date of the response states it.
    """

    began: float
    ended: float
    exchange: str
    operation: str
    context: tuple[str, ...]  # on whose behalf it was read, and in which language
    target: str
    pointer: str
    resource: str
    body: dict[str, Any]
    status: int = 200
    dated: str = ""


class Stillness(StrEnum):
    """The ways in which a property may change by itself, or not."""

    STILL = "still"  # it holds free text or links
    MEASURED = "measured"  # it holds a number, a state or a time
    UNDOCUMENTED = "undocumented"


class SentWrite(NamedTuple):
    """A request that may have changed something: when it was sent, its path, and the names of the body's members.

    `times` are those of creation and update that the body names, which a client should not choose.
    """

    moment: float
    path: str
    names: frozenset[str]
    operation: str = ""
    times: frozenset[str] = frozenset()


_Shown = tuple[str, str, str, Any]  # URL, pointer, name of the resource, and what stands for its body


class Sightings:
    """Every resource with a URL that the run saw, by that URL, in the order of time; and what the run wrote."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._by_url: dict[str, list[Sighting]] = defaultdict(list)
        self._limits: dict[str, int] = {}  # by URL, how many sightings there may be before they are thinned
        self._stillness: dict[tuple[str, str], Stillness] = {}  # by resource and path of a property
        self._bodies = _SharedBodies()
        self._contexts: dict[tuple[str, ...], tuple[str, ...]] = {}  # equal ones are one object
        self._shown: dict[tuple[str, str, bool, bytes], tuple[_Shown, ...]] = {}
        self.writes: list[SentWrite] = []

    def add_exchange(self, exchange: Exchange) -> None:
        """Read one exchange."""
        request, response = exchange.request, exchange.response
        if not request.is_safe:
            if request.authority:
                return  # to the authorization server, which changes nothing of the API
            if response is None or response.status < 300 or response.status >= 500:
                self.writes.append(_read_write(exchange))
            if response is None or response.status >= 300:
                return
        operation = self._subject.model.operations_by_key.get(request.operation)
        if operation is None or response is None or response.status >= 300 or response.cut:
            return
        headers = (f"{name}: {value}" for name, value in request.headers if name.lower() in _CONTEXT_HEADERS)
        context = (request.identity, *sorted(headers))
        context = self._contexts.setdefault(context, context)
        ended, dated = exchange.sent_at + response.elapsed_s, response.find_header("date") or ""
        for url, pointer, resource, body in self._find_shown(OperationResponse(exchange, operation)):
            sighting = Sighting(
                exchange.sent_at, ended, exchange.id, operation.key, context, request.target, pointer, resource, body,
                response.status, dated,
            )  # fmt: skip
            self._add(url, sighting)

    def _add(self, url: str, sighting: Sighting) -> None:
        """Add a sighting of a resource unless there are too many that differ."""
        kept = self._by_url[url]
        if len(kept) >= self._limits.get(url, _MANY_SIGHTINGS):
            kept[:] = _thin(kept)
            self._limits[url] = min(MAX_SIGHTINGS, max(_MANY_SIGHTINGS, 2 * len(kept)))
        if len(kept) < MAX_SIGHTINGS:
            kept.append(sighting)

    def _find_shown(self, response: OperationResponse) -> tuple[_Shown, ...]:
        """Return the resources of a body that have a URL of their own; equal bodies are read once."""
        http_response = response.exchange.response
        body = http_response.body if http_response else b""
        key = (response.operation.key, response.exchange.request.method, response.is_part, sha256(body).digest())
        shown = self._shown.get(key)
        if shown is None:
            if len(self._shown) >= _MAX_SHOWN:
                self._shown.clear()
            shown = self._shown[key] = tuple(self._read_resources(response))
        return shown

    def _read_resources(self, response: OperationResponse) -> Iterator[_Shown]:
        for thing in find_resources(response, self._subject.model) if response.json is not UNREADABLE else ():
            url = thing.body.get("url")
            if isinstance(url, str) and any(link.own for link in thing.resource.links):
                yield url, intern(thing.pointer), thing.resource.name, self._bodies.share(thing.body)

    def iterate_histories(self) -> Iterator[tuple[str, list[Sighting]]]:
        """Yield each URL with its sightings, the earliest first."""
        for url, sightings in self._by_url.items():
            yield url, self._order(sightings)

    def _order(self, sightings: Iterable[Sighting]) -> list[Sighting]:
        """Return sightings with their bodies, the earliest first; equal bodies are one object."""
        return sorted(self._bodies.restore(sightings), key=lambda sighting: (sighting.began, sighting.pointer))

    def find_single_read(self, one: Sighting, other: Sighting) -> str:
        """Return the key of the single read where the other sighting is a list's with the same schema; else empty."""
        operations = self._subject.model.operations_by_key
        pair = [operations[sighting.operation] for sighting in (one, other)]
        roles = {operation.role: operation.key for operation in pair if operation.resource == one.resource}
        is_same = pair[0].item_schema == pair[1].item_schema and bool(pair[0].item_schema)
        return roles[Role.ITEM] if roles.keys() == {Role.LIST, Role.ITEM} and is_same else ""

    def find_history(self, url: str) -> list[Sighting]:
        """Return the sightings of one resource, the earliest first; empty where there are none."""
        return self._order(self._by_url.get(url, ()))

    def find_stillness(self, resource: str, path: str) -> Stillness:
        """Return whether values of a property may change by themselves, by its schema; `path` as in a JSON pointer."""
        if (resource, path) not in self._stillness:
            known = self._subject.model.resources_by_name.get(resource)
            schema = known.schema if known else ""
            forms = list_field_forms(self._subject.description, schema, path) if schema else []
            may_move = any(_may_move(form) for form in forms)
            still = Stillness.MEASURED if may_move else Stillness.STILL
            self._stillness[resource, path] = still if forms else Stillness.UNDOCUMENTED
        return self._stillness[resource, path]


class _SharedBodies:
    """The bodies of sightings: equal ones are one object, and beyond a size they are kept compressed.

    Memory grows with what differs alone, as most sightings of a resource show the same.
    """

    def __init__(self) -> None:
        self._by_digest: dict[bytes, Any] = {}
        self._parsed_bytes = 0

    def share(self, body: dict[str, Any]) -> Any:
        """Return what stands for a body in a sighting: an equal one that was seen before, or its bytes."""
        text = msgspec.json.encode(body)
        digest = sha256(text).digest()[:_DIGEST_BYTES]
        known = self._by_digest.get(digest)
        if known is None:
            self._parsed_bytes += len(text)
            known = body if self._parsed_bytes <= _MAX_PARSED_BYTES else zlib.compress(text, 1)
            self._by_digest[digest] = known
        return known

    def restore(self, sightings: Iterable[Sighting]) -> Iterator[Sighting]:
        """Yield sightings with their bodies, of which equal ones are one object."""
        parsed: dict[int, Any] = {}  # by the object that stands for it
        for sighting in sightings:
            body: Any = sighting.body
            if isinstance(body, bytes):
                if id(body) not in parsed:
                    parsed[id(body)] = msgspec.json.decode(zlib.decompress(body))
                yield sighting._replace(body=parsed[id(body)])
            else:
                yield sighting


def _thin(sightings: list[Sighting]) -> list[Sighting]:
    """Return sightings without those in the middle of a row in which one operation shows the same again and again."""
    kept: list[Sighting] = []
    rows: dict[tuple[object, ...], list[int]] = {}  # by who reads and how: the body, and where its row stands in `kept`
    for sighting in sorted(sightings, key=lambda sighting: (sighting.began, sighting.pointer)):
        way = sighting.context, sighting.operation
        row = rows.get(way)
        if row is None or row[0] != id(sighting.body):
            rows[way] = [id(sighting.body), len(kept)]
        elif len(row) <= _ROW:
            row.append(len(kept))
        else:  # the last one moves on; its place keeps the order well enough, as histories are sorted in the end
            kept[row[-1]] = sighting
            continue
        kept.append(sighting)
    return kept


def _may_move(schema: Mapping[str, Any]) -> bool:
    """Return whether values of a schema may be measured or switched: they are numbers, states or times."""
    types = schema.get("type", ())
    kinds = {types} if isinstance(types, str) else set(types)
    is_state = "enum" in schema or "const" in schema
    return bool(kinds & {"number", "integer", "boolean"}) or is_state or schema.get("format") in _MOVING_FORMATS


def _read_write(exchange: Exchange) -> SentWrite:
    request = exchange.request
    body = parse_json(request.body)
    names = frozenset(body) if isinstance(body, dict) else frozenset()
    times = frozenset(str(body[name]) for name in names & _OWN_TIMES)
    return SentWrite(exchange.sent_at, extract_path(request.target), names, request.operation, times)


def find_link_url(value: Any) -> str | None:
    """Return the URL of a link, or of the resource that stands in its place; None for anything else."""
    if isinstance(value, dict):
        value = value.get("url")
    return value if isinstance(value, str) else None
