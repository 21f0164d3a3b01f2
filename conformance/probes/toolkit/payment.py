"""Sending the requests of a probe as the identity that the plan chose to pay for them."""

import msgspec

from conformance.model import Request
from conformance.probes.toolkit.base import Steps

_ASSUMED = "full"  # the identity of requests that name none
_REFUSED = frozenset({401, 403})


def send_as(payer: str, steps: Steps[None]) -> Steps[None]:
    """Send what steps send as `full` as the payer; from the first request on that it may not send, as `full`."""
    step = next(steps, None)
    while step is not None:
        if not isinstance(step, Request) or step.identity != _ASSUMED:
            received = yield step
        else:
            received = yield msgspec.structs.replace(step, identity=payer)
            if received.status in _REFUSED and payer != _ASSUMED:
                payer = _ASSUMED
                received = yield step
        try:
            step = steps.send(received)
        except StopIteration:
            return
