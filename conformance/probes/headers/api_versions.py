"""VER-02: a version that does not exist is refused."""

import msgspec

from conformance.evidence.outcomes import observed, passed, violated
from conformance.evidence.subject import Subject
from conformance.model import Operation, ResourceModel, Verdict
from conformance.probes.responses.plain_reads import plain_read
from conformance.probes.toolkit.base import IDLE, Need, Probe, Steps, ask, turn
from conformance.probes.toolkit.calls import Missing, call_of, untested

VERSIONS = ("99", "3", "next")  # numbers that are none of the API's, the next one too, and a word


def _reads(operation: Operation, model: ResourceModel) -> bool:
    """Return whether the operation is a GET."""
    return operation.method == "GET"


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """Return the reads that find a path, and the read in another version."""
    resolving = plain_read(operation, model, IDLE)[:-1]
    return (*resolving, Need(f"read {operation.path} in another version", identity=IDLE))


def unsupported(operation: Operation, subject: Subject) -> Steps[None]:
    """Send a correct read with a version that does not exist."""
    call = yield from call_of(operation, subject, subject.idle)
    if isinstance(call, Missing):
        call = yield from call_of(operation, subject, subject.spare)
    if isinstance(call, Missing):
        yield from untested(("VER-02",), operation, call)
        return
    name = subject.version_header
    version = VERSIONS[turn(operation, len(VERSIONS))]
    plain = call.request()
    other_headers = tuple((key, value) for key, value in plain.headers if key.lower() != name.lower())
    response = yield from ask(operation, msgspec.structs.replace(plain, headers=(*other_headers, (name, version))))
    if response.status == 400:
        yield passed(response, "VER-02")
        return
    plain_response = None if response.ok else (yield from ask(operation, plain))
    if plain_response is not None and plain_response.status == response.status:
        reason = f"the operation answers {response.status} whatever version is asked for"
        yield observed(response, "VER-02", Verdict.NOT_OBSERVABLE, reason, also=(plain_response,))
        return
    message = f"version {version!r} does not exist, and is not refused"
    yield violated(response, "VER-02", message, expected="400", actual=str(response.status))


PROBES = (Probe("unsupported-version", ("VER-02",), _reads, _needs, unsupported, rank=1),)
