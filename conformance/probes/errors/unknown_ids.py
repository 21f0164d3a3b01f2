"""ERR-05: a resource that does not exist is not found."""

from conformance.evidence.subject import Subject
from conformance.model import KeyKind, Location, Operation, Request, ResourceModel, Role
from conformance.probes.responses.plain_reads import plain_read
from conformance.probes.toolkit.base import AMPLE, OTHER, SPARE, Need, Probe, Steps, ask
from conformance.probes.toolkit.calls import Missing, call_of, untested
from conformance.probes.toolkit.harmless_requests import harmless, stranger
from conformance.probes.toolkit.refusals import ask_for_refusal, refused

_UNKNOWN_ID = "an id that does not exist"


def keyed(operation: Operation, model: ResourceModel) -> bool:
    """Return whether the operation reads one member of a collection by its id."""
    resource = model.by_name.get(operation.resource)
    has_id_path = (
        resource is not None and resource.key_kind is KeyKind.ID and operation.path.endswith("{" + resource.key + "}")
    )
    return operation.method == "GET" and operation.role is Role.ITEM and has_id_path


def _is_nested(operation: Operation) -> bool:
    """Return whether the path of the operation has several parameters."""
    return operation.path.count("{") > 1


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """Return the reads that find the parents, if any, and the read of an unknown id."""
    key = f"unknown {operation.key}"
    if not _is_nested(operation):
        return (Need(key, identity=OTHER),)
    return (*plain_read(operation, model, SPARE)[:-1], Need(key, identity=SPARE))


def request_for_nothing(operation: Operation, subject: Subject) -> Steps[Request | Missing]:
    """Return the read of a member that does not exist; the parents in its path are real."""
    if not _is_nested(operation):
        return harmless(operation, subject, subject.other)
    call = yield from call_of(operation, subject, subject.spare)
    if isinstance(call, Missing):
        return call
    resource = subject.model.by_name[operation.resource]
    path = call.path.rpartition("/")[0]
    return call.at(f"{path}/{stranger(operation, subject, resource.prefix)}")


def unknown_id(operation: Operation, subject: Subject) -> Steps[None]:
    """Check that a well-formed id that does not exist gives 404."""
    request = yield from request_for_nothing(operation, subject)
    if isinstance(request, Missing):
        yield from untested(("ERR-05",), operation, request)
        return
    response = yield from ask_for_refusal(operation, request, subject)
    yield from refused(response, "ERR-05", _UNKNOWN_ID, 404)


def beneath(operation: Operation, model: ResourceModel) -> bool:
    """Return whether the operation reads parts of resources with ids, needs only these ids, and documents 404."""
    id_parameters = {(Location.PATH, resource.key) for resource in model.resources if resource.prefix}
    required_parameters = {
        (parameter.location, parameter.name) for parameter in operation.parameters if parameter.required
    }
    is_documented_part = operation.role in {Role.LIST, Role.SINGLETON} and operation.response(404) is not None
    return (
        operation.method == "GET"
        and is_documented_part
        and bool(required_parameters)
        and required_parameters <= id_parameters
        and not operation.user_required
    )


def _parent_needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """Return the need of the read below an unknown parent."""
    return (Need(f"unknown {operation.key}", identity=AMPLE),)


def unknown_parent(operation: Operation, subject: Subject) -> Steps[None]:
    """Check that parts of a resource that does not exist give 404, not an empty list or object."""
    request = harmless(operation, subject, subject.ample)
    if isinstance(request, Missing):
        yield from untested(("ERR-05",), operation, request)
        return
    response = yield from ask(operation, request)
    yield from refused(response, "ERR-05", _UNKNOWN_ID, 404)


PROBES = (
    Probe("unknown-id", ("ERR-05",), keyed, _needs, unknown_id),
    Probe("unknown-parent", ("ERR-05",), beneath, _parent_needs, unknown_parent, rank=2),
)
