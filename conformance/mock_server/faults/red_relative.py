"""A redirect leads to a relative URL."""

from conformance.mock_server.seeded_faults import SeededFault, hook_at, on_response, replace_header
from conformance.model import Role

FAULT = SeededFault(
    ("RED-01",),
    "Location of one redirect is a path",
    lambda site: hook_at(
        site.pick(operation for operation in site.model.operations if operation.role is Role.REDIRECT),
        answer=on_response(replace_header("Location", "/onboarding/start"), 302),
    ),
    changes=("headers",),
    implies=("RSP-04",),  # the header is documented as a URI, which a path is not
)
