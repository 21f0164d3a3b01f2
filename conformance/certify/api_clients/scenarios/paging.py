"""Pages: links are followed as they are issued, to the last one and no further (C01 to C04)."""

import re
import secrets
from urllib.parse import parse_qsl, unquote

from conformance.certify.api_clients.comparing import quiet
from conformance.certify.api_clients.conditions import Answer, Asked, Here, Rule, linked, on
from conformance.certify.api_clients.scenario import Everything, Judged, Passive, Scenario, wrong
from conformance.certify.api_clients.tasks import VEHICLES, next_of
from conformance.certify.api_clients.trace import Call, Part, Trace
from conformance.certify.found import RIGHT, Found

_MARK = "evconform%2Fcursor%3D"
_SIZE = re.compile(r"(?:^|[?&])page_size=([^&]*)")


def _opaque(link: str, here: Here) -> str:
    """A next link whose cursor nobody can compute; where it leads is kept."""
    real = next_of(link)
    cursor = f"{_MARK}{secrets.token_urlsafe(18)}"
    here.memory[unquote(cursor)] = real.removeprefix(here.base_url)
    return link.replace(real, f"{here.base_url}/vehicles?page_after={cursor}")


def _of_ours(asked: Asked) -> bool:
    return asked.part is Part.API and unquote(_MARK) in unquote(asked.target)


async def _resolve(asked: Asked, here: Here) -> Answer | None:
    """A cursor of ours leads where the server's own link did, however it is encoded; any other is the server's."""
    real = here.memory.get(dict(_read(asked.target)[1]).get("page_after", ""))
    if real is None:
        return None
    served = await here.serve(Asked(asked.part, asked.method, real, asked.operation, asked.headers))
    link = served.header("link")
    return served if not next_of(link) else served.with_header(("Link", _opaque(link, here)))


def _read(target: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """A target as servers read it: percent-encoding undone."""
    path, _, query = target.partition("?")
    return unquote(path), tuple(parse_qsl(query, keep_blank_values=True))


def _verbatim(trace: Trace) -> Found:
    """Byte by byte: a link that is encoded anew reads the same to many servers, not to all, and is told apart."""
    pages = [(trace.bare(page), next_of(page.answered("link")).removeprefix(trace.base_url)) for page in trace.touched]
    issued = [target for _, target in pages]
    first = trace.touched[0]
    asked = [trace.bare(each) for each in trace.api if each.path == first.path]
    known = {_read(target): target for target in (trace.bare(first), *issued)}
    for target in asked:
        if target not in known.values():
            meant = known.get(_read(target))
            what = (
                "it encodes the link anew before it asks for it"
                if meant
                else "it asks for another address than the link"
            )
            return wrong(what, f"{target} instead of {meant or issued[0]}")
    followed = {page for page, target in pages if target in asked}
    if missing := [target for page, target in pages if page not in followed]:
        return wrong("it stops where a next page is linked", f"next was {missing[0]}")
    return RIGHT


def _stops(trace: Trace) -> Found:
    last = trace.touched[-1]
    if later := [each for each in trace.after(last) if each.path == last.path or "about:blank" in each.target]:
        return wrong("it goes on after the last page", f"{later[0].method} {later[0].target}")
    return Found(RIGHT.verdict, quiet(trace, last))


def _right_link(trace: Trace) -> Found:
    for page in _first_asked(trace.touched):
        later = [each for each in trace.after(page) if each.path == page.path]
        if not later:
            return wrong("it finds no next page", f"Link: {page.answered('link')}")
        if "decoy" in later[0].target:
            return wrong("it follows a link that is not the next page", later[0].target)
    return RIGHT


def _first_asked(pages: tuple[Call, ...]) -> tuple[Call, ...]:
    """The pages as they were asked for first: whoever asks for one again need not follow its link again."""
    return tuple({page.target: page for page in reversed(pages)}.values())[::-1]


def _reordered(link: str, here: Here) -> str:
    decoy = f"{here.base_url}/vehicles?page_after=decoy"
    return f'<{next_of(link)}>; title="the rest, page by page"; rel="next", <{decoy}>; rel="last"'


def _several_lines(link: str, here: Here) -> tuple[str, ...]:
    decoy = f"<{here.base_url}/vehicles?page_after=decoy>"
    return (f'{decoy}; rel="first"', f'<{next_of(link)}>; rel="next"', f'{decoy}; rel="last"')


def _sizes(everything: Everything) -> tuple[Judged, ...]:
    calls = [call for trace in everything.traces.values() for call in trace.api]
    return tuple(_size(call, size) for call in calls for size in _SIZE.findall(call.target.partition("?")[2]))


def _size(call: Call, size: str) -> Judged:
    fits = size.isascii() and size.isdigit() and 1 <= int(size[:6]) <= 100
    found = RIGHT if fits else wrong("it asks for a page_size outside of 1 to 100", f"page_size={size}")
    return Judged(found, (call.exchange.id,))


SCENARIOS = (
    Scenario(
        "unguessable-cursor",
        "C01",
        "list_vehicles",
        "links the next page by a cursor that cannot be computed",
        "the link is asked for byte by byte",
        _verbatim,
        (Rule(_of_ours, _resolve), Rule(on(VEHICLES), linked(_opaque))),
    ),
    Scenario(
        "last-page-blank",
        "C02",
        "list_vehicles",
        "links about:blank as the page after the last",
        "no request after the last page",
        _stops,
        (Rule(on(VEHICLES), linked(lambda link, _: link, last=True)),),
    ),
    Scenario(
        "last-page-no-next",
        "C02",
        "list_vehicles",
        "gives the last page without a next link",
        "no request after the last page",
        _stops,
        (Rule(on(VEHICLES), linked(lambda link, _: link.partition(",")[0], last=True)),),
    ),
    Scenario(
        "links-reordered",
        "C03",
        "list_vehicles",
        "puts the next link first, with a title that holds a comma, before a link to something else",
        "the next page is asked for",
        _right_link,
        (Rule(on(VEHICLES), linked(_reordered)),),
    ),
    Scenario(
        "links-on-lines",
        "C03",
        "list_vehicles",
        "gives each link on a header line of its own",
        "the next page is asked for",
        _right_link,
        (Rule(on(VEHICLES), linked(_several_lines)),),
    ),
)
PASSIVE = (Passive("C04", "page_size from 1 to 100", "no request named a page_size", _sizes),)
