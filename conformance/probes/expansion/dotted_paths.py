"""EXP-06 on lists: a path with a dot expands both levels, also where it is the only one."""

from conformance.applicability.selectors import is_expandable
from conformance.evidence.outcomes import judge_case
from conformance.evidence.payers import READER
from conformance.evidence.subject import Subject
from conformance.model import Expansion, Operation, ResourceModel, Role, Verdict
from conformance.probes.expansion.combined_paths import (
    check_dotted_alone,
    expand_all_need,
    expand_parameters,
    sort_expansions,
)
from conformance.probes.expansion.judgements import find_places
from conformance.probes.responses.plain_reads import plain_read_needs
from conformance.probes.toolkit.base import Need, Probe, Steps, send
from conformance.probes.toolkit.calls import Missing, find_populated_list, report_untested

_SHARE = 3  # one in so many lists is tried with each seed


def _list_dotted(operation: Operation) -> tuple[Expansion, ...]:
    """Return the expansions by a path with a dot, the deepest first."""
    return tuple(expansion for expansion in reversed(sort_expansions(operation)) if expansion.parent)


def _dotted_needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """Return the reads with everything and with one dotted path expanded."""
    return (
        *plain_read_needs(operation, model),
        expand_all_need(operation),
        Need(f"read {operation.path} expand dotted"),
    )


def _has_dotted_list(operation: Operation, model: ResourceModel) -> bool:
    return is_expandable(operation, model) and operation.role is Role.LIST and bool(_list_dotted(operation))


def expand_dotted_alone(operation: Operation, subject: Subject) -> Steps[None]:
    """Expand one path with a dot alone, on a list that shows an object there when everything is expanded (EXP-06)."""
    populated_list = yield from find_populated_list(operation, subject)
    if isinstance(populated_list, Missing):
        yield from report_untested(("EXP-06",), operation, populated_list)
        return
    call, plain = populated_list
    together = yield from send(operation, call.build_request(*expand_parameters(operation)))
    for expansion in _list_dotted(operation):
        if any(isinstance(place.value, dict) for place in find_places(None, together, expansion)):
            alone = yield from send(operation, call.build_request(("expand", expansion.path)))
            yield from check_dotted_alone(alone, together, expansion)
            break
    reason = "no link in the resources read can show it"
    yield judge_case(plain, "EXP-06", Verdict.NOT_APPLICABLE, reason)


PROBES = (
    Probe(
        "expand-list-dotted", ("EXP-06",), _has_dotted_list, _dotted_needs, expand_dotted_alone, payer=READER,
        share=_SHARE, is_unique_way=True,
    ),
)  # fmt: skip
