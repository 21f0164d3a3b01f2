"""The plain read of every operation, on which passive checks and most other probes rest."""

import re

from conformance.applicability.selectors import is_get
from conformance.evidence.outcomes import fail_case, judge_case, pass_case
from conformance.evidence.payers import READER
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.evidence.urls import extract_path, match_path
from conformance.model import Operation, Outcome, Profile, ResourceModel, Role, Verdict
from conformance.probes.toolkit.base import Need, Probe, Steps, send
from conformance.probes.toolkit.calls import Missing, find_call, find_populated_list, report_untested

# conformance.checks judges these on every response; they are named here so that an unreadable operation says why.
PASSIVE_REQUIREMENTS = (
    "RSP-01", "RSP-02", "RSP-03", "RSP-04", "RSP-05", "RSP-06", "RSP-08", "RSP-09", "RSP-10", "RSP-11",
    "IDS-01", "IDS-02", "IDS-03", "IDS-04", "IDS-05", "LNK-01", "EXP-01", "VER-01", "LIM-01",
    "ERR-01", "ERR-02", "ERR-03", "CON-03", "CON-04", "CSV-01",
    "CHG-01", "CHG-02", "CHG-03", "CHG-04", "CHG-05", "CHG-06", "CHG-07",
    "LNK-06",
)  # fmt: skip


def plain_read_needs(operation: Operation, model: ResourceModel, identity: str = "full") -> tuple[Need, ...]:
    """Return the needs of a plain read: the reads that find ids for its path, and the read itself."""
    needs, path = [], ""
    for segment in operation.path.split("/"):
        if segment.startswith("{"):
            needs.append(Need(f"read {path}", identity=identity))
        path = f"{path}/{segment}" if segment else path
    return (*needs, Need(f"read {operation.path}", identity=identity))


def whole_list_needs(operation: Operation, model: ResourceModel, reader: str) -> tuple[Need, ...]:
    """Return the requests that find a list, and the one with its largest page where the size can be chosen."""
    is_sized = operation.pagination is not None and bool(operation.pagination.size)
    whole = (Need(f"read {operation.path} whole", identity=reader),) if is_sized else ()
    return (*plain_read_needs(operation, model, reader), *whole)


def read_plainly(operation: Operation, subject: Subject) -> Steps[None]:
    """Read the resource once as every client would; where it cannot be read, say why for every passive requirement."""
    call = yield from find_call(operation, subject)
    if isinstance(call, Missing):
        yield from report_untested((*PASSIVE_REQUIREMENTS, "RSP-12"), operation, call)
        return
    response = yield from send(operation, call.build_request())
    if operation.role is Role.LIST and response.is_success and not response.items:
        yield from find_populated_list(
            operation, subject
        )  # an empty list has nothing to judge: read it below other parents
    if response.is_success or (300 <= response.status < 400 and operation.role is Role.REDIRECT):
        yield pass_case(response, "RSP-12")
    elif response.status in {401, 403}:
        yield judge_case(response, "RSP-12", Verdict.NOT_OBSERVABLE, "the identity may not call this operation")
    elif response.status == 404 and not operation.path.endswith("}") and operation.role is not Role.LIST:
        yield _judge_absent_part(response)
    elif response.status and (name := _find_mismatched_parameter(response)):
        reason = f"the target shows a {name} that does not match the pattern of the path, so no request is correct"
        yield judge_case(response, "RSP-12", Verdict.NOT_OBSERVABLE, reason)
    elif response.status:
        yield fail_case(
            response,
            "RSP-12",
            "a correct request for an existing resource is refused",
            expected="2xx",
            actual=str(response.status),
        )


def _find_mismatched_parameter(response: OperationResponse) -> str:
    """Return the name of a path parameter whose value its pattern excludes, empty where there is none."""
    values = match_path(response.operation.path, extract_path(response.exchange.request.target)) or {}
    for parameter in response.operation.path_parameters:
        pattern = parameter.schema.get("pattern")
        if isinstance(pattern, str) and not re.search(pattern, values.get(parameter.name, "")):
            return parameter.name
    return ""


def _judge_absent_part(response: OperationResponse) -> Outcome:
    """Judge a 404 for a fixed part of a resource, as `…/current`: the resource may have none."""
    if response.spec is not None:
        reason = "the resource has no such part, and 404 is documented for that"
        return judge_case(response, "RSP-12", Verdict.NOT_APPLICABLE, reason)
    message = (
        "a part of an existing resource is not found (one reading: every resource has it. "
        "The other: it has none yet, though no 404 is documented for that)"
    )
    return judge_case(response, "RSP-12", Verdict.REVIEW, message, expected="2xx", actual="404")


PROBES = (
    Probe(
        "read",
        (*PASSIVE_REQUIREMENTS, "RSP-12"),
        is_get,
        plain_read_needs,
        read_plainly,
        profile=Profile.SMOKE,
        rank=0,
        is_plain_read=True,
        payer=READER,
    ),
)
