"""What the run exercised of the description: operations, statuses, parameters, expansions, fields."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

import msgspec

from conformance.model import Exchange, Location, Operation
from reports.summary import Summary


class Seen(msgspec.Struct, frozen=True):
    """Something that the description offers, and how often the run used it."""

    name: str
    times: int
    documented: bool = True


class OperationCoverage(msgspec.Struct, frozen=True):
    """What was used of one operation.

    `fields` are paths in 2xx JSON bodies, dots between levels, `[]` for arrays, with the number of different bodies
    that showed them; `beyond` are those seen besides: inside expanded objects, or where the description leaves it open.
    """

    key: str
    deprecated: bool
    requests: int
    statuses: tuple[Seen, ...]
    parameters: tuple[Seen, ...]
    expansions: tuple[Seen, ...]
    fields: tuple[Seen, ...]
    beyond: tuple[str, ...]

    kinds: ClassVar[tuple[str, ...]] = ("statuses", "parameters", "expansions", "fields")

    def total(self, kind: str) -> "Total":
        """Seen and documented of one kind."""
        offered = [each for each in getattr(self, kind) if each.documented]
        return Total(kind, sum(each.times > 0 for each in offered), len(offered))

    def unseen(self, kind: str) -> tuple[str, ...]:
        """The names of what is documented of one kind and was not seen."""
        return tuple(each.name for each in getattr(self, kind) if each.documented and not each.times)


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
    """Operations, statuses, parameters, expansions and fields: used and offered."""
    listed = tuple(covered)
    kinds = {kind: [each.total(kind) for each in listed] for kind in OperationCoverage.kinds}
    return (
        Total("operations", sum(bool(each.requests) for each in listed), len(listed)),
        *(Total(kind, sum(t.used for t in found), sum(t.offered for t in found)) for kind, found in kinds.items()),
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
    shown = _fields(exchanges)
    return OperationCoverage(
        key=operation.key,
        deprecated=operation.deprecated,
        requests=len(exchanges),
        statuses=_statuses(operation, exchanges),
        parameters=tuple(
            Seen(p.name, _sent(p.name, p.location, names, headers, len(exchanges))) for p in operation.parameters
        ),
        expansions=tuple(Seen(each.path, walked[each.path]) for each in operation.expansions),
        fields=tuple(Seen(name, shown[name]) for name in operation.fields),
        beyond=tuple(sorted(shown.keys() - set(operation.fields))),
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


def _fields(exchanges: Iterable[Exchange]) -> Counter[str]:
    """How many different bodies showed a field."""
    bodies = dict.fromkeys(
        each.response.body for each in exchanges if each.response and 200 <= each.status < 300 and each.response.body
    )
    found = Counter[str]()
    for body in bodies:
        fields: set[str] = set()
        with suppress(msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            _collect(msgspec.json.decode(body), "", fields)
        found.update(fields)
    return found


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
