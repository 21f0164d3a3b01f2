"""Rebate claims, from opening to submission, and the files that prove them."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.problems import Problem, build_parameter_problem, choose_documented_status
from conformance.mock_server.world.store import StoredRecord
from conformance.mock_server.write_handler import WriteHandler

_FILES = "rebate_evidence_files"
_CLAIM = "/user_rebates/{user_rebate_id}"


def open_claim(writes: WriteHandler, call: ServerCall) -> ServerResponse:
    """Add a claim of the given type."""
    body = writes.read_body(call)
    claim = writes.create_record(call, writes.world.shape.resources["user_rebates"], None, body)
    writes.world.store.change(claim, {"status": "PENDING_TYPE_SELECTED"})
    return writes.build_success_response(call, claim)


def add_evidence(writes: WriteHandler, call: ServerCall) -> ServerResponse:
    """Add evidence to a claim that is not submitted yet."""
    claim = writes.reads.find_record(call)
    body = writes.read_body(call)
    _require_open(call, claim)
    writes.world.store.change(
        claim, {**{n: v for n, v in body.items() if n == "rebate_type"}, "status": "PENDING_IN_PROGRESS"}
    )
    return writes.build_success_response(call, claim)


def submit_claim(writes: WriteHandler, call: ServerCall) -> ServerResponse:
    """Submit a claim; a second submission is refused."""
    claim = writes.reads.find_parent(call)
    assert claim is not None  # noqa: S101
    _require_open(call, claim)
    writes.world.store.change(claim, {"status": "COMPLETE"})
    return writes.build_success_response(call, claim)


def _require_open(call: ServerCall, claim: StoredRecord) -> None:
    if claim.data["status"] == "COMPLETE":
        raise Problem(
            choose_documented_status(call.operation, (409, 400)),
            "already-submitted",
            "The rebate is submitted already.",
        )


def start_upload(writes: WriteHandler, call: ServerCall) -> ServerResponse:
    """Add a file that waits for its content, and return the address for the upload."""
    claim = call.last_query_value("user_rebate")
    known = writes.world.store.get_collection("user_rebates").by_key.get(claim) if claim else None
    if claim is not None and (known is None or not writes.reads.is_visible(call, known)):
        raise build_parameter_problem("user_rebate", "no such rebate.")
    body = writes.read_body(call)
    file = writes.create_record(call, writes.world.shape.resources[_FILES], None, body)
    target = f"https://uploads.example.com/{file.key}?signature=made-up"
    return writes.build_success_response(call, None, id=file.key, url=call.base + file.path, presigned_url=target)


def finish_upload(writes: WriteHandler, call: ServerCall) -> ServerResponse:
    """Confirm that the content of a file has arrived."""
    return writes.build_success_response(call, writes.reads.find_parent(call))


ACTIONS = {
    "POST /user_rebates": open_claim,
    f"PATCH {_CLAIM}": add_evidence,
    f"POST {_CLAIM}:submit": submit_claim,
    "POST /rebate_evidence_files:start_upload": start_upload,
    "POST /rebate_evidence_files/{rebate_evidence_file_id}:finish_upload": finish_upload,
}
