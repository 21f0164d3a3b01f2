"""WRT-04: what is deleted is gone, for good, and nothing else is."""

from collections.abc import Iterable

import msgspec

from conformance.answers import Answer, reader_of
from conformance.judging import observed, passed, violated
from conformance.model import Operation, Request, ResourceModel, Role, TargetKind, Verdict
from conformance.probes.arguments import Missing, call_of, calls_of, list_of, untested
from conformance.probes.base import Need, Probe, Steps, ask
from conformance.probes.listed import page_with, shows
from conformance.probes.reading import plain_read
from conformance.probes.writing import address
from conformance.subject import Subject

GONE = frozenset({404, 410})
"""Statuses that say that nothing is there any more."""
_COST = 5  # the deletion, two looks at what is gone, two at what is not


def look(gone: Answer) -> Steps[Answer]:
    """A GET where something was deleted."""
    request = msgspec.structs.replace(
        gone.exchange.request, operation=f"GET {gone.operation.path}", method="GET", fresh=True
    )
    return (yield from ask(gone.operation, request))


def is_gone(gone: Answer) -> Steps[None]:
    """After a DELETE neither GET nor DELETE finds it."""
    read = yield from look(gone)
    again = yield from ask(gone.operation, gone.exchange.request)
    right = True
    for answer, what in ((read, "GET after DELETE"), (again, "a second DELETE")):
        if answer.status != 404 and not (answer is read and answer.status == 405):
            right = False
            message = f"{what} does not give 404"
            yield violated(again, "WRT-04", message, expected="404", actual=str(answer.status), also=(gone, read))
    if right:
        yield passed(again, "WRT-04")


def is_gone_alone(gone: Answer, made: Answer, others: Iterable[str], subject: Subject) -> Steps[None]:
    """What was deleted is in no list either; others that were there are still."""
    path, resource = address(made, subject), subject.model.by_name.get(made.operation.resource)
    lister = list_of(resource, subject) if resource else None
    listed = (yield from page_with(lister, made.exchange.request, path, subject)) if lister else None
    if listed is not None and shows(listed, path, subject):
        message = "the list still shows what was deleted"
        yield violated(gone, "WRT-04", message, expected="a list without it", actual=path, also=(listed,))
    for other in others:
        if other not in {"", path}:
            yield from _is_left(other, gone, subject)


def there(path: str, subject: Subject, identity: str = "full") -> Steps[Answer | None]:
    """What is read at a path now; None where nothing reads it."""
    reader = reader_of(path, subject.model)
    if reader is None:
        return None
    return (yield from ask(reader, Request(reader.key, "GET", path, identity=identity, fresh=True)))


def _is_left(path: str, gone: Answer, subject: Subject) -> Steps[None]:
    """What was there just before, and was not deleted, still is; looked at twice."""
    for last in (False, True):
        left = yield from there(path, subject)
        if left is None or left.status not in GONE:
            return
        if last:
            message = "deleting one thing takes another along"
            yield violated(gone, "WRT-04", message, expected=f"200 at {path}", actual=str(left.status), also=(left,))


def _unmade(operation: Operation, model: ResourceModel) -> bool:
    """Whether it deletes what no operation creates."""
    collection = operation.path.rpartition("/")[0]
    made = any(each.role is Role.CREATE and each.path == collection for each in model.operations)
    return operation.role is Role.DELETE and not made


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    return (*plain_read(operation, model)[:-1], Need(f"write {operation.key}", _COST, shared=False))


def delete(operation: Operation, subject: Subject) -> Steps[None]:
    """Where nothing can be created first: only on the built-in server, whose things are nobody's."""
    if subject.target.kind is not TargetKind.BUILTIN:
        yield from untested(("WRT-04",), operation, Missing("only what a run created is deleted"))
        return
    calls = yield from calls_of(operation, subject, 3)
    if not calls:
        missing = yield from call_of(operation, subject)
        yield from untested(("WRT-04",), operation, missing if isinstance(missing, Missing) else Missing("no call"))
        return
    other = (yield from there(calls[0].path, subject)) if len(calls) > 1 else None
    gone = yield from ask(operation, calls[-1].request())
    if not gone.ok:
        yield observed(gone, "WRT-04", Verdict.INCONCLUSIVE, f"the first DELETE answers {gone.status}")
        return
    yield from is_gone(gone)
    if other is not None and other.ok:
        yield from _is_left(calls[0].path, gone, subject)


PROBES = (Probe("delete", ("WRT-04",), _unmade, _needs, delete, writes=True),)
