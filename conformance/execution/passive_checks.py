"""All passive checks on one exchange. Pure."""

from collections.abc import Iterable, Iterator
from hashlib import sha256

from conformance.checks.base import Check
from conformance.evidence.outcomes import pass_case
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.execution.availability import SERVER_FAILURE
from conformance.model import Exchange, Outcome
from conformance.plan import Catalogue

_MAX_KNOWN = 50_000  # bodies that are remembered


class UndeclaredOutcomeError(Exception):
    """A probe or check judged a requirement that it does not declare: an internal error."""

    def __init__(self, judge: str, requirement: str) -> None:
        super().__init__(f"{judge} judges {requirement}, which it does not declare")


def check_exchange(exchange: Exchange, subject: Subject, catalogue: Catalogue) -> Iterator[Outcome]:
    """Yield the outcomes of every check; for the response of a gateway, only that the server failed."""
    if operation := subject.model.operations_by_key.get(exchange.request.operation):
        yield from _run_checks(catalogue.checks, OperationResponse(exchange, operation), subject)


class RepeatedChecks:
    """All checks on exchanges of which many are alike: what passes by the body is not judged a second time."""

    def __init__(self, subject: Subject, catalogue: Catalogue) -> None:
        self._subject = subject
        self._by_body = tuple(check for check in catalogue.checks if check.by_body)
        self._others = tuple(check for check in catalogue.checks if not check.by_body)
        self._passed: dict[tuple[object, ...], tuple[str, ...]] = {}  # requirements, by what they were judged by
        self._shared: dict[tuple[str, ...], tuple[str, ...]] = {}  # equal ones are one object

    def check_exchange(self, exchange: Exchange) -> Iterator[Outcome]:
        """Yield what the function of that name yields, in another order."""
        operation = self._subject.model.operations_by_key.get(exchange.request.operation)
        if operation is None:
            return
        response = OperationResponse(exchange, operation)
        yield from _run_checks(self._others, response, self._subject)
        key = _describe_body(response)
        passed = self._passed.get(key)
        if passed is None:
            outcomes = tuple(_run_checks(self._by_body, response, self._subject))
            if all(outcome == pass_case(response, outcome.requirement) for outcome in outcomes):
                if len(self._passed) >= _MAX_KNOWN:
                    self._passed.clear()
                requirements = tuple(outcome.requirement for outcome in outcomes)
                self._passed[key] = self._shared.setdefault(requirements, requirements)
            yield from outcomes
            return
        for requirement in passed:
            yield pass_case(response, requirement)


def _describe_body(response: OperationResponse) -> tuple[object, ...]:
    """Return what checks by the body depend on."""
    request, http_response = response.exchange.request, response.exchange.response
    names = tuple(name for name, _ in request.headers)
    sent = (request.operation, request.method, request.target, names, request.identity, request.token_in, request.body)
    if http_response is None:
        return sent
    media_type, digest = http_response.find_header("content-type"), sha256(http_response.body).digest()
    return (*sent, response.is_part, http_response.status, media_type, http_response.cut, digest)


def _run_checks(checks: Iterable[Check], response: OperationResponse, subject: Subject) -> Iterator[Outcome]:
    is_unavailable = response.exchange.is_unavailable
    for check in checks:
        for outcome in check.judge(response, subject):
            if outcome.requirement not in check.requirements:
                raise UndeclaredOutcomeError(check.judge.__name__, outcome.requirement)
            if outcome.requirement == SERVER_FAILURE or not is_unavailable:
                yield outcome
