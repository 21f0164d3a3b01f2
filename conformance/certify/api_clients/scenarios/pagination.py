"""Scenarios of pagination: links are followed exactly as issued, up to the last page (C01 to C04)."""

import re
import secrets
from collections.abc import Callable
from urllib.parse import parse_qsl, unquote

from conformance.certify.api_clients.conditions import (
    ConditionRule,
    ScenarioContext,
    ScenarioRequest,
    ScenarioResponse,
    add_headers,
    change_link_header,
    match_operations,
)
from conformance.certify.api_clients.definitions import (
    ClientEvidence,
    PassiveJudge,
    PassiveVerdict,
    Scenario,
    build_inconclusive,
    build_violation,
)
from conformance.certify.api_clients.scenarios.lists import set_page_size
from conformance.certify.api_clients.tasks import LIST_SESSIONS, LIST_VEHICLES, find_next_link
from conformance.certify.api_clients.trace import ClientCall, ProcessEnd, ServerPart, Trace
from conformance.certify.api_clients.trace_comparisons import describe_observation
from conformance.certify.assessments import PASSED, Assessment
from conformance.model import Level
from conformance.tools.counts import parse_count

_MARK = "evconform%2Fcursor%3D"
_SMALL_PAGE, _LARGE_PAGE = 4, 20  # items
_CURSOR_BYTES = 360  # which make a URL longer than the 255 characters of many columns
_SHOWN = 120  # characters of a long target
_VIEW = "view=full%20list:b&flag&view=~1"  # what decoding and encoding, sorting or a mapping would change
_FIELDS = "id,url,trim"
_PAGE_SIZE = re.compile(r"(?:^|[?&])page_size=([^&]*)")
_PAGING = re.compile(r"page|page_?(number|index|token|after|before)|offset|skip|cursor|starting_after", re.IGNORECASE)
_NOTHING_LEFT = {"X-RateLimit-Limit": "1000", "X-RateLimit-Remaining": "0"}
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
    requested = [_unify_hex(trace.remove_secrets(call)) for call in trace.api_calls if call.path == first.path]
    allowed = {_decode_target(target): target for target in (trace.remove_secrets(first), *issued)}
    for target in requested:
        if target not in allowed.values():
            original = allowed.get(_decode_target(target))
            message = (
                "it encodes the link again before it requests it"
                if original
                else "it requests another URL than the link"
            )
            return build_violation(message, _describe_difference(target, original or issued[0]))
    followed = {page for page, target in pages if target in requested}
    if missing := [target for page, target in pages if page not in followed]:
        return build_violation("it stops although a next page is linked", f"next was {missing[0]}")
    return PASSED


def _describe_difference(actual: str, expected: str) -> str:
    """Return both targets from a little before the first character in which they differ."""
    same = next((number for number, pair in enumerate(zip(actual, expected, strict=False)) if pair[0] != pair[1]), 0)
    shown = (
        slice(max(0, same - _SHOWN // 2), same + _SHOWN) if min(len(actual), len(expected)) > _SHOWN else slice(None)
    )
    return f"{actual[shown] or 'nothing'} instead of {expected[shown]}"


def _unify_hex(target: str) -> str:
    return _HEX.sub(lambda match: match[0].upper(), target)


def _judge_stop(trace: Trace) -> Assessment:
    """Judge the requests after a last page: none, unless the client reads the whole list once more."""
    last = next((call for call in trace.affected_calls if not find_next_link(call.response_header("link"))), None)
    if last is None:
        return build_inconclusive("it did not read the last page")
    later = [call for call in trace.select_calls_after(last) if call.path == last.path or "about:blank" in call.target]
    is_whole_walk = (
        bool(later)
        and trace.process.end is not ProcessEnd.FLOOD
        and trace.remove_secrets(later[0]) == trace.remove_secrets(trace.api_calls[0])
        and later[-1].target == last.target
        and len({call.target for call in later}) == len(later)
    )
    if later and not is_whole_walk:
        return build_violation("it sends another request after the last page", f"{later[0].method} {later[0].target}")
    return Assessment(PASSED.verdict, describe_observation(trace, last))


def _judge_ends(everything: ClientEvidence) -> tuple[PassiveVerdict, ...]:
    """Judge what follows the last page of any list: no page that no link leads to."""
    return tuple(
        PassiveVerdict(_judge_end(call, trace), (call.exchange.id,))
        for trace in everything.traces.values()
        for call in trace.api_calls
        if call.status == 200 and _is_last_page(call, everything)
    )


def _is_last_page(call: ClientCall, everything: ClientEvidence) -> bool:
    is_list = call.exchange.request.operation in everything.lists
    return is_list and not find_next_link(call.response_header("link"))


def _judge_end(last: ClientCall, trace: Trace) -> Assessment:
    """Compare what follows with the last page: the same query but for a number or a cursor is a page after it."""
    sent = {call.target for call in trace.api_calls if call.requested_at <= last.requested_at}
    linked = {find_next_link(call.response_header("link")).removeprefix(trace.base_url) for call in trace.api_calls}
    _, own = _decode_target(last.target)
    for call in trace.select_calls_after(last):
        path, fields = _decode_target(call.target)
        added = [(name, value) for name, value in fields if (name, value) not in own]
        is_new = path == last.path and call.target not in sent | linked
        if is_new and added and all(_PAGING.fullmatch(name) for name, _ in added):
            return build_violation("it asks for a page after the last one", f"{call.method} {call.target}")
    return PASSED


async def _end_at_second_page(request: ScenarioRequest, context: ScenarioContext) -> ScenarioResponse | None:
    """Send the second page, or the only one, without a next link: it is as full as the first where there are more."""
    response = await context.send_to_mock(request)
    link = response.get_header("link")
    number = context.memory["pages"] = context.memory.get("pages", 0) + 1
    if response.status != 200 or (number == 1 and find_next_link(link)):
        return response
    return response.with_header(("Link", link.partition(",")[0]))


def _judge_next_link(trace: Trace) -> Assessment:
    for page in _drop_repeated_pages(trace.affected_calls):
        later = [call for call in trace.select_calls_after(page) if call.path == page.path]
        if not later:
            return build_violation("it does not find the next page", f"Link: {page.response_header('link')}")
        fields = dict(_decode_target(later[0].target)[1]).get("fields", _FIELDS)
        if "decoy" in later[0].target or fields != _FIELDS:
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


def _unquote_relation(link: str, context: ScenarioContext) -> str:
    decoy = f"<{context.base_url}/vehicles?page_after=decoy>"
    return f"{decoy}; rel=prev, <{find_next_link(link)}>; rel=next, {decoy}; rel=last"


def _put_parameters_first(link: str, context: ScenarioContext) -> str:
    """Put parameters before `rel`; the title that looks like a relation is not on the link to follow.

    There, it would stop the widespread parsers of requests and httpx, over a title that the provider does not send.
    """
    decoy = f"<{context.base_url}/vehicles?page_after=decoy>"
    target = f'<{find_next_link(link)}>; type="application/json"; title="the \\"rest\\""; rel="next"; hreflang=en'
    return f'{decoy}; type="application/json"; title="rel=next"; rel="first", {target}'


def _put_commas_into_target(link: str, context: ScenarioContext) -> str:
    decoy = f"<{context.base_url}/vehicles?page_after=decoy,2>"
    return f'{decoy}; rel="prev", <{find_next_link(link)}&fields={_FIELDS}>; rel="next"'


def _join_relations(link: str, context: ScenarioContext) -> str:
    decoy = f"<{context.base_url}/vehicles?page_after=decoy>"
    return f'{decoy}; rel="first prev", <{find_next_link(link)}>; rel="next last"'


def _surround_with_similar_relations(link: str, context: ScenarioContext) -> str:
    """Put links before and after the one to follow whose relations or other parameters only contain its relation."""
    similar = ("next-archive", "prev-next", "nextpage", "https://api.ev.energy/relations/next")
    decoys = [f'<{context.base_url}/vehicles?page_after=decoy>; rel="{relation}"' for relation in similar]
    reverse = f'<{context.base_url}/vehicles?page_after=decoy>; rel="prev"; rev="next"'
    return ", ".join([reverse, *decoys, f'<{find_next_link(link)}>; rel="next"', reverse, *decoys])


_FORMS = (
    _split_links_into_lines,
    _unquote_relation,
    _put_parameters_first,
    _surround_with_similar_relations,
    _put_commas_into_target,
)


def _write_links_in_turn(link: str, context: ScenarioContext) -> str | tuple[str, ...]:
    number = context.memory["form"] = context.memory.get("form", -1) + 1
    return _FORMS[number % len(_FORMS)](link, context)


_write_links = change_link_header(_write_links_in_turn)


async def _change_form_on_each_page(request: ScenarioRequest, context: ScenarioContext) -> ScenarioResponse | None:
    """Send small pages until each form has come, so that a person's short list shows all of them too."""
    size = _SMALL_PAGE if context.memory.get("form", -1) + 1 < len(_FORMS) else _LARGE_PAGE
    return await _write_links(set_page_size(request, size), context)


def _judge_page_sizes(everything: ClientEvidence) -> tuple[PassiveVerdict, ...]:
    return tuple(verdict for trace in everything.traces.values() for verdict in _list_page_size_verdicts(trace))


def _list_page_size_verdicts(trace: Trace) -> tuple[PassiveVerdict, ...]:
    return tuple(
        _judge_page_size(call, size)
        for call in trace.api_calls
        for size in _PAGE_SIZE.findall(call.target.partition("?")[2])
    )


def _judge_sizes(trace: Trace) -> Assessment:
    """Require valid sizes where nothing is left; a client that waits then, or sends no size, is right as well."""
    verdicts = [each.verdict for each in _list_page_size_verdicts(trace)]
    passed = Assessment(PASSED.verdict, f"{len(verdicts)} requests had a page_size")
    return next((verdict for verdict in verdicts if verdict is not PASSED), passed)


def _judge_page_size(call: ClientCall, size: str) -> PassiveVerdict:
    is_valid = 1 <= (parse_count(size) or 0) <= 100
    verdict = PASSED if is_valid else build_violation("its page_size is not between 1 and 100", f"page_size={size}")
    return PassiveVerdict(verdict, (call.exchange.id,))


def _build_link_scenario(
    name: str,
    condition: str,
    change: Callable[[str, ScenarioContext], str | tuple[str, ...]],
    level: Level = Level.MUST,
) -> Scenario:
    return Scenario(
        name,
        "C03",
        "list_vehicles",
        condition,
        "the next page is requested",
        _judge_next_link,
        (ConditionRule(match_operations(LIST_VEHICLES), change_link_header(change)),),
        level=level,
    )


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
        "sends the last page, as full as the others, without a next link",
        "no request after the last page",
        _judge_stop,
        (ConditionRule(match_operations(LIST_VEHICLES), _end_at_second_page),),
    ),
    Scenario(
        "allowance-used-up",
        "C04",
        "poll_sessions",
        "says in the first round that no request is left of the hour, and answers all the same",
        "the page_size stays between 1 and 100",
        _judge_sizes,
        (ConditionRule(match_operations(LIST_SESSIONS), add_headers(lambda _: _NOTHING_LEFT), times=1),),
        time_limit_s=10.0,
    ),
    _build_link_scenario(
        "links-reordered",
        "puts the next link first, with a title that holds a comma, before a link to something else",
        _reorder_links,
    ),
    Scenario(
        "links-of-five-forms",
        "C03",
        "list_vehicles",
        f"sends {_SMALL_PAGE} vehicles a page at first, and the links of each page in another form: each in a header "
        "line of its own, without quotes, with other parameters, between relations that only contain `next`, with "
        "commas in its URL",
        "every next page is requested",
        _judge_next_link,
        (ConditionRule(match_operations(LIST_VEHICLES), _change_form_on_each_page),),
    ),
    _build_link_scenario(
        "links-of-two-relations",
        'sends `rel="next last"`, which names two relations',
        _join_relations,
        level=Level.SHOULD,
    ),
)
PASSIVE = (
    PassiveJudge("C02", "nothing after the last page", "no list ended", _judge_ends),
    PassiveJudge("C04", "page_size from 1 to 100", "no request had a page_size", _judge_page_sizes),
)
