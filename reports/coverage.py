"""The coverage of the description: operations, statuses, parameters, expansions and fields that the run used."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from hashlib import sha256
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

import msgspec

from conformance.model import Exchange, Location, Operation, ResourceModel

_DIGEST_BYTES = 16


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


def measure_coverage(exchanges: Iterable[Exchange], model: ResourceModel | None) -> tuple[OperationCoverage, ...]:
    """Return one entry for each operation of the description, in its order; empty where the log holds no description.

    A request that was sent to an operation with another method (to be refused, or HEAD for GET) does not count.
    """
    used: dict[str, _OperationUse] = defaultdict(_OperationUse)
    for exchange in exchanges:
        if exchange.request.operation.startswith(f"{exchange.request.method} "):
            used[exchange.request.operation].add_exchange(exchange)
    return tuple(_cover_operation(operation, used[operation.key]) for operation in (model.operations if model else ()))


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


class _OperationUse:
    """The use of one operation by its exchanges, counted one by one."""

    def __init__(self) -> None:
        self.requests = 0
        self.statuses: Counter[int] = Counter()
        self.parameters: Counter[str] = Counter()  # of the query
        self.headers: Counter[str] = Counter()
        self.expansions: Counter[str] = Counter()
        self.fields: Counter[str] = Counter()  # in different bodies
        self._bodies: set[bytes] = set()  # digests

    def add_exchange(self, exchange: Exchange) -> None:
        """Count what one exchange used."""
        query = parse_qsl(urlsplit(exchange.url).query, keep_blank_values=True)
        is_success = 200 <= exchange.status < 300
        self.requests += 1
        self.parameters.update({name for name, _ in query})
        self.headers.update({name.lower() for name in {name for name, _ in exchange.request.headers}})
        if is_success:
            self.expansions.update({value for name, value in query if name == "expand"})
        if exchange.response:
            self.statuses[exchange.status] += 1
        if is_success and exchange.response and exchange.response.body:
            self._count_fields(exchange.response.body)

    def _count_fields(self, body: bytes) -> None:
        digest = sha256(body).digest()[:_DIGEST_BYTES]
        if digest in self._bodies:
            return
        self._bodies.add(digest)
        fields: set[str] = set()
        with suppress(msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            _collect_paths(msgspec.json.decode(body), "", fields)
        self.fields.update(fields)


def _cover_operation(operation: Operation, used: _OperationUse) -> OperationCoverage:
    return OperationCoverage(
        key=operation.key,
        deprecated=operation.deprecated,
        requests=used.requests,
        statuses=_cover_statuses(operation, used.statuses),
        parameters=tuple(UsedElement(p.name, _count_parameter(p.name, p.location, used)) for p in operation.parameters),
        expansions=tuple(
            UsedElement(expansion.path, used.expansions[expansion.path]) for expansion in operation.expansions
        ),
        fields=tuple(UsedElement(name, used.fields[name]) for name in operation.fields),
        beyond=tuple(sorted(used.fields.keys() - set(operation.fields))),
    )


def _count_parameter(name: str, location: Location, used: _OperationUse) -> int:
    if location is Location.QUERY:
        return used.parameters[name]
    if location is Location.HEADER:
        return used.headers[name.lower()]
    return used.requests if location is Location.PATH else 0


def _cover_statuses(operation: Operation, seen: Mapping[int, int]) -> tuple[UsedElement, ...]:
    counts = Counter[str]()
    undocumented = []
    for status, times in sorted(seen.items()):
        spec = operation.find_response(status)
        if spec is None:
            undocumented.append(UsedElement(str(status), times, documented=False))
        else:
            counts[spec.status] += times
    return (*(UsedElement(response.status, counts[response.status]) for response in operation.responses), *undocumented)


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
