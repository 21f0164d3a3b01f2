"""ERR-05 and IDS-06: what does not exist is 404, and what is no id is refused."""

from collections.abc import Iterator

from conformance.answers import Answer
from conformance.judging import observed, passed, violated
from conformance.model import KeyKind, Operation, Outcome, ResourceModel, Role, Verdict
from conformance.probes.arguments import Missing, call_of, untested
from conformance.probes.base import SPARE, Need, Probe, Steps, ask
from conformance.probes.reading import plain_read
from conformance.subject import Subject
from conformance.ulid import ALPHABET

_CENTURY_MS = 946_684_800_000  # 2000-01-01: a valid ULID's time at which nothing of this API was born


def _keyed(operation: Operation, model: ResourceModel) -> bool:
    resource = model.by_name.get(operation.resource)
    known = (
        resource is not None and resource.key_kind is KeyKind.ID and operation.path.endswith("{" + resource.key + "}")
    )
    return operation.method == "GET" and operation.role is Role.ITEM and known


def _unknown_needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    return (*plain_read(operation, model, SPARE), Need(f"read {operation.path} unknown", identity=SPARE))


def unknown_id(operation: Operation, subject: Subject) -> Steps[None]:
    """An id of the right form that nobody has gives 404."""
    call = yield from call_of(operation, subject, subject.spare)
    if isinstance(call, Missing):
        yield from untested(("ERR-05",), operation, call)
        return
    resource = subject.model.by_name[operation.resource]
    drawn = subject.random("unknown", operation.key)
    tail = _time(_CENTURY_MS) + "".join(drawn.choice(ALPHABET) for _ in range(16))
    path = call.path.rpartition("/")[0]
    answer = yield from ask(operation, call.at(f"{path}/{resource.prefix}{tail}"))
    yield from _not_found(answer)


def _time(milliseconds: int) -> str:
    """The first ten characters of a ULID."""
    letters = ""
    for _ in range(10):
        milliseconds, index = divmod(milliseconds, 32)
        letters = ALPHABET[index] + letters
    return letters


def _not_found(answer: Answer) -> Iterator[Outcome]:
    if answer.status == 404:
        yield passed(answer, "ERR-05")
    elif answer.status in {401, 403}:
        yield observed(answer, "ERR-05", Verdict.NOT_OBSERVABLE, "the identity may not call this operation")
    else:
        message = "an id that nobody has is not answered by 404"
        yield violated(answer, "ERR-05", message, expected="404", actual=str(answer.status))


PROBES = (Probe("unknown-id", ("ERR-05",), _keyed, _unknown_needs, unknown_id),)
