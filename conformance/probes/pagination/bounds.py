"""PAG-06, PAG-08 and PAG-10: page sizes, page numbers and cursors out of bounds are refused."""

import re
from collections.abc import Callable

from conformance.applicability.selectors import has_cursors, has_page_numbers, has_page_size
from conformance.evidence.outcomes import fail_case, judge_case, skip_case
from conformance.evidence.payers import ANY_READER
from conformance.evidence.subject import Subject
from conformance.model import Operation, Pagination, ResourceModel, Scheme, Verdict
from conformance.probes.responses.plain_reads import plain_read_needs
from conformance.probes.toolkit.base import Need, Probe, Steps, choose_turn
from conformance.probes.toolkit.calls import Missing, report_untested
from conformance.probes.toolkit.refusals import (
    check_accepted,
    check_refused,
    find_call_as,
    find_refusable_call,
    refusal_needs,
    send_for_refusal,
)
from conformance.probes.toolkit.samples import choose_ways, know_ways, try_ways
from conformance.tools.ulid import draw_ulid

_CURSOR_TIME_MS = 1_704_067_200_000  # 2024-01-01, the time in made-up cursors
_TIME = "2024-01-01T00:00:00Z"
_ODD_TIMES = (("nul", f"{_TIME}\0"), ("full-width digits", "\uff12\uff10" + _TIME[2:]), ("very long", "9" * 400))
_ODD = frozenset({"nul", "nul-inside", "full-width-digit", "combining-accent", "very-long"})
# A lenient reader may trim, fold or complete these; the documentation does not say.
_TOLERABLE = frozenset({
    "trailing-newline", "leading-space", "trailing-space", "lower-case", "no-offset", "date-alone", "epoch-seconds",
})  # fmt: skip
_ABSENT_PAGE, _HUGE_PAGE = "999999", "9" * 21  # the second one has an offset beyond 64 bits
_OTHER_BAD_SIZES = (("zero", "0"), ("negative", "-1"), ("text", "ten"), ("beyond 64 bits", str(2**64)))
_REFUSALS = (400, 404, 409, 410, 414, 416, 422, 431)  # those that are about the request, not about who sends it


def _pagination_of(operation: Operation) -> Pagination:
    """Return the pagination of an operation; a cursor without parameters where it has none."""
    return operation.pagination or Pagination(Scheme.CURSOR)


_SMALL_SHARE = 3  # one in so many lists is read with pages of one item with each seed

NamedValue = tuple[str, str]  # the name of a class of values, and one of them


def get_size_above(operation: Operation) -> NamedValue:
    """Return the page size that is one above the maximum, with the name of its class."""
    return "above the maximum", str(_pagination_of(operation).max_size + 1)


def list_bad_sizes(operation: Operation, subject: Subject, size: int = 1) -> tuple[NamedValue, ...]:
    """Return those of the other bad page sizes that are tried now, each with the name of its class."""
    return choose_ways(_OTHER_BAD_SIZES, size, subject, choose_turn(operation, len(_OTHER_BAD_SIZES)))


def send_bad_sizes(operation: Operation, subject: Subject) -> Steps[None]:
    """Send a page size above the maximum, and one of the other invalid sizes (PAG-06)."""
    call = yield from find_refusable_call(operation, subject)
    if isinstance(call, Missing):
        yield from report_untested(("PAG-06",), operation, call)
        return
    name = _pagination_of(operation).size

    def send_size(bad_size: NamedValue) -> Steps[None]:
        size_class, value = bad_size
        response = yield from send_for_refusal(operation, call.build_request((name, value)), subject)
        refused = "a page size out of bounds"
        yield from check_refused(response, "PAG-06", refused, 400, sent=size_class, pointer=f"query:{name}")

    start, always = choose_turn(operation, len(_OTHER_BAD_SIZES)), (get_size_above(operation),)
    yield from try_ways(_OTHER_BAD_SIZES, 1, subject, send_size, start=start, always=always)


def read_smallest_page(operation: Operation, subject: Subject) -> Steps[None]:
    """Request a page of one item, for which a list is easily taken for a single resource (PAG-06)."""
    call = yield from find_call_as(subject.any_reader, operation, subject)
    if isinstance(call, Missing):
        yield from report_untested(("PAG-06",), operation, call)
        return
    name = _pagination_of(operation).size
    response = yield from send_for_refusal(operation, call.build_request((name, "1")), subject)
    plain = response if response.is_success else (yield from send_for_refusal(operation, call.build_request(), subject))
    if not plain.is_success:
        reason = f"the list gives {plain.status} at every page size"
        yield judge_case(response, "PAG-06", Verdict.NOT_OBSERVABLE, reason)
    elif response.is_success and len(response.items) > 1 and subject.target.answers_from_examples:
        reason = "the target returns examples, whatever page size is requested"
        yield judge_case(response, "PAG-06", Verdict.NOT_OBSERVABLE, reason)
    elif response.is_success and len(response.items) > 1:
        message = "a page of size 1 holds several items"
        yield fail_case(response, "PAG-06", message, expected="at most 1 item", actual=str(len(response.items)))
    else:
        yield from check_accepted(response, "PAG-06", "a page size of 1", pointer=f"query:{name}")


def send_bad_page_numbers(operation: Operation, subject: Subject) -> Steps[None]:
    """Request page 0, a page behind the last, and one with a number beyond 64 bits; none exists (PAG-08)."""
    call = yield from find_refusable_call(operation, subject)
    if isinstance(call, Missing):
        yield from report_untested(("PAG-08",), operation, call)
        return
    name = _pagination_of(operation).page
    behind_last = yield from send_for_refusal(operation, call.build_request((name, _ABSENT_PAGE)), subject)
    yield from check_refused(behind_last, "PAG-08", "a page behind the last", 404, pointer=f"query:{name}")
    page_zero = yield from send_for_refusal(operation, call.build_request((name, "0")), subject)
    yield from check_refused(page_zero, "PAG-08", "page 0", *_REFUSALS, pointer=f"query:{name}")
    huge = yield from send_for_refusal(operation, call.build_request((name, _HUGE_PAGE)), subject)
    yield from check_refused(huge, "PAG-08", "a page number beyond 64 bits", *_REFUSALS, pointer=f"query:{name}")


def send_bad_cursors(operation: Operation, subject: Subject) -> Steps[None]:
    """Send a cursor of another collection, and one of the malformed cursors (PAG-10)."""
    call = yield from find_refusable_call(operation, subject)
    if isinstance(call, Missing):
        yield from report_untested(("PAG-10", "ERR-09"), operation, call)
        return
    name = _pagination_of(operation).after
    foreign, odd, malformed = make_bad_cursors(operation, subject)
    if not foreign:
        reason = "the description does not document the form of the list's cursors"
        yield skip_case("PAG-10", operation.key, Verdict.NOT_APPLICABLE, reason)
        return

    def send_cursor(bad_cursor: NamedValue) -> Steps[None]:
        cursor_class, value = bad_cursor
        response = yield from send_for_refusal(operation, call.build_request((name, value)), subject)
        refused = "a foreign or malformed cursor"
        yield from check_refused(response, "PAG-10", refused, *_REFUSALS, sent=cursor_class, pointer=f"query:{name}")

    start = choose_turn(operation, len(odd)) if odd else 0
    yield from try_ways((*odd, *malformed), 1, subject, send_cursor, start=start, always=foreign)


NamedCursors = tuple[NamedValue, ...]


def has_known_cursor_form(operation: Operation, model: ResourceModel) -> bool:
    """Return whether the form of the list's cursors is known: times, or ids with a prefix."""
    resource = model.resources_by_name.get(operation.resource)
    by_time = _pagination_of(operation).scheme is Scheme.TIMESTAMP
    return bool(_pagination_of(operation).after) and (by_time or bool(resource and resource.prefix))


def make_bad_cursors(operation: Operation, subject: Subject) -> tuple[NamedCursors, NamedCursors, NamedCursors]:
    """Return bad cursors, each with the name of its class, in three groups.

    They are: cursors of another collection, malformed ones with odd characters (ERR-09), and other malformed ones.
    """
    from strategies.near_misses import near_misses  # noqa: PLC0415 - hypothesis takes as long as all other imports
    from strategies.timestamps import bad_timestamps  # noqa: PLC0415 - likewise

    if not has_known_cursor_form(operation, subject.model):
        return (), (), ()
    generator = subject.make_random("cursor", operation.key)
    prefix = subject.model.resources_by_name[operation.resource].prefix
    foreign_prefix = next(
        resource.prefix for resource in subject.model.resources if resource.prefix and resource.prefix != prefix
    )
    foreign = (("of another collection", foreign_prefix + draw_ulid(generator, _CURSOR_TIME_MS)),)
    if _pagination_of(operation).scheme is Scheme.TIMESTAMP:
        times = [(time.name, time.value) for time in bad_timestamps(_TIME) if time.name not in _TOLERABLE]
        return foreign, tuple((f"no time ({name})", value) for name, value in _ODD_TIMES), tuple(times)
    pattern = re.compile(
        subject.model.resources_by_name[operation.resource].id_pattern or prefix + r"[A-Z\d]{26}", re.ASCII
    )
    near_miss_values = [
        (near_miss.name, near_miss.value) for near_miss in near_misses(prefix + draw_ulid(generator, _CURSOR_TIME_MS))
    ]
    malformed = [
        (name, value) for name, value in near_miss_values if name not in _TOLERABLE and not pattern.fullmatch(value)
    ]
    odd = tuple((f"malformed ({name})", value) for name, value in malformed if name in _ODD)
    return foreign, odd, tuple((f"malformed ({name})", value) for name, value in malformed if name not in _ODD)


def _needs(label: str) -> Callable[[Operation, ResourceModel], tuple[Need, ...]]:
    """Return a function that gives the needs of two refused requests: one that is always sent, and one of a sample."""
    return lambda operation, model: refusal_needs(operation, model, label, always=1)


def _number_needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """Return the needs of three page numbers."""
    return refusal_needs(operation, model, "number", always=2)


def _smallest_needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """Return the reads that find a path, and the request for a page of one item."""
    return (
        *plain_read_needs(operation, model, ANY_READER)[:-1],
        Need(f"one item of {operation.key}", identity=ANY_READER),
    )


_MALFORMED_CURSORS = 20  # malformed cursors that are expected for one list

PROBES = (
    Probe(
        "invalid-page-sizes", ("PAG-06",), has_page_size, _needs("size"), send_bad_sizes,
        ways=know_ways(len(_OTHER_BAD_SIZES)),
    ),
    Probe(
        "page-size-one", ("PAG-06",), has_page_size, _smallest_needs, read_smallest_page, rank=2,
        share=_SMALL_SHARE, is_unique_way=True,
    ),
    Probe("invalid-page-numbers", ("PAG-08",), has_page_numbers, _number_needs, send_bad_page_numbers),
    Probe(
        "invalid-cursors", ("PAG-10", "ERR-09"), has_cursors, _needs("cursor"), send_bad_cursors, rank=2,
        ways=know_ways(_MALFORMED_CURSORS),
    ),
)  # fmt: skip
