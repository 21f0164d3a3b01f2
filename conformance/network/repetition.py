"""Repetition of the few requests before a run, which nothing judges, if a gateway answered instead of the target."""

import time
from collections.abc import Callable

from conformance.model import Request, Response
from conformance.network.channel import Channel, NoResponseError

_PAUSES_S = (0.1, 0.5, 2.0)


def send_until_answered(
    channel: Channel, request: Request, sleep: Callable[[float], None] = time.sleep
) -> tuple[Response, int]:
    """Send a harmless request, again where a gateway answers or the connection breaks; return response and tries.

    Raises NotSentError and NoResponseError as `Channel.send` does, the latter at once where no connection came about,
    and where time ran out twice: one connection may stall.
    """
    stalled = 0
    for number, pause in enumerate(_PAUSES_S, 1):
        try:
            response = channel.send(request)
        except NoResponseError as error:
            stalled += error.slow
            if error.unreachable or stalled > 1:
                raise
        else:
            if not response.is_unavailable:
                return response, number
        sleep(pause)
    return channel.send(request), len(_PAUSES_S) + 1
