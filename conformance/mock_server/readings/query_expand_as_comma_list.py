"""`expand=model,user` expands both."""

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_hooks
from conformance.mock_server.call import ServerCall

Pairs = tuple[tuple[str, str], ...]


def _split_lists(call: ServerCall, pairs: Pairs) -> Pairs:
    if not call.operation.expansions:
        return pairs
    return tuple((name, part) for name, value in pairs for part in (value.split(",") if name == "expand" else [value]))


READING = AdmissibleReading(
    "requests",
    "the documentation of expansion once writes a comma list, which the description does not have",
    read_by_hooks(query=_split_lists),
)
