"""CON-02, EXP-04 and EXP-05: a resource shows the same in its list, alone, expanded, and beside an expansion. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from conformance.evidence.outcomes import quote_json
from conformance.evidence.representations import FieldStanding, find_standing
from conformance.evidence.subject import Subject
from conformance.execution.history_folds import is_shown_both_ways, replace_expansions
from conformance.execution.sightings import Sighting, Sightings, Stillness
from conformance.model import Operation, Outcome, Role, Verdict
from conformance.model.pointers import fold_indices
from conformance.traffic.relations.comparisons import Comparison
from conformance.traffic.relations.reads import Reads

_UPDATES = ("updated_at", "last_updated_at", "ticket_updated_at")
_LATEST = ("latest_", "current_")  # links that move on by themselves
_MANY_MISSING = 3  # properties at once, which no change of the world takes away
_ABSENT = "(absent)"
_MISSING = object()


class ShowingPlace(NamedTuple):
    """A place that shows a resource: the operation, the pointer in its body, and whether the read expanded anything.

    `parameters` are the others of a read that is no list: they may choose what it shows, as those of statistics do.
    """

    operation: str
    pointer: str
    is_expanded: bool
    parameters: str = ""


class Showing(NamedTuple):
    """A sighting, the place of it, and its properties by path, with links in the place of expanded resources."""

    sighting: Sighting
    place: ShowingPlace
    values: dict[str, Any]


class AgreementRule(NamedTuple):
    """The requirement that two places of one resource agree, where it is judged, and what a difference means."""

    requirement: str
    operation: str
    message: str


def compare_representations(reads: Reads, sightings: Sightings, subject: Subject) -> Iterator[Comparison]:
    """Yield the comparisons of what different places show of one resource, property by property."""
    comparer = _Comparer(sightings, reads, subject)
    for url, history in sightings.iterate_histories():
        contexts: dict[tuple[str, ...], list[Showing]] = defaultdict(list)
        for sighting in history:
            if subject.model.operations_by_key[sighting.operation].method == "GET":
                contexts[sighting.context].append(comparer.describe(sighting))
        for showings in contexts.values():
            yield from comparer.compare(url, showings)
        comparer.forget_bodies()


class _Comparer:
    """Compares the showings of one resource at two places."""

    def __init__(self, sightings: Sightings, reads: Reads, subject: Subject) -> None:
        self._sightings, self._reads, self._subject = sightings, reads, subject
        self._standing = lru_cache(maxsize=1 << 14)(self._find_standing)
        self._passed: dict[tuple[AgreementRule, str], set[str]] = defaultdict(set)
        """By rule and place, the properties that agreed once."""
        self._values: dict[int, dict[str, Any]] = {}  # by identity of a body, which equal sightings share

    def forget_bodies(self) -> None:
        """Forget the bodies of one resource; another may have a body at the same place in memory."""
        self._values.clear()

    def describe(self, sighting: Sighting) -> Showing:
        """Return a sighting with its place and its properties."""
        query = sighting.target.partition("?")[2]
        operation = self._subject.model.operations_by_key[sighting.operation]
        others = sorted(field for field in query.split("&") if not field.startswith("expand="))
        parameters = "" if operation.role is Role.LIST else "&".join(others)
        place = ShowingPlace(sighting.operation, fold_indices(sighting.pointer), "expand=" in query, parameters)
        values = self._values.get(id(sighting.body))
        if values is None:
            values = self._values[id(sighting.body)] = replace_expansions(sighting.body)
        return Showing(sighting, place, values)

    def compare(self, url: str, showings: list[Showing]) -> Iterator[Comparison]:
        """Yield the comparisons of each showing with those of another place that are nearest in time."""
        by_place: dict[ShowingPlace, list[Showing]] = defaultdict(list)
        for showing in showings:
            by_place[showing.place].append(showing)
        for place, ours in by_place.items():
            references: dict[AgreementRule, list[Showing]] = defaultdict(list)
            for other, theirs in by_place.items():
                rule = self._find_rule(place, other)
                if rule and not (rule.requirement == "CON-02" and _is_better_shown(place, by_place)):
                    references[rule] += theirs
            for rule, known in references.items():
                known.sort(key=lambda showing: showing.sighting.began)
                for showing in ours[:_MAX_SHOWINGS]:
                    yield from self._compare_one(url, showing, ours, known, rule)

    def _find_rule(self, place: ShowingPlace, reference: ShowingPlace) -> AgreementRule | None:
        """Return the rule by which a place is judged beside another one; None for none.

        The reference is where the resource is shown with less in between: plain before expanded, alone before listed.
        """
        operations = self._subject.model.operations_by_key
        ours, theirs = operations[place.operation], operations[reference.operation]
        is_nested, is_reference_nested = _is_nested(place, ours.role), _is_nested(reference, theirs.role)
        if place == reference or is_reference_nested:
            return None
        is_same = place.operation == reference.operation
        if reference.parameters != (place.parameters if is_same and not is_nested else ""):
            return None
        if is_nested:
            message = f"what stands at {place.pointer} differs from the resource itself"
            return AgreementRule("EXP-04", place.operation, message) if theirs.role in _SINGLE | {Role.LIST} else None
        if is_same:
            message = "expand changes a property that it does not name"
            is_beside = place.is_expanded and not reference.is_expanded and place.pointer == reference.pointer
            return AgreementRule("EXP-05", place.operation, message) if is_beside else None
        is_item = ours.role in _SINGLE and not place.parameters
        if is_item and theirs.role is Role.LIST and ours.resource == theirs.resource:
            return AgreementRule("CON-02", place.operation, "the item differs from what its list shows")
        return None

    def _compare_one(
        self, url: str, showing: Showing, ours: list[Showing], references: list[Showing], rule: AgreementRule
    ) -> Iterator[Comparison]:
        """Compare one showing with the last reference before it and the first after it.

        `ours` are all showings at its place.
        """
        sighting = showing.sighting
        before = next((r for r in reversed(references) if r.sighting.ended <= sighting.began), None)
        after = next((r for r in references if r.sighting.began >= sighting.ended), None)
        nearest = [reference for reference in (before, after) if reference is not None]
        if not nearest:
            return
        nearest.sort(key=lambda reference: abs(reference.sighting.began - sighting.began))
        begin = min(one.sighting.began for one in (*nearest, showing))
        end = max(one.sighting.ended for one in (*nearest, showing))
        if not self._reads.has_write(begin, end):
            around = _find_around(nearest[0], ours) if not self._reads.has_write(*_get_time_span(ours)) else ()
            yield from self._compare_values(url, showing, nearest, references, rule, around)

    def _compare_values(  # noqa: PLR0913 - both sides, and what stands before and after each
        self,
        url: str,
        showing: Showing,
        nearest: list[Showing],
        references: list[Showing],
        rule: AgreementRule,
        around: tuple[Showing, ...],
    ) -> Iterator[Comparison]:
        """Compare the properties of a showing with those of the nearest reference; each place passes once.

        `around` are showings at the same place before and after that reference.
        """
        reference, sighting = nearest[0], showing.sighting
        ids = (sighting.exchange, *(r.sighting.exchange for r in nearest))
        is_near = self._reads.are_near(reference.sighting.began, sighting.began)
        passed = self._passed[rule, showing.place.pointer]
        is_thin = len(reference.values.keys() - showing.values.keys()) >= _MANY_MISSING
        for name in dict.fromkeys((*reference.values, *showing.values)):
            old, new = reference.values.get(name, _MISSING), showing.values.get(name, _MISSING)
            is_same = old == new
            if (is_same and name in passed) or not self._is_comparable(name, old, new, showing, reference):
                continue
            stillness = self._sightings.find_stillness(sighting.resource, name)
            where = f"{showing.place.pointer}/{name}"
            if stillness is Stillness.UNDOCUMENTED:
                continue
            if is_same:
                passed.add(name)
                yield Comparison(Outcome(rule.requirement, rule.operation, Verdict.PASS, exchanges=ids[:2]), where, url)
                continue
            may_move = stillness is Stillness.MEASURED or name.startswith(_LATEST)
            is_framed = len(nearest) > 1 and all(r.values.get(name, _MISSING) == old for r in nearest)
            is_framed = is_framed or (bool(around) and all(s.values.get(name, _MISSING) == new for s in around))
            is_framed = is_framed or (is_thin and new is _MISSING) or _differs_in_slash(old, new)
            is_own = not may_move and not _is_link(old) and not _is_link(new)  # links may be those of others, mirrored
            is_framed = is_framed or (is_own and _has_same_update(reference, showing))
            may_move = may_move and not (is_thin and new is _MISSING)
            outcome = Outcome(
                rule.requirement, rule.operation, Verdict.FAIL, rule.message, _quote(old), _quote(new),
                f"{sighting.pointer}/{name}", ids,
            )  # fmt: skip
            repetitions = _count_repetitions(name, references) if may_move else 0
            yield Comparison(outcome, where, url, is_framed, is_near, may_move, repetitions, new is _MISSING)

    def _is_comparable(self, name: str, old: Any, new: Any, showing: Showing, reference: Showing) -> bool:
        """Return whether a property that one or both show must be in both, by both schemas."""
        is_one_sided = old is _MISSING or new is _MISSING
        if (is_one_sided and (old is None or new is None)) or is_shown_both_ways((old, new)):
            return False
        if is_one_sided and all(_has_value(name, side.sighting.body) for side in (showing, reference)):
            return False  # what stands in one of them is expanded
        needed = FieldStanding.IN_ALL_FORMS if is_one_sided else FieldStanding.IN_SOME_FORMS
        schemas = (self._find_schema(showing), self._find_schema(reference))
        return all(self._standing(schema, f"/{name}") >= needed for schema in schemas if schema)

    def _find_schema(self, showing: Showing) -> str:
        operation = self._subject.model.operations_by_key[showing.place.operation]
        if _is_nested(showing.place, operation.role):
            return self._find_expanded_schema(operation, showing)
        return operation.item_schema

    def _find_expanded_schema(self, operation: Operation, showing: Showing) -> str:
        """Return the schema of an expanded object: that of its expansion, else that of its resource."""
        names = [token for token in showing.place.pointer.split("/") if token not in {"", "*"}]
        for expansion in operation.expansions:
            path = f"{expansion.within}.{expansion.path}" if expansion.within else expansion.path
            if path.replace("[]", "").split(".") == names and expansion.schema:
                return expansion.schema
        resource = self._subject.model.resources_by_name.get(showing.sighting.resource)
        return resource.schema if resource else ""

    def _find_standing(self, schema: str, pointer: str) -> FieldStanding:
        return find_standing(self._subject.description, schema, pointer)


_SINGLE = frozenset({Role.ITEM, Role.SINGLETON})
_MAX_SHOWINGS = 8  # of a resource at one place, which are compared with each other place


def _is_nested(place: ShowingPlace, role: Role) -> bool:
    """Return whether a resource stands inside another one, and not as an item or alone."""
    depth = place.pointer.strip("/").count("/") + bool(place.pointer)
    return depth > (2 if role is Role.LIST else 0) or (role is Role.LIST and not place.pointer.endswith("*"))


def _is_better_shown(place: ShowingPlace, places: Iterable[ShowingPlace]) -> bool:
    """Return whether a resource was also read plainly where it was read with an expansion: EXP-05 compares the two."""
    return place.is_expanded and place._replace(is_expanded=False) in places


def _get_time_span(showings: list[Showing]) -> tuple[float, float]:
    """Return when the first showing began and the last one ended."""
    return showings[0].sighting.began, max(showing.sighting.ended for showing in showings)


def _find_around(reference: Showing, ours: list[Showing]) -> tuple[Showing, ...]:
    """Return the last showing before a reference and the first after it; empty without both."""
    before = next((s for s in reversed(ours) if s.sighting.ended <= reference.sighting.began), None)
    after = next((s for s in ours if s.sighting.began >= reference.sighting.ended), None)
    return (before, after) if before and after else ()


def _has_same_update(one: Showing, other: Showing) -> bool:
    """Return whether both say that the resource was last updated at the same moment."""
    return any(one.values.get(name) and one.values[name] == other.values.get(name) for name in _UPDATES)


def _has_value(path: str, body: Any) -> bool:
    """Return whether a body has a property, whatever stands there."""
    for name in path.split("/"):
        if not isinstance(body, dict) or name not in body:
            return False
        body = body[name]
    return True


def _is_link(value: Any) -> bool:
    """Return whether a value is a URL, or a list of URLs."""
    values = value if isinstance(value, list) else [value]
    return any(isinstance(one, str) and "://" in one for one in values)


def _differs_in_slash(one: Any, other: Any) -> bool:
    """Return whether two values are one URL with a slash at its end and without: no change of the data explains it."""
    return isinstance(one, str) and isinstance(other, str) and _is_link(one) and one.rstrip("/") == other.rstrip("/")


def _count_repetitions(name: str, references: list[Showing]) -> int:
    """Return how often a value came again at one place; -1 where another one came."""
    values = [reference.values.get(name, _MISSING) for reference in references]
    return len(values) - 1 if all(value == values[0] for value in values) else -1


def _quote(value: Any) -> str:
    return _ABSENT if value is _MISSING else quote_json(value)
