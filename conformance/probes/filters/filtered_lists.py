"""FLT-01 to 03 and 05: what a filter keeps and what it leaves out, compared with the list without it."""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from conformance.evidence.outcomes import observed, passed
from conformance.evidence.responses import Answer
from conformance.evidence.subject import Subject
from conformance.model import Expansion, Noticed, Operation, Operator, ResourceModel, Verdict
from conformance.probes.expansion.judgements import all_items
from conformance.probes.filters.results import (
    Result,
    Suspect,
    by_the_pages,
    held,
    lost_on_pages,
    lost_together,
    missing,
    refused,
    result_of,
    unparted,
    unreadable,
)
from conformance.probes.filters.trials import Trial, company, trials
from conformance.probes.responses.plain_reads import plain_read
from conformance.probes.toolkit.base import SPARE, Need, Probe, Steps, ask
from conformance.probes.toolkit.calls import Call, Missing, populated, untested
from conformance.probes.toolkit.pages import Page, keeps, key_of, page_of, query_of, quietly, walk, whole_list

HELD = ("FLT-01", "FLT-02", "FLT-03", "FLT-05", "PAG-05", "EXP-08")
_PAGES = 3  # read of the filtered list: one more than a conforming server has


def _has_known_filter(operation: Operation, model: ResourceModel) -> bool:
    return operation.method == "GET" and any(filter_.field for filter_ in operation.filters)


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    filters = [filter_ for filter_ in operation.filters if filter_.field]
    null_filters = sum(filter_.operator is Operator.ISNULL for filter_ in filters)
    pages = 1 if _has_page_size(operation) else 0
    filtered_reads = Need(f"read {operation.path} filtered", len(filters) + null_filters + pages, SPARE)
    whole_read = (Need(f"read {operation.path} whole", identity=SPARE),) if _has_page_size(operation) else ()
    return (*plain_read(operation, model, SPARE), *whole_read, filtered_reads)


def _has_page_size(operation: Operation) -> bool:
    return operation.pagination is not None and bool(operation.pagination.size)


def filtered(operation: Operation, subject: Subject) -> Steps[None]:
    """Try every filter of a known field with a value that splits the known items; walk one of them by page."""
    populated_list = yield from populated(operation, subject, subject.spare)
    if isinstance(populated_list, Missing):
        yield from untested(HELD, operation, populated_list)
        return
    call, plain = populated_list
    whole = yield from whole_list(call, plain)
    planned = trials(whole, subject.model)
    paged = _choose_walk(planned, whole) if _has_page_size(operation) else None
    judged: list[Result] = []
    lost: list[Suspect] = []
    walked: list[Result] = []
    for trial in planned:
        size = paged.size if paged and trial is paged.trial else 0
        result = yield from _run_trial(call, trial, subject, size, whole)
        if not result.answer.ok:
            yield from refused(result)
        elif not result.readable:
            yield from unreadable(result)
        else:
            results, suspicions = yield from _judge_missing(call, result, whole, subject)
            judged += results
            lost += suspicions
            walked += [result] if len(result.pages) > 1 and not result.gone else []
    suspects = [*(suspect for result in judged for suspect in missing(result)), *unparted(judged), *lost]
    if suspects:
        yield from _report_unchanged(call, whole, suspects)
    for result in judged:
        if result.complete and result.trial.inside and not result.gone:
            yield passed(result.answer, "FLT-02")
    if not suspects:
        yield from held(judged, walked)
    for requirement in HELD:
        yield observed(whole, requirement, Verdict.NOT_APPLICABLE, "no item seen gives a value to test with")


def _run_trial(call: Call, trial: Trial, subject: Subject, size: int, whole: Answer) -> Steps[Result]:
    """Read the filtered list in one piece, or in pages of `size`.

    The list that is walked has a second filter, which excludes nothing, and `expand`: they must hold together.
    Both are left out where the server refuses them together with the filter.
    """
    pagination = call.operation.pagination
    page_size: tuple[tuple[str, str], ...] = ()
    if pagination is not None and pagination.size and (size or pagination.size in query_of(whole)):
        page_size = ((pagination.size, str(size or pagination.max_size)),)
    bare_call = _drop_parameter(call, trial)
    other_filters = company(trial, whole) if size else ()
    expansion = _choose_expansion(trial, other_filters, call.operation) if size else None
    extra = (*other_filters, *((("expand", expansion.path),) if expansion else ()))
    first = page_of((yield from ask(call.operation, bare_call.request(trial.pair, *page_size, *extra))))
    if extra and not first.answer.ok:
        extra, expansion = (), None
        first = page_of((yield from ask(call.operation, bare_call.request(trial.pair, *page_size))))
    pages: tuple[Page, ...] = (first,)
    if size and pagination is not None and first.answer.ok:
        pages = yield from quietly(walk(first, call, subject, "next", _PAGES))
        for page in pages:
            yield from keeps(page, query_of(first.answer), subject, pagination)
            yield from all_items(page.answer, (expansion,) if expansion else ())
        if any(key_of(item, call.operation) in trial.outside for page in pages for _, item in page.answer.objects):
            # The check of filters sees by this read whether the filter is ignored at once or on later pages only.
            yield from ask(call.operation, bare_call.request(trial.pair))
    return result_of(trial, pages, extra)


def _choose_expansion(trial: Trial, beside: tuple[tuple[str, str], ...], operation: Operation) -> Expansion | None:
    """Return an expansion that leaves the filtered fields alone; a filter by a link's id works in any form."""
    names = {trial.which.parameter, *(name for name, _ in beside)}
    field_filters = (filter_ for filter_ in operation.filters if filter_.parameter in names and not filter_.by_id_of)
    filtered_fields = {filter_.field.partition(".")[0] for filter_ in field_filters}
    expansions = (expansion for expansion in operation.first_expansions if expansion.resolvable)
    return next(
        (expansion for expansion in expansions if expansion.path.partition(".")[0] not in filtered_fields), None
    )


def _drop_parameter(call: Call, trial: Trial) -> Call:
    """Return the call without a required value of the parameter under trial."""
    query = tuple(pair for pair in call.query if pair[0] != trial.which.parameter)
    return msgspec.structs.replace(call, query=query)


def _judge_missing(
    call: Call, result: Result, whole: Answer, subject: Subject
) -> Steps[tuple[list[Result], list[Suspect]]]:
    """Return the results that FLT-02 and 03 are judged by, and the suspected violations.

    Where items are missing, the filtered list is read at another page size, as a filter does not depend on that.
    Items that only a walk loses are blamed on the filter where a walk without it loses nothing. Items that are lost
    at any size may be lost because of the parameters that were sent along with the filter.
    """
    pagination = call.operation.pagination
    if not result.gone or pagination is None or not pagination.size:
        return [result], []
    walked, bare_call = len(result.pages) > 1, _drop_parameter(call, result.trial)
    largest = ((pagination.size, str(pagination.max_size)),) if walked else ()

    def read_filtered(*beside: tuple[str, str]) -> Steps[Result]:
        page = page_of((yield from ask(call.operation, bare_call.request(result.trial.pair, *largest, *beside))))
        return result_of(result.trial, (page,), beside)

    second = yield from read_filtered(*result.beside)
    if not set(result.gone) & set(second.keys):
        alone = (yield from read_filtered()) if result.beside else second
        beside = second.complete and set(result.gone) & set(alone.keys)  # the parameters sent along are to blame
        lost = [lost_together(result, alone)] if beside else []
        return [alone if (walked or result.beside) and alone.complete else result], lost
    if walked and (yield from _is_walk_sound(call, result, whole, subject)):
        return [second], [lost_on_pages(result, second)]
    yield from by_the_pages(result, second, *(("FLT-05",) if walked else ("FLT-02", "FLT-03")))
    return [second] if walked else [], []


def _is_walk_sound(call: Call, result: Result, whole: Answer, subject: Subject) -> Steps[bool]:
    """Return whether a walk of the unfiltered list at the same page size shows what one page shows."""
    size = call.operation.pagination.size if call.operation.pagination else ""
    page_size = query_of(result.answer)[size][0]
    first = page_of((yield from ask(call.operation, call.request((size, page_size)))))
    pages = yield from quietly(walk(first, call, subject, "next", _PAGES))
    keys, known = tuple(key for page in pages for key in page.keys), page_of(whole).keys
    return len(pages) > 1 and keys[: len(known)] == known[: int(page_size) * len(pages)]


class Walk(NamedTuple):
    """A trial that is worth walking in two pages, and their size."""

    trial: Trial
    size: int
    # Excluded items at the start of the second page, and in all of it, if the server forgets the filter there.
    strangers: tuple[int, int]


def _choose_walk(planned: Sequence[Trial], whole: Answer) -> Walk | None:
    """Choose the trial and page size whose second page shows excluded items first if it forgets the filter."""
    order = [key_of(item, whole.operation) for _, item in whole.objects]
    position = {key: index for index, key in enumerate(order)}
    max_size = whole.operation.pagination.max_size if whole.operation.pagination else 0
    walks = []
    for trial in planned:
        inside, outside = {*trial.inside}, {*trial.outside}
        for size in range((len(inside) + 1) // 2, min(len(inside), max_size + 1)) if inside <= {*position} else ():
            end = position[trial.inside[size - 1]] + 1
            second_page = order[end : end + size]
            first = next((index for index, key in enumerate(second_page) if key in inside), len(second_page))
            walks.append(Walk(trial, size, (first, sum(key in outside for key in second_page))))
    return max(walks, key=lambda candidate: (candidate.strangers[0] > 0, candidate.strangers[1]), default=None)


def _report_unchanged(call: Call, whole: Answer, suspects: Sequence[Suspect]) -> Steps[None]:
    """Report the suspected violations whose item is unchanged when the list is read again."""
    request = whole.exchange.request
    reread = yield from ask(call.operation, call.at(request.target, fresh=True))
    before = {key_of(item, call.operation): item for _, item in whole.objects}
    after = {key_of(item, call.operation): item for _, item in reread.objects}
    for key, outcome in suspects:
        if before.get(key) == after.get(key):
            yield outcome
        else:
            yield Noticed(
                "volatile-field", f"{key} changed while its list was filtered, so it is left out", call.operation.key
            )


PROBES = (Probe("filters", HELD, _has_known_filter, _needs, filtered, rank=2),)
