"""EXP: `expand` replaces links by the resources that they lead to, and changes nothing else."""

from collections.abc import Iterator, Sequence

import msgspec

from conformance.applicability.selectors import is_expandable
from conformance.evidence.differences import ValueDifference, find_differences
from conformance.evidence.outcomes import fail_case, judge_case, pass_case
from conformance.evidence.payers import READER
from conformance.evidence.responses import OperationResponse, find_values
from conformance.evidence.subject import Subject
from conformance.evidence.urls import match_path, strip_base_url
from conformance.model import Expansion, Operation, Outcome, ResourceModel, Role, Verdict
from conformance.probes.expansion.combined_paths import (
    check_dotted_alone,
    expand_all_need,
    expand_parameters,
    report_settled,
    sort_expansions,
)
from conformance.probes.expansion.judgements import (
    blank_expansions,
    check_all_items,
    find_lost_objects,
    find_places,
)
from conformance.probes.expansion.replacement import judge_replacement
from conformance.probes.expansion.resource_equality import compare_with_fetched, compare_with_listed
from conformance.probes.responses.plain_reads import plain_read_needs
from conformance.probes.toolkit.base import Need, Probe, Steps, send
from conformance.probes.toolkit.calls import Missing, OperationCall, find_call, find_populated_list, report_untested
from conformance.probes.toolkit.listings import follow_need, listing_needs, read_listing

REQUIREMENTS = ("EXP-02", "EXP-03", "EXP-04", "EXP-05", "EXP-06", "EXP-07", "EXP-08", "EXP-11", "EXP-12")
_FETCHED = 2  # links of a list that are followed to compare


def _is_single_read(operation: Operation, model: ResourceModel) -> bool:
    return is_expandable(operation, model) and operation.role is not Role.LIST


def _is_list(operation: Operation, model: ResourceModel) -> bool:
    return is_expandable(operation, model) and operation.role is Role.LIST


def _single_needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    paths = sort_expansions(operation)
    single_reads = tuple(Need(f"read {operation.path} expand {expansion.path}") for expansion in paths)
    link_reads = tuple(
        follow_need(operation.path, expansion.path, expansion.target, model)
        for expansion in operation.first_expansions
        if expansion.target
    )
    list_reads = tuple(
        Need(f"read {operation.path} expand {expansion.path} of several") for expansion in _list_expansions(operation)
    )
    listing_reads = _all_listing_needs(operation, model)
    combined_reads = (expand_all_need(operation), _reversed_need(operation))
    return (
        *plain_read_needs(operation, model),
        *listing_reads,
        *single_reads,
        *link_reads,
        *list_reads,
        *combined_reads,
    )


def _list_expansions(operation: Operation) -> tuple[Expansion, ...]:
    """Return the expansions of a list of links."""
    return tuple(expansion for expansion in operation.first_expansions if expansion.resolvable and expansion.many)


def _all_listing_needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    return tuple(need for expansion in sort_expansions(operation) for need in listing_needs(expansion.target, model))


def _reversed_need(operation: Operation) -> Need:
    return Need(f"read {operation.path} expand reversed")


def _list_needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    return (
        *plain_read_needs(operation, model),
        *_all_listing_needs(operation, model),
        expand_all_need(operation),
        _reversed_need(operation),
        Need(f"follow {operation.path} listed"),  # of two links, one is mostly fetched anyway
    )


def expand_single(operation: Operation, subject: Subject) -> Steps[None]:
    """Expand each documented path alone, then all at once in both orders, on one resource."""
    call = yield from find_call(operation, subject)
    if isinstance(call, Missing):
        yield from report_untested(REQUIREMENTS, operation, call)
        return
    plain = yield from send(operation, call.build_request())
    if not plain.objects:
        missing = Missing(f"the plain read shows no object: {plain.status}")
        yield from report_untested(REQUIREMENTS, operation, missing)
        return
    responses = {"": plain}
    for expansion in sort_expansions(operation):
        response = yield from send(operation, call.build_request(("expand", expansion.path)))
        responses[expansion.path] = response
        reference = responses.get(expansion.parent, plain)
        yield from judge_replacement(reference, response, expansion, subject)
        yield from _check_unchanged(reference, response, (expansion,))
        if expansion in operation.first_expansions:
            yield from compare_with_fetched(plain, response, expansion, subject)
        else:
            yield from compare_with_listed(response, expansion, subject, ())
    yield from _expand_link_lists(call, plain, subject)
    if all(response.is_success for response in responses.values()):
        together = yield from send(operation, call.build_request(*expand_parameters(operation)))
        yield from _check_combination(call, plain, together)
        for expansion in sort_expansions(operation):
            yield from _check_kept_together(responses[expansion.path], together, expansion)
            if expansion.parent:
                yield from check_dotted_alone(responses[expansion.path], together, expansion)
    yield from _mark_not_applicable(plain, REQUIREMENTS)


def _expand_link_lists(call: OperationCall, plain: OperationResponse, subject: Subject) -> Steps[None]:
    """Check that each link of a list is replaced, on a listed resource where the one read has too few links."""
    operation = plain.operation
    for expansion in _list_expansions(operation):
        if len(list(find_places(None, plain, expansion))) > 1:
            continue
        listed = yield from read_listing(subject.model.resources_by_name.get(operation.resource), subject)
        for url, member in listed.members.items():
            target = strip_base_url(subject.target.base_url, url)
            links = list(find_values(member, f"{expansion.path}[]"))
            if target and match_path(operation.path, target) is not None and len(links) > 1:
                member_call = msgspec.structs.replace(call, path=target)
                response = yield from send(operation, member_call.build_request(("expand", expansion.path)))
                yield from judge_replacement(None, response, expansion, subject)
                break


def expand_list(operation: Operation, subject: Subject) -> Steps[None]:
    """Expand all documented paths at once, on every item of the first page."""
    populated_list = yield from find_populated_list(operation, subject)
    if isinstance(populated_list, Missing):
        yield from report_untested(REQUIREMENTS, operation, populated_list)
        return
    call, plain = populated_list
    paths = sort_expansions(operation)
    response = yield from send(operation, call.build_request(*expand_parameters(operation)))
    for expansion in paths:
        yield from judge_replacement(
            plain if expansion in operation.first_expansions else None, response, expansion, subject
        )
    yield from check_all_items(response, paths)
    yield from _check_unchanged(plain, response, operation.first_expansions)
    for expansion in [expansion for expansion in operation.first_expansions if expansion.resolvable][:_FETCHED]:
        yield from compare_with_fetched(plain, response, expansion, subject, selected=slice(-1, None), deep=paths)
    for expansion in paths:
        yield from compare_with_listed(response, expansion, subject, paths)
    if response.is_success:
        yield from _check_combination(call, plain, response)
    yield from _mark_not_applicable(plain, REQUIREMENTS)


def _mark_not_applicable(plain: OperationResponse, requirements: tuple[str, ...]) -> Iterator[Outcome]:
    """Yield NOT_APPLICABLE for each requirement; in the summary any other verdict wins."""
    for requirement in requirements:
        yield judge_case(plain, requirement, Verdict.NOT_APPLICABLE, "no link in the resources read can show it")


def _check_unchanged(
    plain: OperationResponse, response: OperationResponse, expansions: tuple[Expansion, ...]
) -> Steps[None]:
    """Check that other properties keep their values, and a list its number of items (EXP-05)."""
    if not response.is_success or (plain.operation.role is Role.LIST and not (plain.has_list and response.has_list)):
        return

    def compare(reads: Sequence[OperationResponse]) -> Iterator[ValueDifference]:
        if len(reads[0].objects) != len(reads[1].objects):
            yield ValueDifference("", f"{len(reads[0].items)} items", f"{len(reads[1].items)} items")
            return
        for (pointer, old), (_, new) in zip(reads[0].objects, reads[1].objects, strict=True):
            for change in find_differences(blank_expansions(old, expansions), blank_expansions(new, expansions)):
                yield ValueDifference(pointer + change.pointer, change.old, change.new)

    def describe(change: ValueDifference) -> str:
        named = "expand changed a property that it does not name"
        return named if change.pointer else "expand changes how many items a page of the list shows"

    yield from report_settled((plain, response), compare, "EXP-05", describe)


def _check_kept_together(alone: OperationResponse, together: OperationResponse, expansion: Expansion) -> Steps[None]:
    """Check that an expansion shows beside others what it shows alone (EXP-07)."""

    def compare(reads: Sequence[OperationResponse]) -> Iterator[ValueDifference]:
        for loss in find_lost_objects(reads[0], reads[1], expansion):
            yield ValueDifference(loss.pointer, "an object", loss.new)

    message = "an expansion is lost when it is combined with others"
    if together.is_success and any(True for _ in compare((alone, together))):
        yield from report_settled((alone, together), compare, "EXP-07", lambda _: message)


def _check_combination(call: OperationCall, plain: OperationResponse, together: OperationResponse) -> Steps[None]:
    """Check that several paths apply together, in any order, and that one may be repeated (EXP-07, EXP-12).

    One request tries reverse order and a repetition; only where it differs, a second one separates the two.
    """
    operation, parameters = plain.operation, expand_parameters(plain.operation)
    several = len(parameters) > 1
    if not together.is_success:
        yield from _report_refusal(together, "several expand parameters are refused")
        return
    reordered = yield from send(operation, call.build_request(*reversed(parameters), parameters[0]))
    reverse, repeated = reordered, True
    if not reordered.is_success or any(True for _ in find_differences(together.json, reordered.json)):
        reverse = (yield from send(operation, call.build_request(*reversed(parameters)))) if several else together
        repeated = reverse.is_success and not any(True for _ in find_differences(reverse.json, reordered.json))
    if several and not reverse.is_success:
        yield from _report_refusal(reverse, "several expand parameters are refused in another order")
    elif several:
        yield from report_settled(
            (together, reverse),
            _compare_bodies,
            "EXP-07",
            lambda _: "the order of expand parameters changes the result",
        )
    if repeated:
        yield pass_case(reordered, "EXP-12")
    elif reverse.is_success:
        message = "repeating an expand path changes the result"
        yield from report_settled((reverse, reordered), _compare_bodies, "EXP-12", lambda _: message)


def _report_refusal(refused: OperationResponse, message: str) -> Steps[None]:
    """Report a refusal of several paths that repeats; one that comes and goes says nothing about `expand` (EXP-07)."""
    request = msgspec.structs.replace(refused.exchange.request, fresh=True)
    again = yield from send(refused.operation, request)
    if again.is_success:
        reason = f"{message}: answered {refused.status} once, and {again.status} when sent again"
        yield judge_case(again, "EXP-07", Verdict.INCONCLUSIVE, reason, also=(refused,))
    else:
        yield fail_case(again, "EXP-07", message, expected="2xx", actual=str(again.status), also=(refused,))


def _compare_bodies(reads: Sequence[OperationResponse]) -> Iterator[ValueDifference]:
    """Yield the differences of the bodies of two reads."""
    return find_differences(reads[0].json, reads[1].json)


PROBES = (
    Probe("expand", REQUIREMENTS, _is_single_read, _single_needs, expand_single, payer=READER),
    Probe("expand-list", REQUIREMENTS, _is_list, _list_needs, expand_list, payer=READER),
)
