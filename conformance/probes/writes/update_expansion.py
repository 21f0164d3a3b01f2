"""EXP-02 and EXP-03 for the response to a PATCH with `expand`."""

from collections.abc import Iterable, Mapping
from typing import Any

from conformance.evidence.outcomes import skip_case
from conformance.evidence.subject import Subject
from conformance.model import Expansion, Outcome, Verdict
from conformance.probes.expansion.judgements import check_replacement
from conformance.probes.expansion.replacement import is_moment_dependent
from conformance.probes.toolkit.base import Steps
from conformance.probes.toolkit.write_requests import (
    find_writable,
)
from conformance.probes.writes.update_state import UpdateState

EXPANSION_REQUIREMENTS = ("EXP-02", "EXP-03")


def judge_expanded_response(name: str, state: UpdateState, subject: Subject) -> Steps[None]:
    """Judge EXP-02 and EXP-03 for the response to a PATCH that changes nothing any more."""
    writable_names = find_writable(state.operation, subject)
    expansions = (
        candidate for candidate in state.operation.first_expansions if candidate.resolvable and not candidate.parent
    )
    expansion = next(
        (candidate for candidate in expansions if candidate.path.partition(".")[0] not in writable_names), None
    )
    if expansion is not None:
        yield from _send_with_expand(expansion, {name: state.original.json[name]}, state, subject)
    for requirement in EXPANSION_REQUIREMENTS:
        yield skip_case(requirement, state.operation.key, Verdict.NOT_APPLICABLE, "no link can be expanded here")


def _send_with_expand(
    expansion: Expansion, named: Mapping[str, Any], state: UpdateState, subject: Subject
) -> Steps[None]:
    """Send the PATCH with `expand`, and compare its response with a plain read."""
    plain = yield from state.read_current()
    response = yield from state.send_patch(named, subject, ("expand", expansion.path))
    if not response.is_success and not (yield from state.send_patch(named, subject)).is_success:
        return
    outcomes = list(check_replacement(plain, response, expansion, subject))
    if any(is_moment_dependent(outcome) for outcome in outcomes):
        plain = yield from state.read_current()  # the link may have moved between the read and the PATCH
        later = list(check_replacement(plain, response, expansion, subject))
        outcomes = [
            outcome for outcome in outcomes if not is_moment_dependent(outcome) or _has_recurrence(outcome, later)
        ]
    yield from outcomes


def _has_recurrence(outcome: Outcome, later: Iterable[Outcome]) -> bool:
    """Return whether a later judgement reports the same failure."""
    return any(
        (candidate.requirement, candidate.pointer, candidate.expected, candidate.actual)
        == (outcome.requirement, outcome.pointer, outcome.expected, outcome.actual)
        for candidate in later
    )
