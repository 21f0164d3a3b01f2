"""A well-formed unknown id is refused as malformed."""

from conformance.mock_server.seeded_faults import Fault, at, becomes, on_answer

FAULT = Fault(
    ("ERR-05",),
    "an unknown id gives 400 in one operation",
    lambda site: at(
        site.pick(operation for operation in site.items() if any(r.status == "400" for r in operation.responses)),
        answer=on_answer(becomes(400, {"title": "Bad Request", "status": 400, "detail": "Unknown id."}), 404),
    ),
    changes=("status", "headers", "body"),
)
