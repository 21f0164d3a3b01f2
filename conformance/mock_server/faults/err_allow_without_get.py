"""The Allow header names the methods of one handler, though another one serves GET at the same path."""

from conformance.mock_server.call import ServerResponse
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere, on_response


def _leave_out(response: ServerResponse) -> None:
    methods = response.headers.get("Allow", "").split(", ")
    rest = [method for method in methods if method not in {"GET", "HEAD"}]
    if rest and methods != [""]:
        response.headers["Allow"] = ", ".join(rest)


FAULT = SeededFault(
    ("ERR-06",),
    "Allow leaves GET out where something else is allowed too",
    lambda _site: hook_everywhere(answer=on_response(_leave_out, 405)),
    difficulty="subtle",
    changes=("headers",),
)
