"""What the run exercised of the description: operations, statuses, parameters, expansions, fields."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec

from conformance.model import Exchange, Location, Operation
from reports.summary import Summary

BODIES_READ = 25
"""Distinct bodies of one operation that are looked through for fields; more rarely show another one."""


class Seen(msgspec.Struct, frozen=True):
    """Something that the description offers, and how often the run used it."""

    name: str
    times: int
    documented: bool = True


class OperationCoverage(msgspec.Struct, frozen=True):
    """What was used of one operation; `fields` are paths seen in 2xx bodies, dots between levels, `[]` for arrays."""

    key: str
    deprecated: bool
    requests: int
    statuses: tuple[Seen, ...]
    parameters: tuple[Seen, ...]
    expansions: tuple[Seen, ...]
    fields: tuple[str, ...]


class Total(msgspec.Struct, frozen=True):
    """How many of what the description offers were used."""

    name: str
    used: int
    offered: int


def coverage(summary: Summary) -> tuple[OperationCoverage, ...]:
    """One entry an operation of the description, in its order; nothing without a description in the log.

    A request sent to an operation with another method (to be refused, or HEAD for GET) is not one of it.
    """
    by_operation: dict[str, list[Exchange]] = defaultdict(list)
    for each in summary.exchanges:
        if each.request.operation.startswith(f"{each.request.method} "):
            by_operation[each.request.operation].append(each)
    return tuple(_covered(each, by_operation[each.key]) for each in (summary.model.operations if summary.model else ()))


def totals(covered: Iterable[OperationCoverage]) -> tuple[Total, ...]:
    """Operations, statuses, parameters and expansions: used and offered."""
    listed = tuple(covered)
    kinds = {
        "statuses": [s for each in listed for s in each.statuses],
        "parameters": [s for each in listed for s in each.parameters],
        "expand paths": [s for each in listed for s in each.expansions],
    }
    return (
        Total("operations", sum(bool(each.requests) for each in listed), len(listed)),
        *(
            Total(name, sum(s.documented and s.times > 0 for s in seen), sum(s.documented for s in seen))
            for name, seen in kinds.items()
        ),
    )


def _covered(operation: Operation, exchanges: list[Exchange]) -> OperationCoverage:
    queries = [parse_qsl(urlsplit(each.url).query, keep_blank_values=True) for each in exchanges]
    names = Counter(name for query in queries for name in {name for name, _ in query})
    headers = Counter(name.lower() for each in exchanges for name in {name for name, _ in each.request.headers})
    walked = Counter(
        value
        for query, each in zip(queries, exchanges, strict=True)
        if 200 <= each.status < 300
        for value in {value for name, value in query if name == "expand"}
    )
    return OperationCoverage(
        key=operation.key,
        deprecated=operation.deprecated,
        requests=len(exchanges),
        statuses=_statuses(operation, exchanges),
        parameters=tuple(
            Seen(p.name, _sent(p.name, p.location, names, headers, len(exchanges))) for p in operation.parameters
        ),
        expansions=tuple(Seen(each.path, walked[each.path]) for each in operation.expansions),
        fields=_fields(exchanges),
    )


def _sent(name: str, location: Location, query: Mapping[str, int], headers: Mapping[str, int], requests: int) -> int:
    if location is Location.QUERY:
        return query[name]
    if location is Location.HEADER:
        return headers[name.lower()]
    return requests if location is Location.PATH else 0


def _statuses(operation: Operation, exchanges: Iterable[Exchange]) -> tuple[Seen, ...]:
    seen = Counter(each.status for each in exchanges if each.response)
    found = Counter[str]()
    undocumented = []
    for status, times in sorted(seen.items()):
        spec = operation.response(status)
        if spec is None:
            undocumented.append(Seen(str(status), times, documented=False))
        else:
            found[spec.status] += times
    return (*(Seen(each.status, found[each.status]) for each in operation.responses), *undocumented)


def _fields(exchanges: Iterable[Exchange]) -> tuple[str, ...]:
    bodies = dict.fromkeys(
        each.response.body for each in exchanges if each.response and 200 <= each.status < 300 and each.response.body
    )
    found: set[str] = set()
    for body in list(bodies)[:BODIES_READ]:
        try:
            _collect(msgspec.json.decode(body), "", found)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue
    return tuple(sorted(found))


def _collect(value: Any, path: str, found: set[str]) -> None:
    if isinstance(value, dict):
        for key, each in value.items():
            inner = f"{path}.{key}" if path else str(key)
            found.add(inner)
            if isinstance(each, dict | list):
                _collect(each, inner, found)
    elif isinstance(value, list):
        for each in value:
            if isinstance(each, dict | list):
                _collect(each, f"{path}[]", found)
