"""The channel of a run that compares its target with a baseline: each read goes to both, through a gate of each."""

from collections.abc import Iterator, Sequence

import msgspec

from conformance.model import Headers, Noticed, Operation, Request, Response, Target
from conformance.network.channel import AGENT, Channel
from conformance.regressions.mirror import Mirror
from conformance.safety.gate import Gate

REGRESSION_TOPIC, BASELINE_TOPIC = "regression", "baseline"
"""The topics of notices on what differs from the baseline, and on what it was sent."""
HARMLESS = "(harmless) "
"""How a notice begins on a difference that breaks no client."""


class Baseline(msgspec.Struct, frozen=True):
    """The target that a run compares with. It gets nothing but reads, whatever its kind allows.

    `headers` are credentials by identity, never written to disk; `limit` is how many requests each identity may send.
    """

    target: Target
    headers: dict[str, Headers] = {}
    limit: int | None = None

    def __repr__(self) -> str:  # a traceback must not show a secret
        return f"Baseline({self.target.name})"


class MirroredChannel(Channel):
    """A channel whose reads the baseline gets too; a response is that of the target alone."""

    def __init__(
        self, base_url: str, credentials: dict[str, Headers], gate: Gate, baseline: Baseline, model: Sequence[Operation]
    ) -> None:
        super().__init__(base_url, credentials, gate, agent=AGENT)
        self._baseline = Channel(baseline.target.base_url, baseline.headers, Gate(baseline.target, model), agent=AGENT)
        base_urls = (base_url, baseline.target.base_url)
        self._mirror = Mirror(self._baseline, base_urls, frozenset(baseline.headers), baseline.limit)
        self._name = baseline.target.name

    def send(self, request: Request, traceparent: str = "") -> Response:
        """Send a request, and where it is a read, compare its response with that of the baseline."""
        response = super().send(request, traceparent)
        send_again = super().send
        self._mirror.compare(request, response, lambda: send_again(request))
        return response

    def close(self) -> None:
        """Close all connections to both."""
        super().close()
        self._baseline.close()

    def describe(self) -> Iterator[Noticed]:
        """Yield a notice for each regression, and one on what the baseline was sent."""
        for regression in self._mirror.list_regressions():
            mark = "" if regression.is_grave else HARMLESS
            yield Noticed(REGRESSION_TOPIC, mark + regression.sentence, regression.operation)
        sent = ", ".join(f"{count:,} as {name or 'anonymous'}" for name, count in sorted(self._mirror.sent.items()))
        left_out = f"; {self._mirror.unsent:,} reads were not compared" if self._mirror.unsent else ""
        yield Noticed(BASELINE_TOPIC, f"sent to {self._name}: {sent or 'nothing'}{left_out}")
