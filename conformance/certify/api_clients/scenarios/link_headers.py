"""Scenarios of Link headers: the next link is found in whatever form RFC 8288 allows (C03)."""

from collections.abc import Callable

from conformance.certify.api_clients.conditions import (
    ConditionRule,
    ScenarioContext,
    ScenarioRequest,
    ScenarioResponse,
    change_link_header,
    match_operations,
)
from conformance.certify.api_clients.definitions import Scenario, build_violation
from conformance.certify.api_clients.scenarios.lists import set_page_size
from conformance.certify.api_clients.tasks import LIST_VEHICLES, find_next_link
from conformance.certify.api_clients.trace import ClientCall, Trace
from conformance.certify.api_clients.trace_comparisons import decode_target
from conformance.certify.assessments import PASSED, Assessment
from conformance.model import Level

_SMALL_PAGE, _LARGE_PAGE = 4, 20  # items
_FIELDS = "id,url,trim"


def _judge_next_link(trace: Trace) -> Assessment:
    for page in _drop_repeated_pages(trace.affected_calls):
        later = [call for call in trace.select_calls_after(page) if call.path == page.path]
        if not later:
            return build_violation("it does not find the next page", f"Link: {page.response_header('link')}")
        fields = dict(decode_target(later[0].target)[1]).get("fields", _FIELDS)
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
