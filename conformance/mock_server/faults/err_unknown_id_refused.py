"""A well-formed unknown id is refused as malformed."""

from conformance.mock_server.seeded_faults import SeededFault, hook_at, on_response, replace_response

FAULT = SeededFault(
    ("ERR-05",),
    "an unknown id gives 400 in one operation",
    lambda site: hook_at(
        site.pick(operation for operation in site.root_items() if any(r.status == "400" for r in operation.responses)),
        answer=on_response(
            replace_response(400, {"title": "Bad Request", "status": 400, "detail": "Unknown id."}), 404
        ),
    ),
    changes=("status", "headers", "body"),
)
