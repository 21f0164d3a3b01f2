"""IDS-06: a near miss of an id finds nothing."""

from collections.abc import Callable, Sequence
from functools import partial
from urllib.parse import quote as percent_encoded

from conformance.applicability.selectors import is_read_by_id
from conformance.evidence.responses import match_path
from conformance.evidence.subject import Subject
from conformance.model import Operation, Profile, Request, ResourceModel
from conformance.probes.responses.plain_reads import plain_read_needs
from conformance.probes.toolkit.base import ERROR_SENDER, Need, Probe, Steps
from conformance.probes.toolkit.calls import Missing, report_untested
from conformance.probes.toolkit.harmless_requests import draw_unknown_id
from conformance.probes.toolkit.refusals import check_refused, find_call_as, send_for_refusal

# A near miss of an existing id finds it where a server cuts, trims or completes ids, ignores case, reads the ULID
# alone, or decodes Crockford's base32 leniently. Every operation gets one class of each kind.
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


def _choose_classes(names: Sequence[str], operation: Operation, subject: Subject, *, deep: bool) -> tuple[str, ...]:
    """Return one class for each operation in turn, so that every class occurs; in depth all the others."""
    place = [candidate.key for candidate in subject.model.operations if is_read_by_id(candidate, subject.model)].index(
        operation.key
    )
    own = names[place % len(names)]
    return tuple(name for name in names if name != own) if deep else (own,)


def request_near_misses_of_existing(operation: Operation, subject: Subject, *, deep: bool) -> Steps[None]:
    """Request malformed variants of an id that exists (IDS-06)."""
    call = yield from find_call_as(subject.error_sender, operation, subject)
    if isinstance(call, Missing):
        yield from report_untested(("IDS-06",), operation, call)
        return
    parameters = match_path(operation.path, call.path) or {}
    key = parameters.get(subject.model.resources_by_name[operation.resource].key, "")
    variants = list_near_misses(key)
    for name in [
        name for kind in _LENIENT for name in _choose_classes(kind, operation, subject, deep=deep) if name in variants
    ]:
        path = f"{call.path.rpartition('/')[0]}/{percent_encoded(variants[name], safe='')}"
        response = yield from send_for_refusal(operation, call.build_request_to(path), subject)
        yield from check_refused(response, "IDS-06", "a near miss of an id", *_REFUSALS, sent=name)


def request_near_misses_of_unknown(operation: Operation, subject: Subject, *, deep: bool) -> Steps[None]:
    """Request malformed variants of an id that nobody has, below made-up parents (IDS-06)."""
    resource = subject.model.resources_by_name[operation.resource]
    variants = list_near_misses(draw_unknown_id(operation, subject, resource.prefix))
    for name in _choose_classes(_SPOILT, operation, subject, deep=deep):
        path = operation.path.replace("{" + resource.key + "}", percent_encoded(variants[name], safe=""))
        response = yield from send_for_refusal(
            operation, Request(operation.key, "GET", path, identity=subject.error_sender), subject
        )
        yield from check_refused(response, "IDS-06", "a near miss of an id", *_REFUSALS, sent=name)


def _has_one_parameter(operation: Operation, model: ResourceModel) -> bool:
    return is_read_by_id(operation, model) and operation.path.count("{") == 1


def _real_needs(count: int) -> Callable[[Operation, ResourceModel], tuple[Need, ...]]:
    return lambda operation, model: (
        *plain_read_needs(operation, model, ERROR_SENDER)[:-1],
        Need(f"near miss {operation.key}", count, ERROR_SENDER),
    )


def _none_needs(count: int) -> Callable[[Operation, ResourceModel], tuple[Need, ...]]:
    return lambda operation, _: (Need(f"near miss of none {operation.key}", count, ERROR_SENDER),)


_OTHERS = sum(len(kind) - 1 for kind in _LENIENT)  # classes that are left for the profile deep

PROBES = (
    Probe(
        "near-existing-id", ("IDS-06",), is_read_by_id, _real_needs(len(_LENIENT)),
        partial(request_near_misses_of_existing, deep=False), rank=2,
    ),
    Probe(
        "malformed-id", ("IDS-06",), _has_one_parameter, _none_needs(1),
        partial(request_near_misses_of_unknown, deep=False), rank=2,
    ),
    Probe(
        "near-existing-id-all", ("IDS-06",), is_read_by_id, _real_needs(_OTHERS),
        partial(request_near_misses_of_existing, deep=True), Profile.DEEP, 2,
    ),
    Probe(
        "malformed-id-all", ("IDS-06",), _has_one_parameter, _none_needs(len(_SPOILT) - 1),
        partial(request_near_misses_of_unknown, deep=True), Profile.DEEP, 2,
    ),
)  # fmt: skip
