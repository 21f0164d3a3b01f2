"""VER-02: a version that does not exist is refused."""

import msgspec

from conformance.applicability.selectors import is_get
from conformance.evidence.outcomes import fail_case, judge_case, pass_case
from conformance.evidence.payers import ANY_READER
from conformance.evidence.subject import Subject
from conformance.model import Operation, ResourceModel, Verdict
from conformance.probes.responses.plain_reads import plain_read_needs
from conformance.probes.toolkit.base import Need, Probe, Steps, choose_turn, send
from conformance.probes.toolkit.calls import Missing, OperationCall, find_call, report_untested
from conformance.probes.toolkit.samples import know_ways, try_ways

ABSENT_VERSIONS = ("99", "3", "next")  # numbers that are none of the API's, the next one too, and a word

_SHARE = 3  # one in so many operations is tried with each seed: servers check versions in one place


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """Return the reads that find a path, and the read in another version."""
    resolving = plain_read_needs(operation, model, ANY_READER)[:-1]
    return (*resolving, Need(f"read {operation.path} in another version", identity=ANY_READER, sampled=True))


def send_unsupported_version(operation: Operation, subject: Subject) -> Steps[None]:
    """Send a correct read with a version that does not exist."""
    call = yield from find_call(operation, subject, subject.any_reader)
    if isinstance(call, Missing):
        call = yield from find_call(operation, subject, subject.reader)
    if isinstance(call, Missing):
        yield from report_untested(("VER-02",), operation, call)
        return

    def send_version(version: str) -> Steps[None]:
        yield from _request_version(call, version, subject)

    yield from try_ways(ABSENT_VERSIONS, 1, subject, send_version, start=choose_turn(operation, len(ABSENT_VERSIONS)))


def _request_version(call: OperationCall, version: str, subject: Subject) -> Steps[None]:
    """Send a correct read with one version that does not exist."""
    operation, name, plain = call.operation, subject.version_header, call.build_request()
    other_headers = tuple((key, value) for key, value in plain.headers if key.lower() != name.lower())
    response = yield from send(operation, msgspec.structs.replace(plain, headers=(*other_headers, (name, version))))
    if response.status == 400:
        yield pass_case(response, "VER-02")
        return
    plain_response = None if response.is_success else (yield from send(operation, plain))
    if plain_response is not None and plain_response.status == response.status:
        reason = f"the operation returns {response.status} whatever version is requested"
        yield judge_case(response, "VER-02", Verdict.NOT_OBSERVABLE, reason, also=(plain_response,))
        return
    message = f"version {version!r} does not exist, and is not refused with 400"
    yield fail_case(response, "VER-02", message, expected="400", actual=str(response.status))


PROBES = (
    Probe(
        "unsupported-version", ("VER-02",), is_get, _needs, send_unsupported_version,
        ways=know_ways(len(ABSENT_VERSIONS)), share=_SHARE, first_share=2,
    ),
)  # fmt: skip
