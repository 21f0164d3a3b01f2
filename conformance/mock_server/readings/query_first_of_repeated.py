"""Of a query parameter that is sent twice the first value counts."""

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_hooks
from conformance.mock_server.call import ServerCall

Pairs = tuple[tuple[str, str], ...]


def _keep_first(call: ServerCall, pairs: Pairs) -> Pairs:
    several = {p.name for p in call.operation.parameters if p.schema.get("type") == "array"} | {"expand"}
    seen: set[str] = set()
    kept = []
    for name, value in pairs:
        if name in several or name not in seen:
            kept.append((name, value))
        seen.add(name)
    return tuple(kept)


READING = AdmissibleReading(
    "requests",
    "the description is silent on which of two values of one parameter counts",
    read_by_hooks(query=_keep_first),
    slots=("repeated parameter",),
)
