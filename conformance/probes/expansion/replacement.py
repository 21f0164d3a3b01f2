"""EXP-02, 03, 06 and 11 on a plain and an expanded read: what depends on the moment of both is read again."""

from collections.abc import Iterator, Sequence

from conformance.evidence.differences import ValueDifference
from conformance.evidence.outcomes import pass_case
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Expansion, Outcome, Verdict
from conformance.model.pointers import fold_indices
from conformance.probes.expansion.judgements import check_replacement
from conformance.probes.toolkit.base import Steps
from conformance.probes.toolkit.stillness import report_restless, settle_differences


def judge_replacement(
    reference: OperationResponse | None, response: OperationResponse, expansion: Expansion, subject: Subject
) -> Steps[None]:
    """Check that each link became the object that it names; a link that moved meanwhile accuses nobody."""
    outcomes = list(check_replacement(reference, response, expansion, subject))
    yield from (outcome for outcome in outcomes if not is_moment_dependent(outcome))
    suspects = [outcome for outcome in outcomes if is_moment_dependent(outcome)]
    if reference is None or not suspects:
        return

    def compare(reads: Sequence[OperationResponse]) -> Iterator[ValueDifference]:
        for outcome in check_replacement(reads[0], reads[1], expansion, subject):
            if is_moment_dependent(outcome):
                yield ValueDifference(_place_of(outcome), outcome.expected, outcome.actual)

    reads = (reference, response)
    settled = yield from settle_differences(reads, compare)
    lasting = {fold_indices(difference.pointer) for difference in settled.lasting}
    for outcome in check_replacement(settled.reads[0], settled.reads[1], expansion, subject) if lasting else ():
        if is_moment_dependent(outcome) and fold_indices(_place_of(outcome)) in lasting:
            yield outcome
    passed = {outcome.requirement for outcome in outcomes if outcome.verdict is Verdict.PASS}
    for requirement in sorted({outcome.requirement for outcome in suspects}):
        moved = [difference for difference in settled.restless if difference.pointer.startswith(requirement)]
        places = [ValueDifference(difference.pointer[len(requirement) :], None, None) for difference in moved]
        is_settled = requirement in passed or not any(difference in settled.unsettled for difference in moved)
        yield from report_restless(response, places, "" if is_settled else requirement)
        if moved and is_settled and not lasting:
            yield pass_case(response, requirement)


def _place_of(outcome: Outcome) -> str:
    return f"{outcome.requirement}{outcome.pointer}"


def is_moment_dependent(outcome: Outcome) -> bool:
    """Return whether a failure compares two reads, between which the link may have changed."""
    return outcome.verdict is Verdict.FAIL and (outcome.requirement in {"EXP-03", "EXP-11"} or outcome.actual == "null")
