"""ERR-05: what nobody has is not found."""

from conformance.model import KeyKind, Location, Operation, Request, ResourceModel, Role
from conformance.probes.arguments import Missing, call_of, untested
from conformance.probes.base import AMPLE, OTHER, SPARE, Need, Probe, Steps, ask
from conformance.probes.harmless import harmless, stranger
from conformance.probes.reading import plain_read
from conformance.probes.unwelcome import ask_for_refusal, refused
from conformance.subject import Subject


def keyed(operation: Operation, model: ResourceModel) -> bool:
    """Whether it reads one member of a collection by its id."""
    resource = model.by_name.get(operation.resource)
    known = (
        resource is not None and resource.key_kind is KeyKind.ID and operation.path.endswith("{" + resource.key + "}")
    )
    return operation.method == "GET" and operation.role is Role.ITEM and known


def _nested(operation: Operation) -> bool:
    return operation.path.count("{") > 1


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    key = f"unknown {operation.key}"
    if not _nested(operation):
        return (Need(key, identity=OTHER),)
    return (*plain_read(operation, model, SPARE)[:-1], Need(key, identity=SPARE))


def request_for_nothing(operation: Operation, subject: Subject) -> Steps[Request | Missing]:
    """A read of a member that nobody has; what the collection hangs under is real."""
    if not _nested(operation):
        return harmless(operation, subject, subject.other)
    call = yield from call_of(operation, subject, subject.spare)
    if isinstance(call, Missing):
        return call
    resource = subject.model.by_name[operation.resource]
    path = call.path.rpartition("/")[0]
    return call.at(f"{path}/{stranger(operation, subject, resource.prefix)}")


def unknown_id(operation: Operation, subject: Subject) -> Steps[None]:
    """An id of the right form that nobody has gives 404."""
    request = yield from request_for_nothing(operation, subject)
    if isinstance(request, Missing):
        yield from untested(("ERR-05",), operation, request)
        return
    answer = yield from ask_for_refusal(operation, request, subject)
    yield from refused(answer, "ERR-05", "an id that nobody has", 404)


def beneath(operation: Operation, model: ResourceModel) -> bool:
    """Whether it reads what hangs under things that have ids, by these alone, and documents 404."""
    known = {(Location.PATH, each.key) for each in model.resources if each.prefix}
    needed = {(each.location, each.name) for each in operation.parameters if each.required}
    part = operation.role in {Role.LIST, Role.SINGLETON} and operation.response(404) is not None
    return operation.method == "GET" and part and bool(needed) and needed <= known and not operation.user_required


def _beneath_needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    return (Need(f"unknown {operation.key}", identity=AMPLE),)


def unknown_parent(operation: Operation, subject: Subject) -> Steps[None]:
    """What nobody has has no parts: neither an empty list nor an empty object."""
    request = harmless(operation, subject, subject.ample)
    if isinstance(request, Missing):
        yield from untested(("ERR-05",), operation, request)
        return
    answer = yield from ask(operation, request)
    yield from refused(answer, "ERR-05", "an id that nobody has", 404)


PROBES = (
    Probe("unknown-id", ("ERR-05",), keyed, _needs, unknown_id),
    Probe("unknown-parent", ("ERR-05",), beneath, _beneath_needs, unknown_parent, rank=2),
)
