"""VER-02: a version that does not exist is refused."""

import msgspec

from conformance.judging import observed, passed, violated
from conformance.model import Operation, ResourceModel, Verdict
from conformance.probes.arguments import Missing, call_of, untested
from conformance.probes.base import IDLE, Need, Probe, Steps, ask, turn
from conformance.probes.reading import plain_read
from conformance.subject import Subject

VERSIONS = ("99", "3", "next")  # numbers that are none of the API's, the next one too, and a word


def _reads(operation: Operation, model: ResourceModel) -> bool:
    return operation.method == "GET"


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    resolving = plain_read(operation, model, IDLE)[:-1]
    return (*resolving, Need(f"read {operation.path} in another version", identity=IDLE))


def unsupported(operation: Operation, subject: Subject) -> Steps[None]:
    """A read that would succeed, but for the version that it asks for."""
    call = yield from call_of(operation, subject, subject.idle)
    if isinstance(call, Missing):
        call = yield from call_of(operation, subject, subject.spare)
    if isinstance(call, Missing):
        yield from untested(("VER-02",), operation, call)
        return
    name = subject.version_header
    version = VERSIONS[turn(operation, len(VERSIONS))]
    plain = call.request()
    kept = tuple((key, value) for key, value in plain.headers if key.lower() != name.lower())
    answer = yield from ask(operation, msgspec.structs.replace(plain, headers=(*kept, (name, version))))
    if answer.status == 400:
        yield passed(answer, "VER-02")
        return
    known = None if answer.ok else (yield from ask(operation, plain))
    if known is not None and known.status == answer.status:
        reason = f"the operation answers {answer.status} whatever version is asked for"
        yield observed(answer, "VER-02", Verdict.NOT_OBSERVABLE, reason, also=(known,))
        return
    message = f"version {version!r} does not exist, and is not refused"
    yield violated(answer, "VER-02", message, expected="400", actual=str(answer.status))


PROBES = (Probe("unsupported-version", ("VER-02",), _reads, _needs, unsupported, rank=1),)
