"""FLT-01 to 03 and 05: what a filter keeps and what it leaves out, compared with the list without it."""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from conformance.applicability.selectors import has_known_filters
from conformance.evidence.outcomes import judge_case, pass_case
from conformance.evidence.payers import choose_reader_kind
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Expansion, Filter, Noticed, Operation, ResourceModel, Verdict
from conformance.probes.expansion.judgements import check_all_items
from conformance.probes.filters.filter_groups import (
    count_group_trials,
    count_groups,
    group_filters,
    has_null_filters,
    list_null_filters,
)
from conformance.probes.filters.results import (
    Suspect,
    TrialResult,
    blame_pagination,
    build_result,
    compare_opposites,
    find_missing_items,
    report_passes,
    report_refusal,
    report_unreadable,
    suspect_combination,
    suspect_walk,
)
from conformance.probes.filters.trials import FilterTrial, choose_second_filter, choose_trials
from conformance.probes.responses.plain_reads import whole_list_needs
from conformance.probes.toolkit.base import Need, Probe, Steps, send
from conformance.probes.toolkit.calls import Missing, OperationCall, find_populated_list, report_untested
from conformance.probes.toolkit.page_judgements import check_kept_parameters
from conformance.probes.toolkit.pages import (
    ListPage,
    discard_outcomes,
    item_key,
    parse_page,
    parse_query,
    read_whole_list,
    walk_pages,
)
from conformance.probes.toolkit.repetition import confirm_violations
from conformance.probes.toolkit.samples import try_ways

REQUIREMENTS = ("FLT-01", "FLT-02", "FLT-03", "FLT-05", "PAG-05", "EXP-08")
NULL_REQUIREMENTS = ("FLT-01", "FLT-02", "FLT-03")
_WALKED = "FLT-05"
_PAGES = 3  # read of the filtered list: one more than a conforming server has


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    reader = choose_reader_kind(operation, model)
    trials = max(map(count_group_trials, group_filters(operation)))
    pages = 1 if _has_page_size(operation) else 0
    filtered_reads = Need(f"read {operation.path} filtered", trials + pages, reader, sampled=True)
    return (*_whole_needs(operation, model), filtered_reads)


def _null_needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    reader = choose_reader_kind(operation, model)
    trials = count_group_trials(list_null_filters(operation))
    return (*_whole_needs(operation, model), Need(f"read {operation.path} by null", trials, reader))


def _whole_needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """Return the reads of the list without a filter."""
    return whole_list_needs(operation, model, choose_reader_kind(operation, model))


def _has_page_size(operation: Operation) -> bool:
    return operation.pagination is not None and bool(operation.pagination.size)


def try_filters(operation: Operation, subject: Subject) -> Steps[None]:
    """Try the filters of known fields with values that split the known items: one group of them, or more in turn."""
    groups = group_filters(operation)
    yield from _try_groups(operation, subject, groups, REQUIREMENTS)


def try_null_filters(operation: Operation, subject: Subject) -> Steps[None]:
    """Read both halves of the list by each filter that selects what is null."""
    yield from _try_groups(operation, subject, [list_null_filters(operation)], NULL_REQUIREMENTS)


def _try_groups(
    operation: Operation, subject: Subject, groups: Sequence[Sequence[Filter]], requirements: tuple[str, ...]
) -> Steps[None]:
    """Try the groups of filters whose turn it is on a list with items."""
    populated_list = yield from find_populated_list(operation, subject, subject.choose_reader(operation))
    if isinstance(populated_list, Missing):
        yield from report_untested(requirements, operation, populated_list)
        return
    call, plain = populated_list
    whole = yield from read_whole_list(call, plain)

    def try_group(filters: Sequence[Filter]) -> Steps[None]:
        planned = choose_trials(whole, subject.model, filters)
        is_walkable = _has_page_size(operation) and _WALKED in requirements
        yield from _try_trials(call, whole, planned, subject, _choose_walk(planned, whole) if is_walkable else None)

    yield from try_ways(groups, 1, subject, try_group)
    for requirement in requirements:
        yield judge_case(whole, requirement, Verdict.NOT_APPLICABLE, "no item seen gives a value to test with")


def _try_trials(
    call: OperationCall,
    whole: OperationResponse,
    planned: Sequence[FilterTrial],
    subject: Subject,
    paged: "TrialWalk | None",
) -> Steps[None]:
    """Try filters on a list, compare opposite ones, and walk one of them by page."""
    judged: list[TrialResult] = []
    lost: list[Suspect] = []
    walked: list[TrialResult] = []
    for trial in planned:
        size = paged.size if paged and trial is paged.trial else 0
        result = yield from _run_trial(call, trial, subject, size, whole)
        if not result.response.is_success:
            yield from report_refusal(result)
        elif not result.is_readable:
            yield from report_unreadable(result)
        else:
            results, suspicions = yield from _judge_missing(call, result, whole, subject)
            judged += results
            lost += suspicions
            walked += [result] if len(result.pages) > 1 and not result.missing_keys else []
    suspects = [
        *(suspect for result in judged for suspect in find_missing_items(result)),
        *compare_opposites(judged),
        *lost,
    ]
    if suspects:
        yield from _report_unchanged(call, whole, suspects)
    for result in judged:
        if result.is_complete and result.trial.matching and not result.missing_keys:
            yield pass_case(result.response, "FLT-02")
    if not suspects:
        yield from report_passes(judged, walked)


def _run_trial(
    call: OperationCall, trial: FilterTrial, subject: Subject, size: int, whole: OperationResponse
) -> Steps[TrialResult]:
    """Read the filtered list in one piece, or in pages of `size`.

    The list that is walked has a second filter, which excludes nothing, and `expand`: they must hold together.
    Both are left out where the server refuses them together with the filter.
    """
    pagination = call.operation.pagination
    page_size: tuple[tuple[str, str], ...] = ()
    if pagination is not None and pagination.size and (size or pagination.size in parse_query(whole)):
        page_size = ((pagination.size, str(size or pagination.max_size)),)
    bare_call = _drop_parameter(call, trial)
    other_filters = choose_second_filter(trial, whole) if size else ()
    expansion = _choose_expansion(trial, other_filters, call.operation) if size else None
    extra = (*other_filters, *((("expand", expansion.path),) if expansion else ()))
    first = parse_page((yield from send(call.operation, bare_call.build_request(trial.parameter, *page_size, *extra))))
    if extra and not first.response.is_success:
        extra, expansion = (), None
        first = parse_page((yield from send(call.operation, bare_call.build_request(trial.parameter, *page_size))))
    pages: tuple[ListPage, ...] = (first,)
    if size and pagination is not None and first.response.is_success:
        pages = yield from discard_outcomes(walk_pages(first, call, subject, "next", _PAGES))
        for page in pages:
            yield from check_kept_parameters(page, parse_query(first.response), subject, pagination)
            yield from check_all_items(page.response, (expansion,) if expansion else ())
        if any(item_key(item, call.operation) in trial.excluded for page in pages for _, item in page.response.objects):
            # The check of filters sees by this read whether the filter is ignored at once or on later pages only.
            yield from send(call.operation, bare_call.build_request(trial.parameter))
    return build_result(trial, pages, extra)


def _choose_expansion(
    trial: FilterTrial, beside: tuple[tuple[str, str], ...], operation: Operation
) -> Expansion | None:
    """Return an expansion that leaves the filtered fields alone; a filter by a link's id works in any form."""
    names = {trial.query_filter.parameter, *(name for name, _ in beside)}
    field_filters = (filter_ for filter_ in operation.filters if filter_.parameter in names and not filter_.by_id_of)
    filtered_fields = {filter_.field.partition(".")[0] for filter_ in field_filters}
    expansions = (expansion for expansion in operation.first_expansions if expansion.resolvable)
    return next(
        (expansion for expansion in expansions if expansion.path.partition(".")[0] not in filtered_fields), None
    )


def _drop_parameter(call: OperationCall, trial: FilterTrial) -> OperationCall:
    """Return the call without a required value of the parameter under trial."""
    query = tuple(pair for pair in call.query if pair[0] != trial.query_filter.parameter)
    return msgspec.structs.replace(call, query=query)


def _judge_missing(
    call: OperationCall, result: TrialResult, whole: OperationResponse, subject: Subject
) -> Steps[tuple[list[TrialResult], list[Suspect]]]:
    """Return the results that FLT-02 and 03 are judged by, and the suspected violations.

    Where items are missing, the filtered list is read at another page size, as a filter does not depend on that.
    Items that only a walk loses are blamed on the filter where a walk without it loses nothing. Items that are lost
    at any size may be lost because of the parameters that were sent along with the filter.
    """
    pagination = call.operation.pagination
    if not result.missing_keys or pagination is None or not pagination.size:
        return [result], []
    walked, bare_call = len(result.pages) > 1, _drop_parameter(call, result.trial)
    largest = ((pagination.size, str(pagination.max_size)),) if walked else ()

    def read_filtered(*beside: tuple[str, str]) -> Steps[TrialResult]:
        page = parse_page(
            (yield from send(call.operation, bare_call.build_request(result.trial.parameter, *largest, *beside)))
        )
        return build_result(result.trial, (page,), beside)

    second = yield from read_filtered(*result.beside)
    if not set(result.missing_keys) & set(second.keys):
        alone = (yield from read_filtered()) if result.beside else second
        beside = second.is_complete and set(result.missing_keys) & set(
            alone.keys
        )  # the parameters sent along are to blame
        lost = [suspect_combination(result, alone)] if beside else []
        return [alone if (walked or result.beside) and alone.is_complete else result], lost
    if walked and (yield from _is_walk_sound(call, result, whole, subject)):
        return [second], [suspect_walk(result, second)]
    yield from blame_pagination(result, second, *(("FLT-05",) if walked else ("FLT-02", "FLT-03")))
    return [second] if walked else [], []


def _is_walk_sound(call: OperationCall, result: TrialResult, whole: OperationResponse, subject: Subject) -> Steps[bool]:
    """Return whether a walk of the unfiltered list at the same page size shows what one page shows."""
    size = call.operation.pagination.size if call.operation.pagination else ""
    page_size = parse_query(result.response)[size][0]
    first = parse_page((yield from send(call.operation, call.build_request((size, page_size)))))
    pages = yield from discard_outcomes(walk_pages(first, call, subject, "next", _PAGES))
    keys, known = tuple(key for page in pages for key in page.keys), parse_page(whole).keys
    return len(pages) > 1 and keys[: len(known)] == known[: int(page_size) * len(pages)]


class TrialWalk(NamedTuple):
    """A trial that is worth walking in two pages, and their size."""

    trial: FilterTrial
    size: int
    # Excluded items at the start of the second page, and in all of it, if the server forgets the filter there.
    excluded_counts: tuple[int, int]


def _choose_walk(planned: Sequence[FilterTrial], whole: OperationResponse) -> TrialWalk | None:
    """Choose the trial and page size whose second page shows excluded items first if it forgets the filter."""
    order = [item_key(item, whole.operation) for _, item in whole.objects]
    position = {key: index for index, key in enumerate(order)}
    max_size = whole.operation.pagination.max_size if whole.operation.pagination else 0
    walks = []
    for trial in planned:
        inside, outside = {*trial.matching}, {*trial.excluded}
        for size in range((len(inside) + 1) // 2, min(len(inside), max_size + 1)) if inside <= {*position} else ():
            end = position[trial.matching[size - 1]] + 1
            second_page = order[end : end + size]
            first = next((index for index, key in enumerate(second_page) if key in inside), len(second_page))
            walks.append(TrialWalk(trial, size, (first, sum(key in outside for key in second_page))))
    return max(
        walks, key=lambda candidate: (candidate.excluded_counts[0] > 0, candidate.excluded_counts[1]), default=None
    )


def _report_unchanged(call: OperationCall, whole: OperationResponse, suspects: Sequence[Suspect]) -> Steps[None]:
    """Report the suspected violations whose item is unchanged when the list is read again."""
    request = whole.exchange.request
    reread = yield from send(call.operation, call.build_request_to(request.target, fresh=True))
    before = {item_key(item, call.operation): item for _, item in whole.objects}
    after = {item_key(item, call.operation): item for _, item in reread.objects}
    for key, outcome in suspects:
        if before.get(key) == after.get(key):
            yield outcome
        else:
            yield Noticed(
                "volatile-field", f"{key} changed while its list was filtered, so it is left out", call.operation.key
            )


PROBES = (
    Probe(
        "filters", REQUIREMENTS, has_known_filters, _needs, confirm_violations(try_filters), rank=2, ways=count_groups,
    ),
    Probe(
        "null-filters", NULL_REQUIREMENTS, has_null_filters, _null_needs, confirm_violations(try_null_filters), rank=2,
        is_unique_way=True,
    ),
)  # fmt: skip
