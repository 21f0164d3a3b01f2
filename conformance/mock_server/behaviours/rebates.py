"""Rebate claims, from opening to submission, and the files that prove them."""

from conformance.mock_server.call import Answer, Call
from conformance.mock_server.problems import Problem, documented, parameter
from conformance.mock_server.world.store import Record
from conformance.mock_server.write_handler import Writes

_FILES = "rebate_evidence_files"
_CLAIM = "/user_rebates/{user_rebate_id}"


def opened(writes: Writes, call: Call) -> Answer:
    """Add a claim of the given type."""
    body = writes.body(call)
    claim = writes.create(call, writes.world.shape.resources["user_rebates"], None, body)
    writes.world.store.change(claim, {"status": "PENDING_TYPE_SELECTED"})
    return writes.done(call, claim)


def evidence(writes: Writes, call: Call) -> Answer:
    """Add evidence to a claim that is not submitted yet."""
    claim = writes.reads.find(call)
    body = writes.body(call)
    _require_open(call, claim)
    writes.world.store.change(
        claim, {**{n: v for n, v in body.items() if n == "rebate_type"}, "status": "PENDING_IN_PROGRESS"}
    )
    return writes.done(call, claim)


def submit(writes: Writes, call: Call) -> Answer:
    """Submit a claim; a second submission is refused."""
    claim = writes.reads.above(call)
    assert claim is not None  # noqa: S101
    _require_open(call, claim)
    writes.world.store.change(claim, {"status": "COMPLETE"})
    return writes.done(call, claim)


def _require_open(call: Call, claim: Record) -> None:
    if claim.data["status"] == "COMPLETE":
        raise Problem(documented(call.operation, (409, 400)), "already-submitted", "The rebate is submitted already.")


def start_upload(writes: Writes, call: Call) -> Answer:
    """Add a file that waits for its content, and return the address for the upload."""
    claim = call.last("user_rebate")
    known = writes.world.store.collection("user_rebates").by_key.get(claim) if claim else None
    if claim is not None and (known is None or not writes.reads.visible(call, known)):
        raise parameter("user_rebate", "no such rebate.")
    body = writes.body(call)
    file = writes.create(call, writes.world.shape.resources[_FILES], None, body)
    target = f"https://uploads.example.com/{file.key}?signature=made-up"
    return writes.done(call, None, id=file.key, url=call.base + file.path, presigned_url=target)


def finish_upload(writes: Writes, call: Call) -> Answer:
    """Confirm that the content of a file has arrived."""
    return writes.done(call, writes.reads.above(call))


ACTIONS = {
    "POST /user_rebates": opened,
    f"PATCH {_CLAIM}": evidence,
    f"POST {_CLAIM}:submit": submit,
    "POST /rebate_evidence_files:start_upload": start_upload,
    "POST /rebate_evidence_files/{rebate_evidence_file_id}:finish_upload": finish_upload,
}
