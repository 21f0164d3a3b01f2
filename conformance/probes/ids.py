"""IDS-06 and IDS-07: a near miss of an id finds nothing; the `url` of a listed item leads to that item."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any
from urllib.parse import quote as percent_encoded

import msgspec

from conformance.answers import UNREADABLE, Answer, below, match_path, path_of
from conformance.judging import observed, passed, quote, violated, without
from conformance.model import Operation, Profile, Request, ResourceModel, Role, Verdict
from conformance.probes.arguments import Missing, populated, untested
from conformance.probes.base import OTHER, SPARE, Need, Probe, Steps, ask
from conformance.probes.ends import ends_needs, ends_of
from conformance.probes.harmless import stranger
from conformance.probes.reading import plain_read
from conformance.probes.unknown import keyed
from conformance.probes.unwelcome import ask_for_refusal, call_by, refused
from conformance.subject import Subject

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
    known = malformed(key)
    for name in [
        name for kind in _LENIENT for name in _choose_classes(kind, operation, subject, deep=deep) if name in known
    ]:
        path = f"{call.path.rpartition('/')[0]}/{percent_encoded(known[name], safe='')}"
        response = yield from ask_for_refusal(operation, call.at(path), subject)
        yield from refused(response, "IDS-06", "a near miss of an id", *_REFUSALS, sent=name)


def near_misses_of_none(operation: Operation, subject: Subject, *, deep: bool) -> Steps[None]:
    """Request malformed variants of an id that nobody has, below made-up parents (IDS-06)."""
    resource = subject.model.by_name[operation.resource]
    known = malformed(stranger(operation, subject, resource.prefix))
    for name in _choose_classes(_SPOILT, operation, subject, deep=deep):
        path = operation.path.replace("{" + resource.key + "}", percent_encoded(known[name], safe=""))
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


def _is_list(operation: Operation, model: ResourceModel) -> bool:
    return operation.role is Role.LIST


def _find_reader(operation: Operation, model: ResourceModel) -> Operation | None:
    """Return the operation that reads one member of a list."""
    resource = model.by_name.get(operation.resource)
    path = resource.item_path if resource else ""
    return next(
        (candidate for candidate in model.operations if candidate.method == "GET" and candidate.path == path), None
    )


def _own_needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    reader = _find_reader(operation, model)
    return (*plain_read(operation, model, SPARE), *ends_needs(reader)) if reader else ()


def own_url(operation: Operation, subject: Subject) -> Steps[None]:
    """Fetch the second and the last item of a list, which few other probes read, at their urls (IDS-07)."""
    reader = _find_reader(operation, subject.model)
    if reader is None:
        yield without("IDS-07", operation.key, Verdict.NOT_APPLICABLE, "no operation reads one item of the list")
        return
    populated_list = yield from populated(operation, subject, subject.spare)
    if isinstance(populated_list, Missing):
        yield from untested(("IDS-07",), operation, populated_list)
        return
    call, plain = populated_list
    addressed = [(at, item) for at, item in plain.objects if isinstance(item.get("url"), str)]
    if not addressed:
        yield observed(plain, "IDS-07", Verdict.NOT_APPLICABLE, "no item has a url")
    for at, item in ends_of(addressed):
        target = below(subject.target.base_url, item["url"])
        if target is None or match_path(reader.path, path_of(target)) is None:
            yield observed(
                plain, "IDS-07", Verdict.NOT_APPLICABLE, "the item's url does not match the path that reads it (IDS-04)"
            )
            continue
        response = yield from ask(reader, Request(reader.key, "GET", target, call.headers, identity=call.identity))
        yield from _check_item(plain, at, item, response)


def _check_item(plain: Answer, at: str, item: dict[str, Any], response: Answer) -> Steps[None]:
    """Check that what is fetched at a listed url is that item (IDS-07)."""
    if response.status in {401, 403}:
        yield observed(plain, "IDS-07", Verdict.NOT_OBSERVABLE, "the identity may not read the item", also=(response,))
        return
    if response.ok and response.json is UNREADABLE:
        reason = "the response at the item's url cannot be parsed (RSP-09)"
        yield observed(plain, "IDS-07", Verdict.INCONCLUSIVE, reason, also=(response,))
        return
    shown = response.json if response.ok and isinstance(response.json, dict) else {}
    wrong = [name for name in ("id", "url") if name in item and shown.get(name) != item[name]]
    if not wrong:
        yield passed(plain, "IDS-07")
        return
    if not response.ok and (yield from _has_left_list(plain, item["url"])):
        yield observed(plain, "IDS-07", Verdict.INCONCLUSIVE, "the item left the list meanwhile", also=(response,))
        return
    message = (
        "the url of a listed item leads to another one" if response.ok else "the url of a listed item leads nowhere"
    )
    yield violated(
        plain,
        "IDS-07",
        message,
        expected=quote({name: item[name] for name in wrong}),
        actual=quote({name: shown.get(name) for name in wrong}) if response.ok else str(response.status),
        pointer=f"{at}/url",
        also=(response,),
    )


def _has_left_list(plain: Answer, url: str) -> Steps[bool]:
    """Return whether the item is no longer listed."""
    again = yield from ask(plain.operation, msgspec.structs.replace(plain.exchange.request, fresh=True))
    return again.ok and all(item.get("url") != url for _, item in again.objects)


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
    Probe("own-url", ("IDS-07",), _is_list, _own_needs, own_url, rank=2),
)  # fmt: skip
