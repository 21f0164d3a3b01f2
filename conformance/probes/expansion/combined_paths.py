"""Several expand paths together, and what one of them shows alone."""

from collections.abc import Callable, Iterator, Sequence

from conformance.evidence.differences import ValueDifference
from conformance.evidence.outcomes import pass_case
from conformance.evidence.responses import OperationResponse
from conformance.model import Expansion, Operation
from conformance.probes.expansion.judgements import find_lost_objects
from conformance.probes.toolkit.base import Need, Steps
from conformance.probes.toolkit.difference_outcomes import build_violation
from conformance.probes.toolkit.stillness import Comparison, report_restless, settle_differences

_SHOWN = 5  # differences reported of one pair


def sort_expansions(operation: Operation) -> tuple[Expansion, ...]:
    """Return the expansions that can be resolved, shorter paths first."""
    return tuple(
        sorted(
            (expansion for expansion in operation.expansions if expansion.resolvable),
            key=lambda expansion: expansion.path.count("."),
        )
    )


def expand_parameters(operation: Operation) -> tuple[tuple[str, str], ...]:
    """Return the query with everything expanded at once."""
    return tuple(("expand", expansion.path) for expansion in sort_expansions(operation))


def expand_all_need(operation: Operation) -> Need:
    """Return the read with everything expanded at once."""
    paths = [expansion.path for expansion in sort_expansions(operation)]
    return Need(f"read {operation.path} expand {paths[0] if len(paths) == 1 else 'all'}")


def report_settled(
    reads: tuple[OperationResponse, ...],
    compare: Comparison,
    requirement: str,
    describe: Callable[[ValueDifference], str],
) -> Steps[None]:
    """Report the differences between reads that last as violations, and pass where nothing else differs."""
    settled = yield from settle_differences(reads, compare)
    for change in settled.lasting[:_SHOWN]:
        yield build_violation(reads[-1], requirement, describe(change), change, reads[:-1])
    yield from report_restless(reads[-1], settled.restless)
    if not settled.lasting:
        yield pass_case(reads[-1], requirement)


def check_dotted_alone(alone: OperationResponse, together: OperationResponse, expansion: Expansion) -> Steps[None]:
    """Check that a dotted path expands alone what it expands beside the level above (EXP-06)."""

    def compare(reads: Sequence[OperationResponse]) -> Iterator[ValueDifference]:
        for loss in find_lost_objects(reads[0], reads[1], expansion):
            yield ValueDifference(loss.pointer, "an object", loss.new)

    message = "a path with a dot expands nothing unless the level above is also requested"
    if not (alone.is_success and together.is_success):
        return
    if any(True for _ in compare((together, alone))):
        yield from report_settled((together, alone), compare, "EXP-06", lambda _: message)
    else:
        yield pass_case(alone, "EXP-06")
