"""Scenarios of cursors: a next link is followed exactly as it was issued (C01)."""

import re
import secrets
from collections.abc import Iterator
from urllib.parse import unquote

from conformance.certify.api_clients.conditions import (
    ConditionRule,
    ScenarioContext,
    ScenarioRequest,
    ScenarioResponse,
    change_link_header,
    match_operations,
)
from conformance.certify.api_clients.definitions import (
    ClientEvidence,
    PassiveJudge,
    PassiveVerdict,
    Scenario,
    build_violation,
)
from conformance.certify.api_clients.tasks import LIST_VEHICLES, find_next_link
from conformance.certify.api_clients.trace import ClientCall, ServerPart, Trace
from conformance.certify.api_clients.trace_comparisons import decode_target
from conformance.certify.assessments import PASSED, Assessment

_MARK = "evconform%2Fcursor%3D"
_CURSOR_BYTES = 360  # which make a URL longer than the 255 characters of many columns
_SHOWN = 120  # characters of a long target
_VIEW = "view=full%20list:b&flag&view=~1"  # what decoding and encoding, sorting or a mapping would change
_ENCODED_AGAIN = "it encodes the link again before it requests it"
_HEX = re.compile(r"%[0-9a-fA-F]{2}")


def _set_opaque_cursor(link: str, context: ScenarioContext) -> str:
    """Replace the cursor of the next link by a random one, and remember the original target."""
    target = find_next_link(link)
    cursor = f"{_MARK}{secrets.token_urlsafe(_CURSOR_BYTES)}:+"
    context.memory[unquote(cursor).replace("+", " ")] = target.removeprefix(context.base_url)
    return link.replace(target, f"{context.base_url}/vehicles?{_VIEW}&page_after={cursor}")


def _has_opaque_cursor(request: ScenarioRequest) -> bool:
    return request.part is ServerPart.API and unquote(_MARK) in unquote(request.target)


async def _resolve_cursor(request: ScenarioRequest, context: ScenarioContext) -> ScenarioResponse | None:
    """Serve the original target of a random cursor, however it is encoded; leave other cursors to the mock server."""
    target = context.memory.get(dict(decode_target(request.target)[1]).get("page_after", ""))
    if target is None:
        return None
    response = await context.send_to_mock(
        ScenarioRequest(request.part, request.method, target, request.operation, request.headers)
    )
    link = response.get_header("link")
    return response if not find_next_link(link) else response.with_header(("Link", _set_opaque_cursor(link, context)))


def _judge_verbatim(trace: Trace) -> Assessment:
    """Compare links byte by byte, but for the case of hexadecimal digits, which no server may distinguish.

    (RFC 3986, section 6.2.2.1.) A link that is encoded again means the same to many servers, but not to all, and has a
    message of its own.
    """
    pages = [
        (trace.remove_secrets(page), find_next_link(page.response_header("link")).removeprefix(trace.base_url))
        for page in trace.affected_calls
    ]
    issued = [target for _, target in pages]
    first = trace.affected_calls[0]
    requested = [_unify_hex(trace.remove_secrets(call)) for call in _list_pages(trace, first.path)]
    allowed = {decode_target(target): target for target in (trace.remove_secrets(first), *issued)}
    for target in requested:
        if target not in allowed.values():
            original = allowed.get(decode_target(target))
            message = _ENCODED_AGAIN if original else "it requests another URL than the link"
            return build_violation(message, _describe_difference(target, original or issued[0]))
    followed = {page for page, target in pages if target in requested}
    if missing := [target for page, target in pages if page not in followed]:
        return build_violation("it stops although a next page is linked", f"next was {missing[0]}")
    return PASSED


def _list_pages(trace: Trace, path: str) -> Iterator[ClientCall]:
    """Yield the requests for pages of a list, up to its last page: what comes after it, C02 judges."""
    for call in trace.api_calls:
        if call.path == path:
            yield call
            if call.status == 200 and not find_next_link(call.response_header("link")):
                return


def _describe_difference(actual: str, expected: str) -> str:
    """Return both targets; of long ones the part around the first character in which they differ."""
    if max(len(actual), len(expected)) <= _SHOWN:
        return f"{actual} instead of {expected}"
    differing = (number for number, pair in enumerate(zip(actual, expected, strict=False)) if len(set(pair)) > 1)
    same = next(differing, min(len(actual), len(expected)))
    shown = slice(max(0, same - _SHOWN // 2), same + _SHOWN)
    return f"{actual[shown]} instead of {expected[shown]}, after {same} equal characters"


def _judge_links(everything: ClientEvidence) -> tuple[PassiveVerdict, ...]:
    return tuple(verdict for trace in everything.traces.values() for verdict in _list_link_verdicts(trace))


def _list_link_verdicts(trace: Trace) -> Iterator[PassiveVerdict]:
    """Yield a verdict on each request that means the same as the next link of some list: it is that link."""
    headers = (call.response_header("link") for call in trace.api_calls)
    issued = {target.removeprefix(trace.base_url) for header in headers if (target := find_next_link(header))}
    by_meaning = {decode_target(target): target for target in issued}
    exact = {_unify_hex(target) for target in issued}
    for call in trace.api_calls:
        target = trace.remove_secrets(call)
        if (original := by_meaning.get(decode_target(target))) is not None:
            is_exact = _unify_hex(target) in exact
            difference = "" if is_exact else _describe_difference(target, original)
            verdict = PASSED if is_exact else build_violation(_ENCODED_AGAIN, difference)
            yield PassiveVerdict(verdict, (call.exchange.id,))


def _unify_hex(target: str) -> str:
    return _HEX.sub(lambda match: match[0].upper(), target)


SCENARIOS = (
    Scenario(
        "unguessable-cursor",
        "C01",
        "list_vehicles",
        "links the next page with a cursor that cannot be computed",
        "the link is requested byte by byte",
        _judge_verbatim,
        (
            ConditionRule(_has_opaque_cursor, _resolve_cursor),
            ConditionRule(match_operations(LIST_VEHICLES), change_link_header(_set_opaque_cursor)),
        ),
    ),
)
PASSIVE = (PassiveJudge("C01", "next links as they were issued", "no next link was followed", _judge_links),)
