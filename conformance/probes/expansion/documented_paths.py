"""EXP: `expand` replaces links by the resources that they lead to, and changes nothing else."""

from collections.abc import Iterator

import msgspec

from conformance.evidence.differences import Difference, differences
from conformance.evidence.outcomes import observed, passed, quote, violated
from conformance.evidence.responses import Answer, below, match_path, values_at
from conformance.evidence.subject import Subject
from conformance.model import Expansion, Noticed, Operation, Outcome, ResourceModel, Role, Verdict
from conformance.probes.expansion.judgements import all_items, blank, lost, places, replaced
from conformance.probes.expansion.resource_equality import equal_to_fetched, equal_to_listed
from conformance.probes.responses.plain_reads import plain_read
from conformance.probes.toolkit.base import Need, Probe, Steps, ask
from conformance.probes.toolkit.calls import Call, Missing, call_of, populated, untested
from conformance.probes.toolkit.difference_outcomes import difference, lasting
from conformance.probes.toolkit.listings import following_needs, listing, listing_needs

JUDGED = ("EXP-02", "EXP-03", "EXP-04", "EXP-05", "EXP-06", "EXP-07", "EXP-08", "EXP-11", "EXP-12")
_SHOWN = 5  # differences reported of one pair
_FETCHED = 2  # links of a list that are followed to compare


def expandable(operation: Operation, model: ResourceModel) -> bool:
    """Return whether a read documents a path that can be expanded."""
    return operation.method == "GET" and any(expansion.resolvable for expansion in operation.expansions)


def _is_single_read(operation: Operation, model: ResourceModel) -> bool:
    return expandable(operation, model) and operation.role is not Role.LIST


def _is_list(operation: Operation, model: ResourceModel) -> bool:
    return expandable(operation, model) and operation.role is Role.LIST


def paths_of(operation: Operation) -> tuple[Expansion, ...]:
    """Return the expansions that can be resolved, shorter paths first."""
    return tuple(
        sorted(
            (expansion for expansion in operation.expansions if expansion.resolvable),
            key=lambda expansion: expansion.path.count("."),
        )
    )


def _single_needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    paths = paths_of(operation)
    single_reads = tuple(Need(f"read {operation.path} expand {expansion.path}") for expansion in paths)
    link_reads = tuple(
        following_needs(operation.path, expansion.path, expansion.target, model)
        for expansion in operation.first_expansions
        if expansion.target
    )
    list_reads = tuple(
        Need(f"read {operation.path} expand {expansion.path} of several") for expansion in _list_expansions(operation)
    )
    listing_reads = _all_listing_needs(operation, model)
    combined_reads = (all_expanded(operation), _reversed_need(operation))
    return (*plain_read(operation, model), *listing_reads, *single_reads, *link_reads, *list_reads, *combined_reads)


def _list_expansions(operation: Operation) -> tuple[Expansion, ...]:
    """Return the expansions of a list of links."""
    return tuple(expansion for expansion in operation.first_expansions if expansion.resolvable and expansion.many)


def _all_listing_needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    return tuple(need for expansion in paths_of(operation) for need in listing_needs(expansion.target, model))


def all_expanded(operation: Operation) -> Need:
    """Return the read with everything expanded at once."""
    paths = [expansion.path for expansion in paths_of(operation)]
    return Need(f"read {operation.path} expand {paths[0] if len(paths) == 1 else 'all'}")


def _reversed_need(operation: Operation) -> Need:
    return Need(f"read {operation.path} expand reversed")


def _list_needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    return (
        *plain_read(operation, model),
        *_all_listing_needs(operation, model),
        all_expanded(operation),
        _reversed_need(operation),
        Need(f"follow {operation.path} listed"),  # of two links, one is mostly fetched anyway
    )


def single(operation: Operation, subject: Subject) -> Steps[None]:
    """Expand each documented path alone, then all at once in both orders, on one resource."""
    call = yield from call_of(operation, subject)
    if isinstance(call, Missing):
        yield from untested(JUDGED, operation, call)
        return
    plain = yield from ask(operation, call.request())
    if not plain.objects:
        missing = Missing(f"the plain read shows no object: {plain.status}")
        yield from untested(JUDGED, operation, missing)
        return
    responses = {"": plain}
    for expansion in paths_of(operation):
        response = yield from ask(operation, call.request(("expand", expansion.path)))
        responses[expansion.path] = response
        reference = responses.get(expansion.parent, plain)
        yield from replaced(reference, response, expansion, subject)
        yield from _check_unchanged(reference, response, (expansion,))
        if expansion in operation.first_expansions:
            yield from equal_to_fetched(plain, response, expansion, subject)
        else:
            yield from equal_to_listed(response, expansion, subject, ())
    yield from _expand_link_lists(call, plain, subject)
    if all(response.ok for response in responses.values()):
        together = yield from ask(operation, call.request(*_expand_parameters(operation)))
        losses = [
            loss for expansion in paths_of(operation) for loss in lost(responses[expansion.path], together, expansion)
        ]
        yield from _check_combination(call, plain, together, losses)
    yield from _mark_not_applicable(plain, JUDGED)


def _expand_link_lists(call: Call, plain: Answer, subject: Subject) -> Steps[None]:
    """Check that each link of a list is replaced, on a listed resource where the one read has too few links."""
    operation = plain.operation
    for expansion in _list_expansions(operation):
        if len(list(places(None, plain, expansion))) > 1:
            continue
        listed = yield from listing(subject.model.by_name.get(operation.resource), subject)
        for url, member in listed.members.items():
            target = below(subject.target.base_url, url)
            links = list(values_at(member, f"{expansion.path}[]"))
            if target and match_path(operation.path, target) is not None and len(links) > 1:
                member_call = msgspec.structs.replace(call, path=target)
                response = yield from ask(operation, member_call.request(("expand", expansion.path)))
                yield from replaced(None, response, expansion, subject)
                break


def listed(operation: Operation, subject: Subject) -> Steps[None]:
    """Expand all documented paths at once, on every item of the first page."""
    populated_list = yield from populated(operation, subject)
    if isinstance(populated_list, Missing):
        yield from untested(JUDGED, operation, populated_list)
        return
    call, plain = populated_list
    paths = paths_of(operation)
    response = yield from ask(operation, call.request(*_expand_parameters(operation)))
    for expansion in paths:
        yield from replaced(plain if expansion in operation.first_expansions else None, response, expansion, subject)
    yield from all_items(response, paths)
    yield from _check_unchanged(plain, response, operation.first_expansions)
    for expansion in [expansion for expansion in operation.first_expansions if expansion.resolvable][:_FETCHED]:
        yield from equal_to_fetched(plain, response, expansion, subject, which=slice(-1, None), deep=paths)
    for expansion in paths:
        yield from equal_to_listed(response, expansion, subject, paths)
    if response.ok:
        yield from _check_combination(call, plain, response, [])
    yield from _mark_not_applicable(plain, JUDGED)


def _mark_not_applicable(plain: Answer, requirements: tuple[str, ...]) -> Iterator[Outcome]:
    """Yield NOT_APPLICABLE for each requirement; in the summary any other verdict wins."""
    for requirement in requirements:
        yield observed(plain, requirement, Verdict.NOT_APPLICABLE, "no link in the resources read can show it")


def _check_unchanged(plain: Answer, response: Answer, expansions: tuple[Expansion, ...]) -> Steps[None]:
    """Check that other properties keep their values; note those that change by themselves (EXP-05)."""
    if not response.ok:
        return
    if len(plain.objects) != len(response.objects):
        yield from _check_item_count(plain, response)
        return
    changes = [
        Difference(pointer + change.pointer, change.old, change.new)
        for (pointer, old), (_, new) in zip(plain.objects, response.objects, strict=True)
        for change in differences(blank(old, expansions), blank(new, expansions))
    ]
    if not changes:
        yield passed(response, "EXP-05")
        return
    for change in (yield from lasting(plain, changes)):
        yield violated(
            response,
            "EXP-05",
            "expand changed a property that it does not name",
            expected=quote(change.old),
            actual=quote(change.new),
            pointer=change.pointer,
            also=(plain,),
        )


def _check_item_count(plain: Answer, response: Answer) -> Steps[None]:
    """Check that a list shows as many items with `expand` as without it, in two reads (EXP-05)."""
    if not plain.listed or not response.listed:
        return
    counts = (len(plain.items), len(response.items))
    first, second = (msgspec.structs.replace(read.exchange.request, fresh=True) for read in (plain, response))
    repeated = ((yield from ask(plain.operation, first)), (yield from ask(response.operation, second)))
    if (len(repeated[0].items), len(repeated[1].items)) != counts:
        message = "the list changed while it was read, so its number of items is left out"
        yield Noticed("volatile-field", message, plain.operation.key)
        return
    message, (without, given) = "expand changes how many items a page of the list shows", counts
    yield violated(response, "EXP-05", message, expected=f"{without} items", actual=f"{given} items", also=(plain,))


def _expand_parameters(operation: Operation) -> tuple[tuple[str, str], ...]:
    return tuple(("expand", expansion.path) for expansion in paths_of(operation))


def _check_combination(call: Call, plain: Answer, together: Answer, losses: list[Difference]) -> Steps[None]:
    """Check that several paths apply together, in any order, and that one may be repeated (EXP-07, EXP-12).

    One request tries reverse order and a repetition; only where it differs, a second one separates the two.
    """
    operation, parameters = plain.operation, _expand_parameters(plain.operation)
    several = len(parameters) > 1
    if not together.ok:
        message = "several expand parameters are refused"
        yield violated(together, "EXP-07", message, expected="2xx", actual=str(together.status))
        return
    reordered = yield from ask(operation, call.request(*reversed(parameters), parameters[0]))
    reverse, repeated = reordered, True
    if not reordered.ok or any(True for _ in differences(together.json, reordered.json)):
        reverse = (yield from ask(operation, call.request(*reversed(parameters)))) if several else together
        repeated = reverse.ok and not any(True for _ in differences(reverse.json, reordered.json))
    order = [
        (change, "the order of expand parameters changes the result")
        for change in differences(together.json, reverse.json)
    ]
    if several and not reverse.ok:
        message = "several expand parameters are refused in another order"
        yield violated(reverse, "EXP-07", message, expected="2xx", actual=str(reverse.status), also=(together,))
    elif several:
        lost_objects = [(loss, "an expansion is lost when it is combined with others") for loss in losses]
        yield from _report_lasting(plain, together, reverse, "EXP-07", [*order, *lost_objects])
    if repeated:
        yield passed(reordered, "EXP-12")
    elif reverse.ok:
        twice = [
            (change, "repeating an expand path changes the result")
            for change in differences(reverse.json, reordered.json)
        ]
        yield from _report_lasting(plain, reverse, reordered, "EXP-12", twice)


def _report_lasting(
    plain: Answer, reference: Answer, response: Answer, requirement: str, complaints: list[tuple[Difference, str]]
) -> Steps[None]:
    """Yield a pass where nothing differs; else report the differences that last as violations."""
    if not complaints:
        yield passed(response, requirement)
        return
    lasting_changes = yield from lasting(plain, [change for change, _ in complaints[:_SHOWN]])
    for change, message in complaints[:_SHOWN]:
        if change in lasting_changes:
            yield difference(response, requirement, message, change, (reference,))


PROBES = (
    Probe("expansion", JUDGED, _is_single_read, _single_needs, single),
    Probe("list-expansion", JUDGED, _is_list, _list_needs, listed),
)
