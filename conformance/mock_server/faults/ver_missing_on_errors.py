"""Errors do not have the version header."""

from conformance.mock_server.call import Answer
from conformance.mock_server.seeded_faults import Fault, Planted, Site, anywhere, on_answer


def plant(site: Site) -> Planted:
    """Remove the header from every response with status 400 or above."""

    def drop_version(answer: Answer) -> None:
        if answer.status >= 400:
            answer.headers.pop(site.model.version_header, None)

    return anywhere(answer=on_answer(drop_version))


FAULT = Fault(("VER-01",), "4xx answers lack EvEnergy-Version", plant, changes=("headers",))
