"""PAG-06, 08 and 10: sizes, numbers and cursors that no page has are refused."""

import re
from collections.abc import Callable
from functools import partial

from conformance.judging import observed, violated, without
from conformance.model import Operation, Pagination, Profile, ResourceModel, Scheme, Verdict
from conformance.probes.arguments import Missing, untested
from conformance.probes.base import OTHER, Need, Probe, Steps, turn
from conformance.probes.reading import plain_read
from conformance.probes.unwelcome import accepted, ask_for_refusal, call_by, call_to_refuse, refusal_needs, refused
from conformance.subject import Subject
from conformance.ulid import drawn

_BORN_MS = 1_704_067_200_000  # 2024-01-01, the time of made-up cursors
_TIME = "2024-01-01T00:00:00Z"
_ODD_TIMES = (("nul", f"{_TIME}\0"), ("full-width digits", "\uff12\uff10" + _TIME[2:]), ("very long", "9" * 400))
_ODD = frozenset({"nul", "nul-inside", "full-width-digit", "combining-accent", "very-long"})
# What a lenient reader trims, folds or completes; the documentation does not speak of it.
_FORGIVEN = frozenset({
    "trailing-newline", "leading-space", "trailing-space", "lower-case", "no-offset", "date-alone", "epoch-seconds",
})  # fmt: skip
_ABSENT_PAGE = "999999"
_REFUSALS = (400, 404, 409, 410, 414, 416, 422, 431)  # those that speak of the request, not of who asks


def sized(operation: Operation, model: ResourceModel) -> bool:
    """Whether it reads a list whose page size can be asked for."""
    return operation.method == "GET" and operation.pagination is not None and bool(operation.pagination.size)


def _numbered(operation: Operation, model: ResourceModel) -> bool:
    return operation.method == "GET" and _pagination(operation).scheme is Scheme.PAGE


def _by_cursor(operation: Operation, model: ResourceModel) -> bool:
    return operation.method == "GET" and bool(_pagination(operation).after)


def _pagination(operation: Operation) -> Pagination:
    return operation.pagination or Pagination(Scheme.CURSOR)


def bad_sizes(operation: Operation) -> tuple[tuple[str, str], ...]:
    """Page sizes by class of fault; the first two are one below and one above the bounds, in turn by operation."""
    above = str(_pagination(operation).max_size + 1)
    low = (("zero", "0"), ("negative", "-1"), ("text", "ten"))
    high = (("above the maximum", above), ("beyond 64 bits", str(2**64)))
    nth = turn(operation, 6)
    first, second = low[nth % 3], high[nth % 2]
    return (first, second, *(each for each in (*low, *high) if each not in {first, second}))


def sizes(operation: Operation, subject: Subject, *, deep: bool) -> Steps[None]:
    """PAG-06: two sizes out of bounds; in depth all that are left."""
    call = yield from call_to_refuse(operation, subject)
    if isinstance(call, Missing):
        yield from untested(("PAG-06",), operation, call)
        return
    name = _pagination(operation).size
    for what, value in bad_sizes(operation)[2:] if deep else bad_sizes(operation)[:2]:
        answer = yield from ask_for_refusal(operation, call.request((name, value)), subject)
        yield from refused(answer, "PAG-06", "a page size out of bounds", 400, sent=what, pointer=f"query:{name}")


def smallest(operation: Operation, subject: Subject) -> Steps[None]:
    """PAG-06: pages of one item work; that is where lists are taken for single things."""
    call = yield from call_by(subject.other, operation, subject)
    if isinstance(call, Missing):
        yield from untested(("PAG-06",), operation, call)
        return
    name = _pagination(operation).size
    answer = yield from ask_for_refusal(operation, call.request((name, "1")), subject)
    plain = answer if answer.ok else (yield from ask_for_refusal(operation, call.request(), subject))
    if not plain.ok:
        reason = f"the list answers {plain.status} whatever its page size"
        yield observed(answer, "PAG-06", Verdict.NOT_OBSERVABLE, reason)
    elif answer.ok and len(answer.items) > 1:
        message = "a page of size 1 holds more"
        yield violated(answer, "PAG-06", message, expected="at most 1 item", actual=str(len(answer.items)))
    else:
        yield from accepted(answer, "PAG-06", "a page size of 1", pointer=f"query:{name}")


def numbers(operation: Operation, subject: Subject) -> Steps[None]:
    """PAG-08: there is no page 0, and none behind the last."""
    call = yield from call_to_refuse(operation, subject)
    if isinstance(call, Missing):
        yield from untested(("PAG-08",), operation, call)
        return
    name = _pagination(operation).page
    beyond = yield from ask_for_refusal(operation, call.request((name, _ABSENT_PAGE)), subject)
    yield from refused(beyond, "PAG-08", "a page behind the last", 404, pointer=f"query:{name}")
    zero = yield from ask_for_refusal(operation, call.request((name, "0")), subject)
    yield from refused(zero, "PAG-08", "page 0", *_REFUSALS, pointer=f"query:{name}")


def cursors(operation: Operation, subject: Subject, *, deep: bool) -> Steps[None]:
    """PAG-10: a cursor of another collection, and a malformed one."""
    call = yield from call_to_refuse(operation, subject)
    if isinstance(call, Missing):
        yield from untested(("PAG-10", "ERR-09"), operation, call)
        return
    name = _pagination(operation).after
    foreign, odd, others = bad_cursors(operation, subject)
    first = (*foreign, *(odd[turn(operation, len(odd)) :][:1] if odd else ()))
    for what, value in [each for each in (*odd, *others) if each not in first] if deep else first:
        answer = yield from ask_for_refusal(operation, call.request((name, value)), subject)
        yield from refused(
            answer, "PAG-10", "a foreign or malformed cursor", *_REFUSALS, sent=what, pointer=f"query:{name}"
        )
    if not first:
        reason = "the description does not say what a cursor of the list looks like"
        yield without("PAG-10", operation.key, Verdict.NOT_APPLICABLE, reason)


Cursors = tuple[tuple[str, str], ...]  # by class


def formed(operation: Operation, model: ResourceModel) -> bool:
    """Whether it is known what its cursors look like: times, or ids with a prefix."""
    resource = model.by_name.get(operation.resource)
    by_time = _pagination(operation).scheme is Scheme.TIMESTAMP
    return bool(_pagination(operation).after) and (by_time or bool(resource and resource.prefix))


def bad_cursors(operation: Operation, subject: Subject) -> tuple[Cursors, Cursors, Cursors]:
    """A cursor of another collection; malformed ones that are odd in themselves (ERR-09); other malformed ones."""
    from strategies.near_misses import near_misses  # noqa: PLC0415 - hypothesis takes as long as all other imports
    from strategies.timestamps import bad_timestamps  # noqa: PLC0415 - likewise

    if not formed(operation, subject.model):
        return (), (), ()
    chance = subject.random("cursor", operation.key)
    prefix = subject.model.by_name[operation.resource].prefix
    stranger = next(each.prefix for each in subject.model.resources if each.prefix and each.prefix != prefix)
    foreign = (("of another collection", stranger + drawn(chance, _BORN_MS)),)
    if _pagination(operation).scheme is Scheme.TIMESTAMP:
        times = [(each.name, each.value) for each in bad_timestamps(_TIME) if each.name not in _FORGIVEN]
        return foreign, tuple((f"no time ({name})", value) for name, value in _ODD_TIMES), tuple(times)
    pattern = re.compile(subject.model.by_name[operation.resource].id_pattern or prefix + r"[A-Z\d]{26}", re.ASCII)
    bad = [(each.name, each.value) for each in near_misses(prefix + drawn(chance, _BORN_MS))]
    known = [(name, value) for name, value in bad if name not in _FORGIVEN and not pattern.fullmatch(value)]
    odd = tuple((f"malformed ({name})", value) for name, value in known if name in _ODD)
    return foreign, odd, tuple((f"malformed ({name})", value) for name, value in known if name not in _ODD)


def _needs(what: str, count: int) -> Callable[[Operation, ResourceModel], tuple[Need, ...]]:
    return lambda operation, model: refusal_needs(operation, model, what, count)


def _smallest_needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    return (*plain_read(operation, model, OTHER)[:-1], Need(f"one item of {operation.key}", identity=OTHER))


_DEEP = 20  # malformed cursors of one list, at most

PROBES = (
    Probe("page-sizes", ("PAG-06",), sized, _needs("size", 2), partial(sizes, deep=False)),
    Probe("page-sizes-all", ("PAG-06",), sized, _needs("other sizes", 3), partial(sizes, deep=True), Profile.DEEP, 2),
    Probe("smallest-page", ("PAG-06",), sized, _smallest_needs, smallest, rank=2),
    Probe("page-numbers", ("PAG-08",), _numbered, _needs("number", 2), numbers),
    Probe("cursors", ("PAG-10", "ERR-09"), _by_cursor, _needs("cursor", 2), partial(cursors, deep=False), rank=2),
    Probe(
        "cursors-all", ("PAG-10",), _by_cursor, _needs("other cursors", _DEEP), partial(cursors, deep=True),
        Profile.DEEP, 2,
    ),
)  # fmt: skip
