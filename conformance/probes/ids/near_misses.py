"""IDS-06: a near miss of an id finds nothing."""

from collections.abc import Callable
from urllib.parse import quote as percent_encoded

from conformance.applicability.selectors import is_read_by_id
from conformance.evidence.payers import ANY_READER
from conformance.evidence.subject import Subject
from conformance.evidence.urls import match_path
from conformance.model import Operation, Request, ResourceModel
from conformance.probes.responses.plain_reads import plain_read_needs
from conformance.probes.toolkit.base import Need, Probe, Steps
from conformance.probes.toolkit.calls import Missing, report_untested
from conformance.probes.toolkit.harmless_requests import draw_unknown_id
from conformance.probes.toolkit.refusals import check_refused, find_call_as, send_for_refusal
from conformance.probes.toolkit.samples import choose_ways, count_attempts, know_ways, try_ways

# A near miss of an existing id finds it where a server cuts, trims or completes ids, ignores case, reads the ULID
# alone, or decodes Crockford's base32 leniently. One class of each kind is tried in turn.
_LENIENT = (
    ("one-long", "nul", "combining-accent", "percent"),
    ("trailing-newline", "one-short", "trailing-space", "leading-space"),
    ("lower-case", "upper-case-prefix"),
    ("wrong-prefix", "no-prefix"),
    ("zero-as-o", "one-as-i", "one-as-l"),
)
_ALIKE = {"zero-as-o": ("0", "O"), "one-as-i": ("1", "I"), "one-as-l": ("1", "L")}
_PREFIX = 4  # characters
# The other classes are tested as variants of an id that nobody has.
_SPOILT = (
    "letter-i", "nul-inside", "very-long", "full-width-digit", "letter-l", "hyphen", "letter-o", "quote", "letter-u",
    "prefix-alone", "overflow",
)  # fmt: skip
_REFUSALS = (400, 404, 414)  # 414 for what is too long (RFC 9110, section 15.5.15)


def list_near_misses(valid: str) -> dict[str, str]:
    """Return near misses of an id by class; classes of letter case and look-alikes change nothing else."""
    from strategies.near_misses import near_misses  # noqa: PLC0415 - hypothesis takes as long as all other imports

    prefix, tail = valid[:_PREFIX], valid[_PREFIX:]
    alike = {name: prefix + tail.replace(digit, letter, 1) for name, (digit, letter) in _ALIKE.items() if digit in tail}
    lower = {"lower-case": prefix + tail.lower()} if tail != tail.lower() else {}
    return {near_miss.name: near_miss.value for near_miss in near_misses(valid)} | lower | alike


def _find_place(operation: Operation, subject: Subject) -> int:
    """Return the place of an operation among those that read by id, by which the classes are spread over them."""
    keys = [candidate.key for candidate in subject.model.operations if is_read_by_id(candidate, subject.model)]
    return keys.index(operation.key)


def request_near_misses_of_existing(operation: Operation, subject: Subject) -> Steps[None]:
    """Request malformed variants of an existing id (IDS-06)."""
    call = yield from find_call_as(subject.any_reader, operation, subject)
    if isinstance(call, Missing):
        yield from report_untested(("IDS-06",), operation, call)
        return
    parameters = match_path(operation.path, call.path) or {}
    key = parameters.get(subject.model.resources_by_name[operation.resource].key, "")
    variants, place = list_near_misses(key), _find_place(operation, subject)

    def send_variant(name: str) -> Steps[None]:
        path = f"{call.path.rpartition('/')[0]}/{percent_encoded(variants[name], safe='')}"
        response = yield from send_for_refusal(operation, call.build_request_to(path), subject)
        yield from check_refused(response, "IDS-06", "a near miss of an id", *_REFUSALS, sent=name)

    chosen = [name for kind in _LENIENT for name in choose_ways(kind, 1, subject, place) if name in variants]
    known = sum(name in variants for kind in _LENIENT for name in kind)
    yield from count_attempts(chosen, known, send_variant)


def request_near_misses_of_unknown(operation: Operation, subject: Subject) -> Steps[None]:
    """Request malformed variants of an id that does not exist, below parents that do not exist (IDS-06)."""
    resource = subject.model.resources_by_name[operation.resource]
    variants = list_near_misses(draw_unknown_id(operation, subject, resource.prefix))

    def send_variant(name: str) -> Steps[None]:
        path = operation.path.replace("{" + resource.key + "}", percent_encoded(variants[name], safe=""))
        request = Request(operation.key, "GET", path, identity=subject.any_reader)
        response = yield from send_for_refusal(operation, request, subject)
        yield from check_refused(response, "IDS-06", "a near miss of an id", *_REFUSALS, sent=name)

    yield from try_ways(_SPOILT, 1, subject, send_variant, start=_find_place(operation, subject))


def _has_one_parameter(operation: Operation, model: ResourceModel) -> bool:
    return is_read_by_id(operation, model) and operation.path.count("{") == 1


def _real_needs(count: int) -> Callable[[Operation, ResourceModel], tuple[Need, ...]]:
    return lambda operation, model: (
        *plain_read_needs(operation, model, ANY_READER)[:-1],
        Need(f"near miss {operation.key}", count, ANY_READER, sampled=True),
    )


def _none_needs(count: int) -> Callable[[Operation, ResourceModel], tuple[Need, ...]]:
    return lambda operation, _: (Need(f"near miss of none {operation.key}", count, ANY_READER, sampled=True),)


PROBES = (
    Probe(
        "near-existing-id", ("IDS-06",), is_read_by_id, _real_needs(len(_LENIENT)), request_near_misses_of_existing,
        rank=2, ways=know_ways(max(map(len, _LENIENT))),
    ),
    Probe(
        "malformed-id", ("IDS-06",), _has_one_parameter, _none_needs(1), request_near_misses_of_unknown, rank=2,
        ways=know_ways(len(_SPOILT)),
    ),
)  # fmt: skip
