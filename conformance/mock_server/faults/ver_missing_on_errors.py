"""Errors do not tell the version."""

from conformance.mock_server.call import Answer
from conformance.mock_server.faulting import Fault, Planted, Site, anywhere, on_answer


def plant(site: Site) -> Planted:
    """Every answer from 400 on."""

    def forget(answer: Answer) -> None:
        if answer.status >= 400:
            answer.headers.pop(site.model.version_header, None)

    return anywhere(answer=on_answer(forget))


FAULT = Fault(("VER-01",), "4xx answers lack EvEnergy-Version", plant, changes=("headers",))
