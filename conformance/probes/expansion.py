"""EXP: `expand` replaces links by what they point at, and changes nothing else."""

from collections.abc import Iterator

from conformance.answers import Answer, below, reader_of
from conformance.comparing import Difference, at, differences, told
from conformance.judging import observed, passed, quote, violated
from conformance.model import Expansion, Noticed, Operation, Outcome, Request, ResourceModel, Role, Verdict
from conformance.probes.arguments import Call, Missing, call_of, populated, untested
from conformance.probes.base import Need, Probe, Steps, ask
from conformance.probes.expanded import all_items, blank, lost, places, replaced, two_shapes
from conformance.probes.reading import plain_read
from conformance.subject import Subject

SINGLE = ("EXP-02", "EXP-03", "EXP-04", "EXP-05", "EXP-06", "EXP-07", "EXP-11")
LISTED = ("EXP-02", "EXP-03", "EXP-04", "EXP-05", "EXP-06", "EXP-08", "EXP-11")
_FETCHED = 2  # links of a list that are followed to compare


def _expandable(operation: Operation, model: ResourceModel) -> bool:
    return operation.method == "GET" and any(each.resolvable for each in operation.expansions)


def _single(operation: Operation, model: ResourceModel) -> bool:
    return _expandable(operation, model) and operation.role is not Role.LIST


def _listed(operation: Operation, model: ResourceModel) -> bool:
    return _expandable(operation, model) and operation.role is Role.LIST


def _paths(operation: Operation) -> tuple[Expansion, ...]:
    return tuple(sorted((e for e in operation.expansions if e.resolvable), key=lambda e: e.path.count(".")))


def _single_needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    paths = _paths(operation)
    asked = tuple(Need(f"read {operation.path} expand {each.path}") for each in paths)
    fetched = tuple(Need(f"follow {operation.path} {each.path}") for each in operation.first_expansions if each.target)
    both = (Need(f"read {operation.path} expand all", 2),) if len(paths) > 1 else ()
    return (*plain_read(operation, model), *asked, *fetched, *both)


def _listed_needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    return (
        *plain_read(operation, model),
        Need(f"read {operation.path} expand all"),
        Need(f"follow {operation.path} listed", _FETCHED),
    )


def single(operation: Operation, subject: Subject) -> Steps[None]:
    """Each documented path alone, then all at once in both orders, on one resource."""
    call = yield from call_of(operation, subject)
    if isinstance(call, Missing):
        yield from untested(SINGLE, operation, call)
        return
    plain = yield from ask(operation, call.request())
    if not plain.objects:
        return
    seen = {"": plain}
    for expansion in _paths(operation):
        answer = yield from ask(operation, call.request(("expand", expansion.path)))
        seen[expansion.path] = answer
        reference = seen.get(expansion.parent, plain)
        yield from replaced(reference, answer, expansion, subject)
        yield from _unchanged(call, reference, answer, (expansion,))
        if expansion in operation.first_expansions:
            yield from _equal_to_fetched(plain, answer, expansion, subject, 1)
    yield from _together(call, plain, seen)
    yield from _unjudged(plain, SINGLE)


def listed(operation: Operation, subject: Subject) -> Steps[None]:
    """All documented paths at once, on every item of the first page."""
    found = yield from populated(operation, subject)
    if isinstance(found, Missing):
        yield from untested(LISTED, operation, found)
        return
    call, plain = found
    paths = _paths(operation)
    answer = yield from ask(operation, call.request(*(("expand", each.path) for each in paths)))
    for expansion in paths:
        yield from replaced(plain if expansion in operation.first_expansions else None, answer, expansion, subject)
    yield from all_items(answer, paths)
    yield from _unchanged(call, plain, answer, operation.first_expansions)
    for expansion in [e for e in operation.first_expansions if e.resolvable][:_FETCHED]:
        yield from _equal_to_fetched(plain, answer, expansion, subject, 1, deep=paths)
    yield from _unjudged(plain, LISTED)


def _unjudged(plain: Answer, requirements: tuple[str, ...]) -> Iterator[Outcome]:
    """What no link gave occasion to judge; the fold lets any other verdict win."""
    for requirement in requirements:
        yield observed(plain, requirement, Verdict.NOT_APPLICABLE, "no link of the resources read gives occasion")


def _unchanged(call: Call, plain: Answer, answer: Answer, expansions: tuple[Expansion, ...]) -> Steps[None]:
    """EXP-05: other properties are as they were; one that changes by itself is named as volatile."""
    if not answer.ok or len(plain.objects) != len(answer.objects):
        return
    found = [
        Difference(where + each.pointer, each.old, each.new)
        for (where, old), (_, new) in zip(plain.objects, answer.objects, strict=True)
        for each in differences(blank(old, expansions), blank(new, expansions))
    ]
    if not found:
        yield passed(answer, "EXP-05")
        return
    again = yield from ask(answer.operation, call.request(fresh=True))
    for each in found:
        if at(again.json, each.pointer) != each.old:
            yield _volatile(answer.operation, each.pointer)
            continue
        yield violated(
            answer,
            "EXP-05",
            "expand changed a property that it does not name",
            expected=quote(told(each.old)),
            actual=quote(told(each.new)),
            pointer=each.pointer,
            also=(plain,),
        )


def _volatile(operation: Operation, pointer: str) -> Noticed:
    return Noticed("volatile-field", f"{pointer} changes between two identical reads; left out", operation.key)


def _equal_to_fetched(  # noqa: PLR0913 - what is compared, and how far
    plain: Answer,
    answer: Answer,
    expansion: Expansion,
    subject: Subject,
    most: int,
    *,
    deep: tuple[Expansion, ...] = (),
) -> Steps[None]:
    """EXP-04: what is shown equals the resource fetched at the link."""
    shown = [
        (place, place.link)
        for place in places(plain, answer, expansion)
        if isinstance(place.link, str) and isinstance(place.value, dict)
    ]
    inner = tuple(Expansion(e.path[len(expansion.path) + 1 :]) for e in deep if e.path.startswith(f"{expansion.path}."))
    for place, link in shown[-most:]:
        target = below(subject.target.base_url, link)
        reader = reader_of(target, subject.model) if target and "?" not in target else None
        if target is None or reader is None:
            continue
        fetched = yield from ask(reader, Request(reader.key, "GET", target))
        if not isinstance(fetched.json, dict) or not fetched.ok:
            reason = f"the link answers {fetched.status}"
            yield observed(answer, "EXP-04", Verdict.NOT_OBSERVABLE, reason, also=(fetched,))
            continue
        found = list(differences(blank(fetched.json, inner), blank(place.value, inner)))
        foreign = set(subject.validators.unknown_fields(expansion.schema, fetched.json)) if expansion.schema else set()
        found = [e for e in found if e.pointer not in foreign and not two_shapes(subject, expansion.schema, e)]
        if not found:
            yield passed(answer, "EXP-04")
            continue
        again = yield from ask(reader, Request(reader.key, "GET", target, fresh=True))
        for each in found:
            if at(again.json, each.pointer) != each.old:
                yield _volatile(reader, each.pointer)
                continue
            yield violated(
                answer,
                "EXP-04",
                f"what expand={expansion.path} shows differs from the resource itself",
                expected=quote(told(each.old)),
                actual=quote(told(each.new)),
                pointer=place.pointer + each.pointer,
                also=(fetched,),
            )


def _together(call: Call, plain: Answer, seen: dict[str, Answer]) -> Steps[None]:
    """EXP-07: several paths apply together, in any order, with the same result."""
    expansions = _paths(plain.operation)
    paths = [each.path for each in expansions]
    if len(paths) < 2 or not all(seen[path].ok for path in paths):
        return
    there = yield from ask(plain.operation, call.request(*(("expand", path) for path in paths)))
    back = yield from ask(plain.operation, call.request(*(("expand", path) for path in reversed(paths))))
    if not there.ok or not back.ok:
        refused = back if there.ok else there
        yield violated(
            refused, "EXP-07", "several expand parameters are refused", expected="2xx", actual=str(refused.status)
        )
        return
    complaints = [
        *((each, "the order of expand parameters changes the result") for each in differences(there.json, back.json)),
        *(
            (each, "an expansion is lost among others")
            for one in expansions
            for each in lost(seen[one.path], there, one)
        ),
    ]
    if not complaints:
        yield passed(there, "EXP-07")
        return
    again = yield from ask(plain.operation, call.request(fresh=True))
    for each, message in complaints[:5]:
        if at(again.json, each.pointer) != at(plain.json, each.pointer):
            yield _volatile(plain.operation, each.pointer)
            continue
        yield violated(
            there,
            "EXP-07",
            message,
            expected=quote(told(each.old)),
            actual=quote(told(each.new)),
            pointer=each.pointer,
            also=(back,),
        )


PROBES = (
    Probe("expansion", SINGLE, _single, _single_needs, single),
    Probe("list-expansion", LISTED, _listed, _listed_needs, listed),
)
