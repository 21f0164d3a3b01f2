"""Scenarios of pagination: links are followed exactly as issued, up to the last page (C01 to C04)."""

import re
import secrets
from urllib.parse import parse_qsl, unquote

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
from conformance.certify.api_clients.trace_comparisons import describe_observation
from conformance.certify.assessments import PASSED, Assessment

_MARK = "evconform%2Fcursor%3D"
_PAGE_SIZE = re.compile(r"(?:^|[?&])page_size=([^&]*)")


def _set_opaque_cursor(link: str, context: ScenarioContext) -> str:
    """Replace the cursor of the next link by a random one, and remember the original target."""
    target = find_next_link(link)
    cursor = f"{_MARK}{secrets.token_urlsafe(18)}"
    context.memory[unquote(cursor)] = target.removeprefix(context.base_url)
    return link.replace(target, f"{context.base_url}/vehicles?page_after={cursor}")


def _has_opaque_cursor(request: ScenarioRequest) -> bool:
    return request.part is ServerPart.API and unquote(_MARK) in unquote(request.target)


async def _resolve_cursor(request: ScenarioRequest, context: ScenarioContext) -> ScenarioResponse | None:
    """Serve the original target of a random cursor, however it is encoded; leave other cursors to the mock server."""
    target = context.memory.get(dict(_decode_target(request.target)[1]).get("page_after", ""))
    if target is None:
        return None
    response = await context.send_to_mock(
        ScenarioRequest(request.part, request.method, target, request.operation, request.headers)
    )
    link = response.get_header("link")
    return response if not find_next_link(link) else response.with_header(("Link", _set_opaque_cursor(link, context)))


def _decode_target(target: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Return path and query parameters of a target, with percent-encoding undone."""
    path, _, query = target.partition("?")
    return unquote(path), tuple(parse_qsl(query, keep_blank_values=True))


def _judge_verbatim(trace: Trace) -> Assessment:
    """Compare links byte by byte.

    A link that is encoded again means the same to many servers, but not to all, and has a message of its own.
    """
    pages = [
        (trace.remove_secrets(page), find_next_link(page.response_header("link")).removeprefix(trace.base_url))
        for page in trace.affected_calls
    ]
    issued = [target for _, target in pages]
    first = trace.affected_calls[0]
    requested = [trace.remove_secrets(call) for call in trace.api_calls if call.path == first.path]
    allowed = {_decode_target(target): target for target in (trace.remove_secrets(first), *issued)}
    for target in requested:
        if target not in allowed.values():
            original = allowed.get(_decode_target(target))
            message = (
                "it encodes the link again before it requests it"
                if original
                else "it requests another URL than the link"
            )
            return build_violation(message, f"{target} instead of {original or issued[0]}")
    followed = {page for page, target in pages if target in requested}
    if missing := [target for page, target in pages if page not in followed]:
        return build_violation("it stops although a next page is linked", f"next was {missing[0]}")
    return PASSED


def _judge_stop(trace: Trace) -> Assessment:
    last = trace.affected_calls[-1]
    if later := [
        call for call in trace.select_calls_after(last) if call.path == last.path or "about:blank" in call.target
    ]:
        return build_violation("it sends another request after the last page", f"{later[0].method} {later[0].target}")
    return Assessment(PASSED.verdict, describe_observation(trace, last))


def _judge_next_link(trace: Trace) -> Assessment:
    for page in _drop_repeated_pages(trace.affected_calls):
        later = [call for call in trace.select_calls_after(page) if call.path == page.path]
        if not later:
            return build_violation("it does not find the next page", f"Link: {page.response_header('link')}")
        if "decoy" in later[0].target:
            return build_violation("it follows a link that is not the next page", later[0].target)
    return PASSED


def _drop_repeated_pages(pages: tuple[ClientCall, ...]) -> tuple[ClientCall, ...]:
    """Return the first request for each page: a client that requests a page again need not follow its link again."""
    return tuple({page.target: page for page in reversed(pages)}.values())[::-1]


def _reorder_links(link: str, context: ScenarioContext) -> str:
    decoy = f"{context.base_url}/vehicles?page_after=decoy"
    return f'<{find_next_link(link)}>; title="the rest, page by page"; rel="next", <{decoy}>; rel="last"'


def _split_links_into_lines(link: str, context: ScenarioContext) -> tuple[str, ...]:
    decoy = f"<{context.base_url}/vehicles?page_after=decoy>"
    return (f'{decoy}; rel="first"', f'<{find_next_link(link)}>; rel="next"', f'{decoy}; rel="last"')


def _judge_page_sizes(everything: ClientEvidence) -> tuple[PassiveVerdict, ...]:
    calls = [call for trace in everything.traces.values() for call in trace.api_calls]
    return tuple(
        _judge_page_size(call, size) for call in calls for size in _PAGE_SIZE.findall(call.target.partition("?")[2])
    )


def _judge_page_size(call: ClientCall, size: str) -> PassiveVerdict:
    is_valid = size.isascii() and size.isdigit() and 1 <= int(size[:6]) <= 100
    verdict = PASSED if is_valid else build_violation("its page_size is not between 1 and 100", f"page_size={size}")
    return PassiveVerdict(verdict, (call.exchange.id,))


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
    Scenario(
        "last-page-blank",
        "C02",
        "list_vehicles",
        "links about:blank as the page after the last",
        "no request after the last page",
        _judge_stop,
        (ConditionRule(match_operations(LIST_VEHICLES), change_link_header(lambda link, _: link, on_last_page=True)),),
    ),
    Scenario(
        "last-page-no-next",
        "C02",
        "list_vehicles",
        "sends the last page without a next link",
        "no request after the last page",
        _judge_stop,
        (
            ConditionRule(
                match_operations(LIST_VEHICLES),
                change_link_header(lambda link, _: link.partition(",")[0], on_last_page=True),
            ),
        ),
    ),
    Scenario(
        "links-reordered",
        "C03",
        "list_vehicles",
        "puts the next link first, with a title that holds a comma, before a link to something else",
        "the next page is requested",
        _judge_next_link,
        (ConditionRule(match_operations(LIST_VEHICLES), change_link_header(_reorder_links)),),
    ),
    Scenario(
        "links-on-lines",
        "C03",
        "list_vehicles",
        "sends each link in a header line of its own",
        "the next page is requested",
        _judge_next_link,
        (ConditionRule(match_operations(LIST_VEHICLES), change_link_header(_split_links_into_lines)),),
    ),
)
PASSIVE = (PassiveJudge("C04", "page_size from 1 to 100", "no request had a page_size", _judge_page_sizes),)
