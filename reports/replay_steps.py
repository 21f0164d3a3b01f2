"""The requests that reproduce a finding: those of its evidence, and those that they depend on.

A server that was started anew has other ids. So a step takes what it needs from the response of an earlier one: the id
of an item from its list, the address of what was created from the response to the creation.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import msgspec

from conformance.model import Exchange, Operation
from reports.exchange_store import list_ids
from reports.request_commands import Substitution, Variable
from reports.summary import Finding, Summary

MAX_STEPS = 24
_ID = re.compile(r"[a-z]{4}[0-9A-Z]{26}")
_SHORTEST = 5  # characters of a value that is worth taking from a response
_MAX_SUPPLIERS = 400  # lists in which ids are looked up
_DEPTH = 4  # levels of requests that a request builds on


class TakenValue(msgspec.Struct, frozen=True):
    """A value that a step takes from its response, for later ones: what stands at a pointer, or its last segment."""

    name: str
    literal: str
    pointer: str
    is_segment: bool = False


class ReplayStep(msgspec.Struct, frozen=True):
    """A request to send; `is_cleanup` marks one that removes what an earlier step created."""

    exchange: Exchange
    takes: tuple[TakenValue, ...] = ()
    is_cleanup: bool = False


class ReplaySteps(msgspec.Struct, frozen=True):
    """The steps of a finding in order, with the texts that variables take the place of."""

    steps: tuple[ReplayStep, ...]
    substitutions: tuple[Substitution, ...]

    def number(self, exchange: str) -> int:
        """Return the number of the step that sends an exchange, from 1 on; 0 where none does."""
        return next((n for n, step in enumerate(self.steps, 1) if step.exchange.id == exchange), 0)


class _Source(msgspec.Struct, frozen=True):
    """A place in a response where a value stands."""

    exchange: str
    pointer: str
    is_segment: bool


class StepFinder:
    """Finds the steps of findings of one run; it looks up where ids come from once for all of them."""

    def __init__(self, summary: Summary) -> None:
        self._summary = summary
        self._places: dict[str, list[int]] = defaultdict(list)  # by item, those of its exchanges among all
        for place, identifier in enumerate(list_ids(summary.exchanges)):
            self._places[summary.senders.get(identifier, "")].append(place)
        self._base = summary.started.target.base_url if summary.started else ""
        self._lists: dict[tuple[str, str], _Source] | None = None

    def find_steps(self, finding: Finding) -> ReplaySteps | None:
        """Return the steps of a finding, None where it rests on no exchange of the run log."""
        known = self._summary.exchanges_by_id
        evidence = [known[key] for key in finding.exchanges[: finding.rests_on or 1] if key in known]
        if not evidence:
            return None
        chosen = {exchange.id: exchange for exchange in evidence}
        chosen.update((exchange.id, exchange) for exchange in self._list_preceding_writes(evidence))
        sources: dict[str, _Source] = {}
        for _ in range(_DEPTH):
            new = self._find_suppliers(chosen, sources, finding.pointer)
            if not new:
                break
            chosen.update(new)
        if len(chosen) > MAX_STEPS:
            return None
        cleanup = self._list_cleanup(evidence, sources)
        return self._build(chosen, sources, cleanup)

    def _list_exchanges(self, item: str) -> Iterator[Exchange]:
        """Yield the exchanges of a plan item in the order of sending."""
        return (self._summary.exchanges[place] for place in self._places[item])

    def _list_preceding_writes(self, evidence: list[Exchange]) -> Iterator[Exchange]:
        """Yield what the item of the evidence changed before its end, at the paths that the evidence is about."""
        last = max(exchange.sent_at for exchange in evidence)
        paths = [_strip_query(exchange) for exchange in evidence]
        for item in {self._summary.senders.get(exchange.id, "") for exchange in evidence} - {""}:
            for exchange in self._list_exchanges(item):
                request = exchange.request
                is_before = exchange.sent_at < last and exchange.status // 100 == 2 and not request.is_safe
                own = _strip_query(exchange)
                if is_before and any(path == own or path.startswith(f"{own}/") for path in paths):
                    yield exchange

    def _list_cleanup(self, evidence: list[Exchange], sources: Mapping[str, _Source]) -> list[Exchange]:
        """Return the deletions by which the item removed what it had created."""
        made = {
            value
            for value, source in sources.items()
            if self._summary.exchanges_by_id[source.exchange].request.method == "POST"
        }
        last = max(exchange.sent_at for exchange in evidence)
        items = {self._summary.senders.get(exchange.id, "") for exchange in evidence} - {""}
        return [
            exchange
            for item in sorted(items)
            for exchange in self._list_exchanges(item)
            if exchange.request.method == "DELETE" and exchange.sent_at > last and exchange.status // 100 == 2
            if any(_strip_query(exchange).endswith(f"/{value}") for value in made)
        ]

    def _find_suppliers(
        self, chosen: Mapping[str, Exchange], sources: dict[str, _Source], near: str
    ) -> dict[str, Exchange]:
        """Find where the values of the chosen requests come from; return the exchanges that are needed in addition."""
        new: dict[str, Exchange] = {}
        for exchange in sorted(chosen.values(), key=lambda x: (x.sent_at, x.id)):
            for value in self._list_values(exchange):
                if value in sources:
                    continue
                source = self._find_source(value, exchange, chosen, near)
                if source is None:
                    continue
                sources[value] = source
                if source.exchange not in chosen:
                    new[source.exchange] = self._summary.exchanges_by_id[source.exchange]
        return new

    def _list_values(self, exchange: Exchange) -> tuple[str, ...]:
        """Return the values in a request that may come from a response: path parameters, and ids anywhere."""
        request = exchange.request
        model = self._summary.model
        operation = model.operations_by_key.get(request.operation) if model else None
        text = request.body.decode("utf-8", "ignore")
        values = (*_read_parameters(_strip_query(exchange), operation), *_ID.findall(f"{request.target} {text}"))
        return tuple(dict.fromkeys(value for value in values if len(value) >= _SHORTEST))

    def _find_source(self, value: str, user: Exchange, chosen: Mapping[str, Exchange], near: str) -> _Source | None:
        """Return where a value stands: in an earlier step, in the item's own creations, or in a list."""
        item = self._summary.senders.get(user.id, "")
        created = [x for x in self._list_exchanges(item) if x.request.method == "POST" and x.status == 201]
        for exchange in (*sorted(chosen.values(), key=lambda x: x.sent_at), *created):
            is_earlier = exchange.sent_at < user.sent_at and exchange.id != user.id
            is_supplier = is_earlier and value not in exchange.request.target and exchange.status // 100 == 2
            if is_supplier and (source := _find_in_body(exchange, value, near)):
                return source
        return self._look_up(value, user)

    def _look_up(self, value: str, user: Exchange) -> _Source | None:
        """Return where a value stands in the first page of a list that the same identity read without conditions."""
        if self._lists is None:
            self._lists = {}
            for exchange in self._list_plain_lists():
                for source, text in _walk_texts(exchange):
                    if text not in exchange.request.target:  # or it would be needed to obtain itself
                        self._lists.setdefault((exchange.request.identity, text), source)
        identities = dict.fromkeys((user.request.identity, "full", *(identity for identity, _ in self._lists)))
        return next((self._lists[name, value] for name in identities if (name, value) in self._lists), None)

    def _list_plain_lists(self) -> Iterable[Exchange]:
        """Return reads of whole lists, those of the top level first."""
        firsts: dict[tuple[str, str], tuple[int, float, int]] = {}  # by identity and target, depth, time and place
        for place, exchange in enumerate(self._summary.exchanges):
            request = exchange.request
            is_plain = request.method == "GET" and exchange.status == 200 and "?" not in request.target
            if is_plain and exchange.response is not None and exchange.response.body[:1] in {b"[", b"{"}:
                order = request.target.count("/"), exchange.sent_at, place
                firsts.setdefault((request.identity, request.target), order)
        return (self._summary.exchanges[place] for *_, place in sorted(firsts.values())[:_MAX_SUPPLIERS])

    def _build(
        self, chosen: Mapping[str, Exchange], sources: Mapping[str, _Source], cleanup: list[Exchange]
    ) -> ReplaySteps:
        """Return the steps in an order in which each value is taken before it is used."""
        used = {key: self._list_values(exchange) for key, exchange in chosen.items()}
        ordered = list(_order(chosen, sources, used))
        places = {exchange.id: number for number, exchange in enumerate(ordered)}
        first_uses = {value: min(places[key] for key, own in used.items() if value in own) for value in sources}
        sources = {value: source for value, source in sources.items() if places[source.exchange] < first_uses[value]}
        names = {value: f"VALUE_{number}" for number, value in enumerate(sources, 1)}
        takes: dict[str, list[TakenValue]] = defaultdict(list)
        for value, source in sources.items():
            takes[source.exchange].append(TakenValue(names[value], value, source.pointer, source.is_segment))
        steps = [ReplayStep(exchange, tuple(takes[exchange.id])) for exchange in ordered]
        steps += [ReplayStep(exchange, is_cleanup=True) for exchange in cleanup if exchange.id not in chosen]
        values = sorted(names, key=len, reverse=True)
        addresses = _list_addresses(self._base)
        taken = tuple((value, Variable(names[value], "a value of an earlier response")) for value in values)
        return ReplaySteps(tuple(steps), (*addresses, *taken))


def _list_addresses(base_url: str) -> tuple[Substitution, ...]:
    """Return the variables for the base URL, and for its origin."""
    if not base_url:
        return ()
    origin = re.sub(r"^([a-z]+://[^/]+).*", r"\1", base_url)
    return (
        (base_url, Variable("EVCONFORM_BASE_URL", "the base URL of the API")),
        (origin, Variable("EVCONFORM_ORIGIN", "scheme, host and port of the API")),
    )


def _order(
    chosen: Mapping[str, Exchange], sources: Mapping[str, _Source], used: Mapping[str, tuple[str, ...]]
) -> Iterator[Exchange]:
    """Yield the exchanges in the order of sending, each after those that its values come from."""
    done: set[str] = set()

    def place(exchange: Exchange, path: frozenset[str]) -> Iterator[Exchange]:
        if exchange.id in done or exchange.id in path:
            return
        for value in used[exchange.id]:
            if value in sources and sources[value].exchange in chosen:
                yield from place(chosen[sources[value].exchange], path | {exchange.id})
        done.add(exchange.id)
        yield exchange

    for exchange in sorted(chosen.values(), key=lambda x: (x.sent_at, x.id)):
        yield from place(exchange, frozenset())


def _strip_query(exchange: Exchange) -> str:
    return exchange.request.target.partition("?")[0].rstrip("/")


def _read_parameters(path: str, operation: Operation | None) -> tuple[str, ...]:
    """Return the segments of a path that stand for parameters of its template; words, such as `EUROPE`, stay."""
    segments, template = path.split("/"), operation.path.split("/") if operation else []
    if len(segments) != len(template):
        return ()
    pairs = zip(segments, template, strict=True)
    return tuple(own for own, name in pairs if name.startswith("{") and any(letter.isdigit() for letter in own))


def _find_in_body(exchange: Exchange, value: str, near: str) -> _Source | None:
    """Return where a value stands in a response, of several places the one nearest to a pointer."""
    found = [source for source, text in _walk_texts(exchange) if text == value]
    return min(found, key=lambda s: (-_count_common(s.pointer, near), s.is_segment, len(s.pointer)), default=None)


def _count_common(first: str, second: str) -> int:
    """Return the number of leading tokens that two pointers have in common."""
    pairs = zip(first.split("/"), second.split("/"), strict=False)
    count = 0
    for own, other in pairs:
        if own != other:
            break
        count += 1
    return count


@lru_cache(maxsize=512)
def _walk_texts(exchange: Exchange) -> tuple[tuple[_Source, str], ...]:
    """Return the texts of a JSON body with their places; of URLs the last segment too."""
    body = exchange.response.body if exchange.response else b""
    try:
        places = tuple(_walk(json.loads(body), "")) if body else ()
    except (ValueError, RecursionError):
        return ()
    return tuple((_Source(exchange.id, pointer, is_segment), text) for pointer, is_segment, text in places)


def _walk(value: Any, pointer: str) -> Iterator[tuple[str, bool, str]]:
    if isinstance(value, str):
        yield pointer, False, value
        if "://" in value:
            yield pointer, True, value.partition("?")[0].rstrip("/").rpartition("/")[2]
    elif isinstance(value, dict):
        for name, member in value.items():
            yield from _walk(member, f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}")
    elif isinstance(value, list):
        for index, member in enumerate(value):
            yield from _walk(member, f"{pointer}/{index}")
