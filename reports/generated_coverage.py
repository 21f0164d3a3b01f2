"""Generated requests by kind and result, and the keywords of the description that they used."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from itertools import combinations
from urllib.parse import parse_qsl

import msgspec

from conformance.model import Generated, Keyword, KeywordsListed, Location, Operation
from reports.coverage import CoverageTotal
from reports.exchange_store import list_ids
from reports.summary import Summary

BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
LENGTHS = ("minLength", "maxLength", "minItems", "maxItems")
KINDS: Mapping[str, tuple[str, ...]] = {
    "values of enum": ("enum",),
    "numeric bounds": BOUNDS,
    "lengths": LENGTHS,
    "formats": ("format",),
    "patterns": ("pattern",),
    "optional, given": ("present",),
    "optional, left out": ("absent",),
    "edges without a keyword": ("not ASCII", "empty", "beyond 32 bits", "null", "repeated", "edge"),
}
"""Kinds of coverage, each with the names of its keywords."""
_BROKEN = "rules broken"
_PAIRS = "pairs of parameters"
_SHOWN: Mapping[str, tuple[str, ...]] = {
    "values of enum shown": ("enum",),
    "optional fields shown": ("present",),
    "optional fields left out": ("absent",),
    "nulls shown": ("null",),
}


class PlaceCount(msgspec.Struct, frozen=True):
    """The invalid requests of one place, such as `query:page_size`, and how many of them were refused."""

    place: str
    sent: int
    refused: int


class OperationGeneration(msgspec.Struct, frozen=True):
    """The generated requests of one operation.

    `valid` and `invalid` count requests by what they are on the wire; `accepted` those of the valid ones with a 2xx or
    3xx, `refused` those of the invalid ones with a 4xx, `failed` all with a 5xx. `unsent` are the keywords that no
    request used, by place.
    """

    key: str
    valid: int
    accepted: int
    invalid: int
    refused: int
    failed: int
    places: tuple[PlaceCount, ...]
    totals: tuple[CoverageTotal, ...]
    unsent: tuple[str, ...]

    @property
    def sent(self) -> int:
        """Return the number of generated requests."""
        return self.valid + self.invalid


class GenerationCoverage(msgspec.Struct, frozen=True):
    """The generated requests of a run; `phases` counts them by the phase of the generator that made them.

    `totals` add up the keywords of the operations that generated requests were sent to. `untouched` are the operations
    without any, by reason.
    """

    operations: tuple[OperationGeneration, ...]
    phases: tuple[tuple[str, int], ...]
    methods: tuple[tuple[str, int], ...]
    totals: tuple[CoverageTotal, ...]
    untouched: tuple[tuple[str, tuple[str, ...]], ...]

    def count(self, name: str) -> int:
        """Return the sum of one count of all operations, such as `sent` or `refused`."""
        return sum(getattr(operation, name) for operation in self.operations)


def measure_generation(summary: Summary) -> GenerationCoverage:
    """Return what the generated requests of a run were, operations in the order of the description."""
    by_operation: dict[str, list[Generated]] = defaultdict(list)
    for note in summary.generated:
        by_operation[note.operation].append(note)
    listed = {keywords.operation: keywords for keywords in summary.keywords}
    noted = {note.exchange for note in summary.generated}
    queries = {
        key: summary.exchanges[place].request.target.partition("?")[2]
        for place, key in enumerate(list_ids(summary.exchanges))
        if key in noted
    }
    model_operations = summary.model.operations if summary.model else ()
    measured = tuple(
        _measure_operation(
            operation, by_operation[operation.key], listed.get(operation.key, KeywordsListed(operation.key)), queries
        )
        for operation in model_operations
        if operation.key in by_operation
    )
    methods = Counter(key.partition(" ")[0] for key, notes in by_operation.items() for _ in notes)
    return GenerationCoverage(
        measured,
        tuple(sorted(Counter(note.phase for note in summary.generated).items())),
        tuple(sorted(methods.items())),
        _add_totals(measured),
        _explain_untouched(summary, by_operation, model_operations),
    )


def _measure_operation(
    operation: Operation, notes: list[Generated], listed: KeywordsListed, queries: Mapping[str, str]
) -> OperationGeneration:
    sent = {keyword for note in notes for keyword in note.sent}
    shown = {keyword for note in notes for keyword in note.shown}
    valid = [note for note in notes if not note.place]
    invalid = [note for note in notes if note.place]
    by_place: dict[str, list[Generated]] = defaultdict(list)
    for note in invalid:
        by_place[note.place].append(note)
    return OperationGeneration(
        operation.key,
        len(valid),
        sum(note.status // 100 in {2, 3} for note in valid),
        len(invalid),
        sum(note.status // 100 == 4 for note in invalid),
        sum(note.status >= 500 for note in notes),
        tuple(
            PlaceCount(place, len(cases), sum(case.status // 100 == 4 for case in cases))
            for place, cases in sorted(by_place.items())
        ),
        (
            *_count_kinds(KINDS, listed.sendable, sent),
            _count_broken(listed.sendable, sent),
            _count_pairs(operation, [queries.get(note.exchange, "") for note in notes]),
            *_count_kinds(_SHOWN, listed.showable, shown),
        ),
        tuple(_describe(keyword) for keyword in sorted(set(listed.sendable) - sent)),
    )


def _describe(keyword: Keyword) -> str:
    return f"{keyword.place} {keyword.name} {keyword.value}".rstrip()


def _count_kinds(
    kinds: Mapping[str, tuple[str, ...]], known: Iterable[Keyword], used: set[Keyword]
) -> Iterable[CoverageTotal]:
    documented = list(known)
    for kind, names in kinds.items():
        offered = [keyword for keyword in documented if keyword.name in names]
        yield CoverageTotal(kind, sum(keyword in used for keyword in offered), len(offered))


def _count_broken(known: Iterable[Keyword], used: set[Keyword]) -> CoverageTotal:
    offered = [keyword for keyword in known if keyword.is_broken]
    return CoverageTotal(_BROKEN, sum(keyword in used for keyword in offered), len(offered))


def _count_pairs(operation: Operation, queries: Iterable[str]) -> CoverageTotal:
    """Return how many pairs of optional query parameters were sent together."""
    paging = operation.pagination
    cursors = {paging.after, paging.before} if paging else set()
    names = [p.name for p in operation.parameters if p.location is Location.QUERY and not p.required]
    optional = sorted({name for name in names if name not in cursors})
    given = [{name for name, _ in parse_qsl(query, keep_blank_values=True)} for query in queries]
    pairs = {pair for names in given for pair in combinations([name for name in optional if name in names], 2)}
    return CoverageTotal(_PAIRS, len(pairs), len(optional) * (len(optional) - 1) // 2)


def _add_totals(operations: Iterable[OperationGeneration]) -> tuple[CoverageTotal, ...]:
    used: Counter[str] = Counter()
    offered: Counter[str] = Counter()
    for operation in operations:
        for total in operation.totals:
            used[total.name] += total.used
            offered[total.name] += total.offered
    return tuple(CoverageTotal(name, used[name], count) for name, count in offered.items() if count)


def _explain_untouched(
    summary: Summary, touched: Mapping[str, object], operations: Iterable[Operation]
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return the operations without a generated request by reason: writes that are off, or no budget for them."""
    may_write = summary.started is not None and summary.started.target.may_write
    reasons: dict[str, list[str]] = defaultdict(list)
    for operation in operations:
        if operation.key in touched:
            continue
        if operation.is_safe:
            reason = "no budget was left for them, or no value is known for their path"
        elif may_write:
            reason = "they have an effect that needs more than --allow-writes, no JSON body, or no budget was left"
        else:
            reason = "writes are off (--allow-writes, where the target allows it)"
        reasons[reason].append(operation.key)
    return tuple((reason, tuple(keys)) for reason, keys in sorted(reasons.items()))
