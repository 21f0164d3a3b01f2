"""Errors do not have the version header."""

from conformance.mock_server.call import ServerResponse
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_everywhere, on_response


def install(site: FaultSite) -> InstalledFault:
    """Remove the header from every response with status 400 or above."""

    def drop_version(answer: ServerResponse) -> None:
        if answer.status >= 400:
            answer.headers.pop(site.model.version_header, None)

    return hook_everywhere(answer=on_response(drop_version))


FAULT = SeededFault(("VER-01",), "4xx responses lack EvEnergy-Version", install, changes=("headers",))
