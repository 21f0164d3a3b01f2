"""Every response takes 3 ms longer, every two-hundredth 400 ms."""

from asyncio import sleep
from itertools import count

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading
from conformance.mock_server.app import Application, Receive, Scope, Send
from conformance.mock_server.fault_sites import FaultSite

_DELAY_S, _LONG_DELAY_S, _LONG_EVERY = 0.003, 0.4, 200


def _delay_responses(application: Application) -> Application:
    counter = count(1)

    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        await sleep(_LONG_DELAY_S if next(counter) % _LONG_EVERY == 0 else _DELAY_S)
        await application(scope, receive, send)

    return handle


def install(_site: FaultSite) -> InstalledReading:
    """Delay each request before it is handled."""
    return InstalledReading(wrapper=_delay_responses)


READING = AdmissibleReading("transport", "the description promises no time in which a response arrives", install)
