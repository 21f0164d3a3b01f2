"""LIM-01 over a run: if any response states the rate limit, each response that documents it states it. Pure."""

from collections.abc import Iterator

from conformance.checks.headers import LIMIT, REMAINING, list_documented_rate_headers
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Exchange, Outcome, Verdict


class StatedAllowance:
    """LIM-01: a 2xx response to a token has the rate headers that are documented for it.

    A server none of whose responses has any may have no rate limit, as a system for tests often has none: that is for
    a person to decide.
    """

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._silent: dict[str, str] = {}  # by operation, its first exchange without the headers
        self._is_told = False

    def add_exchange(self, exchange: Exchange) -> None:
        """Read one exchange."""
        operation = self._subject.model.operations_by_key.get(exchange.request.operation)
        if operation is None or exchange.response is None:
            return
        if any(exchange.response.find_header(name) is not None for name in (LIMIT, REMAINING)):
            self._is_told = True
            return
        response = OperationResponse(exchange, operation)
        if response.is_success and exchange.request.identity and list_documented_rate_headers(response):
            self._silent.setdefault(operation.key, exchange.id)

    def judge(self) -> Iterator[Outcome]:
        """Yield one outcome for each operation with a response that does not state the rate limit."""
        for key, exchange in self._silent.items():
            if self._is_told:
                verdict, message = Verdict.FAIL, f"{LIMIT} and {REMAINING} are absent, where other responses have them"
            else:
                verdict = Verdict.REVIEW
                message = (
                    f"no response of the run has {LIMIT} or {REMAINING}: is there no rate limit, or is it not stated?"
                )
            yield Outcome(
                "LIM-01", key, verdict, message, "an integer", "absent", f"header:{REMAINING}", exchanges=(exchange,)
            )
