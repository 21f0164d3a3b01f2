"""All passive checks on one exchange. Pure."""

from collections.abc import Iterator

from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.execution.availability import SERVER_FAILURE
from conformance.model import Exchange, Outcome
from conformance.plan import Catalogue


class UndeclaredOutcomeError(Exception):
    """A probe or check judged a requirement that it does not declare: an internal error."""

    def __init__(self, judge: str, requirement: str) -> None:
        super().__init__(f"{judge} judges {requirement}, which it does not declare")


def check_exchange(exchange: Exchange, subject: Subject, catalogue: Catalogue) -> Iterator[Outcome]:
    """Yield the outcomes of every check; for the response of a gateway, only that the server failed."""
    operation = subject.model.operations_by_key.get(exchange.request.operation)
    if operation is None:
        return
    response = OperationResponse(exchange, operation)
    for check in catalogue.checks:
        for outcome in check.judge(response, subject):
            if outcome.requirement not in check.requirements:
                raise UndeclaredOutcomeError(check.judge.__name__, outcome.requirement)
            if outcome.requirement == SERVER_FAILURE or not exchange.is_unavailable:
                yield outcome
