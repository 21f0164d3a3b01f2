"""Of two filters the second one is ignored."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import SeededFault, hook_at
from conformance.model import Role

Pairs = list[tuple[str, str]]


def _keep_one(call: ServerCall, pairs: Pairs) -> Pairs:
    names = {query_filter.parameter for query_filter in call.operation.filters}
    sent = [pair for pair in pairs if pair[0] in names]
    return [pair for pair in pairs if pair not in sent[1:]]


FAULT = SeededFault(
    ("FLT-01",),
    "a list with two filters satisfies the first one alone",
    lambda site: hook_at([o for o in site.with_roles(Role.LIST) if len(o.filters) > 1], query=_keep_one),
    changes=("status", "headers", "body"),
    implies=("FLT-03", "FLT-05", "FLT-08", "PAG-05", "AUT-05"),
)
