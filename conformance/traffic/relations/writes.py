"""WRT-01, WRT-02 and WRT-04: what a write sent is in its response, and in the next read of the resource. Pure."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping
from math import inf, nextafter
from typing import Any

from conformance.evidence.json_bodies import parse_json
from conformance.evidence.outcomes import fail_case, pass_case, quote_json
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import KeyKind, Role
from conformance.probes.toolkit.list_membership import LAG_S
from conformance.probes.toolkit.rounding import is_rounded
from conformance.probes.toolkit.write_requests import find_address, find_writable
from conformance.probes.writes.deletions import GONE_STATUSES, report_excused_deletion
from conformance.probes.writes.stored_values import find_changed_values
from conformance.traffic.relations.comparisons import Comparison
from conformance.traffic.relations.reads import Read, Reads
from specs.rulebook import find_excused_deletion

_REQUIREMENTS = {Role.CREATE: "WRT-01", Role.UPDATE: "WRT-02"}
_UPDATES = ("updated_at", "last_updated_at")
_EMPTY = (None, "")


def compare_writes(reads: Reads, subject: Subject) -> Iterator[Comparison]:
    """Yield the comparisons of each write that succeeded with its own response, and with the next read."""
    by_address: dict[tuple[str, str], list[Read]] = defaultdict(list)
    for read in reads.all:
        if read.is_answered and read.operation.role in {Role.ITEM, Role.SINGLETON}:
            by_address[read.path, read.context[0]].append(read)
    for write in reads.writes:
        if write.is_success and write.operation.role in _REQUIREMENTS:
            yield from _judge_change(write, by_address, reads, subject)
        elif write.is_success and write.operation.role is Role.DELETE and _has_own_id(write, subject):
            yield from _judge_deletion(write, by_address, reads)


def _judge_change(
    write: Read, by_address: Mapping[tuple[str, str], list[Read]], reads: Reads, subject: Subject
) -> Iterator[Comparison]:
    response = write.response
    requirement = _REQUIREMENTS[write.operation.role]
    schemas = find_writable(write.operation, subject)
    body = parse_json(write.exchange.request.body)
    sent = {name: value for name, value in body.items() if name in schemas} if isinstance(body, dict) else {}
    if not sent:
        return
    yield from _compare(write, response, response, sent, schemas, requirement)
    address = find_address(response, subject) if write.operation.role is Role.CREATE else write.path
    read = _find_next(by_address.get((address, write.context[0]), []), write, reads)
    if read is None or read.expand:
        return
    if read.is_success:
        yield from _compare(write, response, read.response, sent, schemas, requirement)
    elif write.operation.role is Role.CREATE and read.exchange.status in GONE_STATUSES:
        outcome = fail_case(
            response, "WRT-01", "the created object cannot be read", expected="200", actual=str(read.exchange.status),
            also=(read.response,),
        )  # fmt: skip
        yield Comparison(outcome, "missing", address)  # somebody else may have deleted it


def _compare(  # noqa: PLR0913 - the write, where it is shown, and what was sent
    write: Read,
    response: OperationResponse,
    shown: OperationResponse,
    sent: Mapping[str, Any],
    schemas: Mapping[str, Any],
    requirement: str,
) -> Iterator[Comparison]:
    """Yield the comparison of each property that was sent with what a response shows of it.

    Between a write and its own response nobody else writes; before a later read somebody may.
    """
    members = shown.json if isinstance(shown.json, dict) else {}
    is_own = shown is response
    is_framed = is_own or _has_same_update(response.json, members)
    for name, value in sent.items():
        if name not in members:
            continue
        if _is_kept(value, members[name]) or is_rounded(schemas[name], value, members[name]):
            yield Comparison(pass_case(response, requirement), f"/{name}", write.path)
            continue
        outcome = fail_case(
            response, requirement, "the response does not show the change" if is_own else "the change is not kept",
            expected=quote_json(value), actual=quote_json(members[name]), pointer=f"/{name}",
            also=() if is_own else (shown,),
        )  # fmt: skip
        yield Comparison(outcome, f"/{name} {is_own}", write.path, is_framed)


def _is_kept(sent: Any, shown: Any) -> bool:
    """Return whether a value is shown as it was sent; an empty one may be shown as null, or as what replaces it."""
    return sent in _EMPTY or not any(find_changed_values({"": sent}, {"": shown}))


def _judge_deletion(
    write: Read, by_address: Mapping[tuple[str, str], list[Read]], reads: Reads
) -> Iterator[Comparison]:
    read = _find_next(by_address.get((write.path, write.context[0]), []), write, reads)
    if read is None:
        return
    response = write.response
    rule = find_excused_deletion(response.operation.key, response.status)
    if read.is_success and rule is not None:
        outcome = report_excused_deletion(response, read.response, rule)
        yield Comparison(outcome, "deleted", write.path, is_framed=True)
    elif read.is_success:
        outcome = fail_case(
            response, "WRT-04", "the deleted object can still be read", expected="404",
            actual=str(read.exchange.status), also=(read.response,),
        )  # fmt: skip
        yield Comparison(outcome, "deleted", write.path, is_framed=True)
    elif read.exchange.status in GONE_STATUSES:
        yield Comparison(pass_case(response, "WRT-04"), "deleted", write.path)


def _has_own_id(write: Read, subject: Subject) -> bool:
    """Return whether a resource has an id that no other one gets, so that it cannot be created again."""
    resource = subject.model.resources_by_name.get(write.operation.resource)
    return resource is not None and resource.key_kind is KeyKind.ID


def _find_next(candidates: list[Read], write: Read, reads: Reads) -> Read | None:
    """Return the first read long enough after a write that any copy shows it; None if the traffic wrote in between."""
    at = bisect_left(candidates, write.ended + LAG_S, key=lambda read: read.began)
    read = candidates[at] if at < len(candidates) else None
    is_alone = read is not None and not reads.has_write(nextafter(write.began, inf), read.ended)
    return read if is_alone else None


def _has_same_update(one: Any, other: Mapping[str, Any]) -> bool:
    """Return whether both say that the resource was last updated at the same moment."""
    return isinstance(one, dict) and any(one.get(name) and one[name] == other.get(name) for name in _UPDATES)
