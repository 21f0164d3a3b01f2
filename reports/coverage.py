"""The coverage of the description: operations, statuses, parameters, expansions and fields that the run used."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

import msgspec

from conformance.model import Exchange, Location, Operation
from reports.summary import Summary


class UsedElement(msgspec.Struct, frozen=True):
    """Something that the description offers, and how often the run used it."""

    name: str
    times: int
    documented: bool = True


class OperationCoverage(msgspec.Struct, frozen=True):
    """The coverage of one operation.

    `fields` are paths in 2xx JSON bodies, dots between levels, `[]` for arrays, with the number of different bodies
    that showed them. `beyond` are other paths that were seen: inside expanded objects, or where the description allows
    any property.
    """

    key: str
    deprecated: bool
    requests: int
    statuses: tuple[UsedElement, ...]
    parameters: tuple[UsedElement, ...]
    expansions: tuple[UsedElement, ...]
    fields: tuple[UsedElement, ...]
    beyond: tuple[str, ...]

    kinds: ClassVar[tuple[str, ...]] = ("statuses", "parameters", "expansions", "fields")

    def total(self, kind: str) -> "CoverageTotal":
        """Return how many elements of one kind are documented, and how many of them were seen."""
        offered = [seen for seen in getattr(self, kind) if seen.documented]
        return CoverageTotal(kind, sum(seen.times > 0 for seen in offered), len(offered))

    def list_unseen(self, kind: str) -> tuple[str, ...]:
        """Return the names of the documented elements of one kind that were not seen."""
        return tuple(seen.name for seen in getattr(self, kind) if seen.documented and not seen.times)


class CoverageTotal(msgspec.Struct, frozen=True):
    """The number of elements of one kind in the description, and how many of them were used."""

    name: str
    used: int
    offered: int


def measure_coverage(summary: Summary) -> tuple[OperationCoverage, ...]:
    """Return one entry for each operation of the description, in its order; empty where the log holds no description.

    A request that was sent to an operation with another method (to be refused, or HEAD for GET) does not count.
    """
    by_operation: dict[str, list[Exchange]] = defaultdict(list)
    for exchange in summary.exchanges:
        if exchange.request.operation.startswith(f"{exchange.request.method} "):
            by_operation[exchange.request.operation].append(exchange)
    return tuple(
        _cover_operation(operation, by_operation[operation.key])
        for operation in (summary.model.operations if summary.model else ())
    )


def sum_coverage(covered: Iterable[OperationCoverage]) -> tuple[CoverageTotal, ...]:
    """Return the totals of operations, statuses, parameters, expansions and fields."""
    listed = tuple(covered)
    kinds = {kind: [operation.total(kind) for operation in listed] for kind in OperationCoverage.kinds}
    return (
        CoverageTotal("operations", sum(bool(operation.requests) for operation in listed), len(listed)),
        *(
            CoverageTotal(kind, sum(t.used for t in totals), sum(t.offered for t in totals))
            for kind, totals in kinds.items()
        ),
    )


def _cover_operation(operation: Operation, exchanges: list[Exchange]) -> OperationCoverage:
    queries = [parse_qsl(urlsplit(exchange.url).query, keep_blank_values=True) for exchange in exchanges]
    names = Counter(name for query in queries for name in {name for name, _ in query})
    headers = Counter(name.lower() for exchange in exchanges for name in {name for name, _ in exchange.request.headers})
    walked = Counter(
        value
        for query, exchange in zip(queries, exchanges, strict=True)
        if 200 <= exchange.status < 300
        for value in {value for name, value in query if name == "expand"}
    )
    shown = _count_fields(exchanges)
    return OperationCoverage(
        key=operation.key,
        deprecated=operation.deprecated,
        requests=len(exchanges),
        statuses=_cover_statuses(operation, exchanges),
        parameters=tuple(
            UsedElement(p.name, _count_parameter(p.name, p.location, names, headers, len(exchanges)))
            for p in operation.parameters
        ),
        expansions=tuple(UsedElement(expansion.path, walked[expansion.path]) for expansion in operation.expansions),
        fields=tuple(UsedElement(name, shown[name]) for name in operation.fields),
        beyond=tuple(sorted(shown.keys() - set(operation.fields))),
    )


def _count_parameter(
    name: str, location: Location, query: Mapping[str, int], headers: Mapping[str, int], requests: int
) -> int:
    if location is Location.QUERY:
        return query[name]
    if location is Location.HEADER:
        return headers[name.lower()]
    return requests if location is Location.PATH else 0


def _cover_statuses(operation: Operation, exchanges: Iterable[Exchange]) -> tuple[UsedElement, ...]:
    seen = Counter(exchange.status for exchange in exchanges if exchange.response)
    counts = Counter[str]()
    undocumented = []
    for status, times in sorted(seen.items()):
        spec = operation.find_response(status)
        if spec is None:
            undocumented.append(UsedElement(str(status), times, documented=False))
        else:
            counts[spec.status] += times
    return (*(UsedElement(response.status, counts[response.status]) for response in operation.responses), *undocumented)


def _count_fields(exchanges: Iterable[Exchange]) -> Counter[str]:
    """Return by field how many different bodies showed it."""
    bodies = dict.fromkeys(
        exchange.response.body
        for exchange in exchanges
        if exchange.response and 200 <= exchange.status < 300 and exchange.response.body
    )
    counts = Counter[str]()
    for body in bodies:
        fields: set[str] = set()
        with suppress(msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            _collect_paths(msgspec.json.decode(body), "", fields)
        counts.update(fields)
    return counts


def _collect_paths(value: Any, path: str, paths: set[str]) -> None:
    if isinstance(value, dict):
        for key, member in value.items():
            inner = f"{path}.{key}" if path else str(key)
            paths.add(inner)
            if isinstance(member, dict | list):
                _collect_paths(member, inner, paths)
    elif isinstance(value, list):
        for member in value:
            if isinstance(member, dict | list):
                _collect_paths(member, f"{path}[]", paths)
