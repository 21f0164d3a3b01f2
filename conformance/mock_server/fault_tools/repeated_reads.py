"""Reads that go wrong after others like them, as several seeded faults share them."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, hook_everywhere


def change_third_read(change: Callable[[ServerCall, ServerResponse], None]) -> Callable[[FaultSite], InstalledFault]:
    """Return a function that installs a fault everywhere: of four identical plain reads the third one is changed."""

    def install(_site: FaultSite) -> InstalledFault:
        reads: Counter[Any] = Counter()

        def change_response(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
            if call is None or call.method != "GET" or call.query or response.status != 200:
                return response
            key = (call.path, call.headers.get("authorization"), call.headers.get("evenergy-user"))
            reads[key] += 1
            if reads[key] % 4 == 3:
                change(call, response)
            return response

        return hook_everywhere(answer=change_response)

    return install
