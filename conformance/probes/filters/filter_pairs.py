"""FLT-01 and FLT-02 with two filters: a list shows exactly what satisfies both.

The check of FLT-01 judges what is shown; this probe sends the request, and judges what is left out.
"""

from itertools import combinations

from conformance.applicability.selectors import has_filters
from conformance.evidence.outcomes import fail_case, judge_case, pass_case, quote_json
from conformance.evidence.payers import choose_reader_kind
from conformance.evidence.subject import Subject
from conformance.model import Operation, ResourceModel, Role, Verdict
from conformance.probes.filters.trials import FilterTrial, choose_trials
from conformance.probes.responses.plain_reads import whole_list_needs
from conformance.probes.toolkit.base import Need, Probe, Steps, send
from conformance.probes.toolkit.calls import Missing, find_populated_list, report_untested
from conformance.probes.toolkit.pages import choose_largest_size, parse_page, read_whole_list
from conformance.probes.toolkit.repetition import confirm_violations

_REQUIREMENT = "FLT-02"


def _has_several_filters(operation: Operation, model: ResourceModel) -> bool:
    """Return whether a list has filters on two members of its items."""
    fields = {query_filter.field for query_filter in operation.filters if query_filter.field}
    return operation.role is Role.LIST and has_filters(operation, model) and len(fields) > 1


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """Return the plain list, the whole one, and the one with two filters."""
    reader = choose_reader_kind(operation, model)
    return (*whole_list_needs(operation, model, reader), Need(f"pair {operation.key}", identity=reader))


def combine_two_filters(operation: Operation, subject: Subject) -> Steps[None]:
    """Send two filters together, of which each alone shows items that the other one excludes."""
    populated_list = yield from find_populated_list(operation, subject, subject.choose_reader(operation))
    if isinstance(populated_list, Missing):
        yield from report_untested((_REQUIREMENT,), operation, populated_list)
        return
    call, plain = populated_list
    whole = yield from read_whole_list(call, plain)
    pair = _choose_pair(choose_trials(whole, subject.model), {name for name, _ in call.query}, subject.seed)
    if pair is None:
        reason = "no two filters divide the items seen in different ways"
        yield judge_case(whole, _REQUIREMENT, Verdict.NOT_APPLICABLE, reason)
        return
    pagination = operation.pagination
    size = choose_largest_size(operation)
    response = yield from send(operation, call.build_request(*(trial.parameter for trial in pair), *size))
    page, common = parse_page(response), [key for key in pair[0].matching if key in pair[1].matching]
    missing = [key for key in common if key not in page.keys]
    if not response.is_success or not response.has_list or not (pagination is None or page.is_last):
        reason = f"the list with two filters returns {response.status}, and is not complete"
        yield judge_case(response, _REQUIREMENT, Verdict.NOT_OBSERVABLE, reason)
    elif missing:
        names = " and ".join(trial.query_filter.parameter for trial in pair)
        message = f"{names} together leave out items that satisfy both, {len(missing)} in all"
        actual = f"{len(page.keys)} other items"
        yield fail_case(response, _REQUIREMENT, message, expected=quote_json(missing[:3]), actual=actual, also=(whole,))
    else:
        yield pass_case(response, _REQUIREMENT)


def _choose_pair(
    trials: tuple[FilterTrial, ...], required: set[str], seed: int
) -> tuple[FilterTrial, FilterTrial] | None:
    """Return two trials of different members that share items, each with others of its own; None without any.

    The next seed takes the next pair.
    """
    usable = [t for t in trials if "[]" not in t.query_filter.field and t.query_filter.parameter not in required]
    pairs = [pair for pair in combinations(usable, 2) if _is_conclusive(*pair)]
    return pairs[(seed - 1) % len(pairs)] if pairs else None


def _is_conclusive(first: FilterTrial, second: FilterTrial) -> bool:
    """Return whether both filters show other items together than each of them alone."""
    kept, other_kept = set(first.matching), set(second.matching)
    is_divided = kept & other_kept and kept & set(second.excluded) and other_kept & set(first.excluded)
    return bool(is_divided) and first.query_filter.field != second.query_filter.field


PROBES = (
    Probe(
        "filter-pairs", (_REQUIREMENT,), _has_several_filters, _needs, confirm_violations(combine_two_filters), rank=2,
        is_unique_way=True,
    ),
)  # fmt: skip
