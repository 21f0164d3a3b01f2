"""IDS-06: a near miss of an id finds nothing."""

from collections.abc import Callable, Sequence
from functools import partial
from urllib.parse import quote as percent_encoded

from conformance.evidence.responses import match_path
from conformance.evidence.subject import Subject
from conformance.model import Operation, Profile, Request, ResourceModel
from conformance.probes.errors.unknown_ids import keyed
from conformance.probes.responses.plain_reads import plain_read
from conformance.probes.toolkit.base import OTHER, Need, Probe, Steps
from conformance.probes.toolkit.calls import Missing, untested
from conformance.probes.toolkit.harmless_requests import stranger
from conformance.probes.toolkit.refusals import ask_for_refusal, call_by, refused

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


def malformed(valid: str) -> dict[str, str]:
    """Return near misses of an id by class; classes of letter case and look-alikes change nothing else."""
    from strategies.near_misses import near_misses  # noqa: PLC0415 - hypothesis takes as long as all other imports

    prefix, tail = valid[:_PREFIX], valid[_PREFIX:]
    alike = {name: prefix + tail.replace(digit, letter, 1) for name, (digit, letter) in _ALIKE.items() if digit in tail}
    lower = {"lower-case": prefix + tail.lower()} if tail != tail.lower() else {}
    return {near_miss.name: near_miss.value for near_miss in near_misses(valid)} | lower | alike


def _choose_classes(names: Sequence[str], operation: Operation, subject: Subject, *, deep: bool) -> tuple[str, ...]:
    """Return one class for each operation in turn, so that every class occurs; in depth all the others."""
    place = [candidate.key for candidate in subject.model.operations if keyed(candidate, subject.model)].index(
        operation.key
    )
    own = names[place % len(names)]
    return tuple(name for name in names if name != own) if deep else (own,)


def near_misses_of_real(operation: Operation, subject: Subject, *, deep: bool) -> Steps[None]:
    """Request malformed variants of an id that exists (IDS-06)."""
    call = yield from call_by(subject.other, operation, subject)
    if isinstance(call, Missing):
        yield from untested(("IDS-06",), operation, call)
        return
    parameters = match_path(operation.path, call.path) or {}
    key = parameters.get(subject.model.by_name[operation.resource].key, "")
    variants = malformed(key)
    for name in [
        name for kind in _LENIENT for name in _choose_classes(kind, operation, subject, deep=deep) if name in variants
    ]:
        path = f"{call.path.rpartition('/')[0]}/{percent_encoded(variants[name], safe='')}"
        response = yield from ask_for_refusal(operation, call.at(path), subject)
        yield from refused(response, "IDS-06", "a near miss of an id", *_REFUSALS, sent=name)


def near_misses_of_none(operation: Operation, subject: Subject, *, deep: bool) -> Steps[None]:
    """Request malformed variants of an id that nobody has, below made-up parents (IDS-06)."""
    resource = subject.model.by_name[operation.resource]
    variants = malformed(stranger(operation, subject, resource.prefix))
    for name in _choose_classes(_SPOILT, operation, subject, deep=deep):
        path = operation.path.replace("{" + resource.key + "}", percent_encoded(variants[name], safe=""))
        response = yield from ask_for_refusal(
            operation, Request(operation.key, "GET", path, identity=subject.other), subject
        )
        yield from refused(response, "IDS-06", "a near miss of an id", *_REFUSALS, sent=name)


def _has_one_parameter(operation: Operation, model: ResourceModel) -> bool:
    return keyed(operation, model) and operation.path.count("{") == 1


def _real_needs(count: int) -> Callable[[Operation, ResourceModel], tuple[Need, ...]]:
    return lambda operation, model: (
        *plain_read(operation, model, OTHER)[:-1],
        Need(f"near miss {operation.key}", count, OTHER),
    )


def _none_needs(count: int) -> Callable[[Operation, ResourceModel], tuple[Need, ...]]:
    return lambda operation, _: (Need(f"near miss of none {operation.key}", count, OTHER),)


_OTHERS = sum(len(kind) - 1 for kind in _LENIENT)  # classes that are left for the profile deep

PROBES = (
    Probe(
        "near-miss", ("IDS-06",), keyed, _real_needs(len(_LENIENT)),
        partial(near_misses_of_real, deep=False), rank=2,
    ),
    Probe(
        "near-miss-of-none", ("IDS-06",), _has_one_parameter, _none_needs(1),
        partial(near_misses_of_none, deep=False), rank=2,
    ),
    Probe(
        "near-miss-all", ("IDS-06",), keyed, _real_needs(_OTHERS),
        partial(near_misses_of_real, deep=True), Profile.DEEP, 2,
    ),
    Probe(
        "near-miss-of-none-all", ("IDS-06",), _has_one_parameter, _none_needs(len(_SPOILT) - 1),
        partial(near_misses_of_none, deep=True), Profile.DEEP, 2,
    ),
)  # fmt: skip
