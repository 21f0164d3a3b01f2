"""`report.html`: one self-contained file that opens from disk; see `reports/templates` and `reports/assets`."""

import base64
import datetime as dt
import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from conformance.model import Exchange, Verdict
from reports import coverage, plots
from reports.core import core
from reports.evidence import deflated, pack
from reports.excerpt import excerpt, shows_actual
from reports.formats.base import Format
from reports.groups import Group, by_cause
from reports.partner import partner
from reports.picture import LABEL, Use, picture
from reports.reproduce import curl, python, variables
from reports.summary import GRAVITY, Finding, RunVerdict, Summary
from reports.waivers import WAIVABLE, entry

FILE, SIDE_FILE = "report.html", "report-bodies.zip"
SCRIPTS = ("query", "store", "page", "matrix", "tables", "drawer", "main")
INLINE = 300_000  # bytes of findings laid out in the page itself; those after them open from the store
LATE_A_CHUNK = 40
REST, SUMMARY_LINE = 450_000, 500  # bytes of the page besides evidence, of one finding before it is opened
LINKED = 8  # exchanges that a finding links to
OPERATIONS = 5  # of one cause, before the others are folded away
GLYPHS: Mapping[Verdict, str] = {
    Verdict.ERROR: "‼",
    Verdict.FAIL: "✕",
    Verdict.INCONCLUSIVE: "?",
    Verdict.REVIEW: "◆",
    Verdict.WARN: "▲",
    Verdict.PASS: "✓",
    Verdict.NOT_OBSERVABLE: "◌",
    Verdict.NOT_TESTED: "○",
    Verdict.NOT_APPLICABLE: "–",  # noqa: RUF001 - a dash is what it should look like
}
_SEALS = {
    RunVerdict.CONFORMS: "✓",
    RunVerdict.WAIVED: "✓",
    RunVerdict.VIOLATIONS: "✕",
    RunVerdict.INCONCLUSIVE: "?",
    RunVerdict.ERROR: "‼",
}


def _render(summary: Summary) -> dict[str, bytes]:
    environment = _environment()
    groups = by_cause(summary.findings)
    bodies, late, late_of = _findings(environment, groups, summary)
    style, script = _asset("report.css"), "(() => {\n'use strict';\n" + "\n".join(map(_script, SCRIPTS)) + "\n})();"
    known = deflated(core(summary))
    details = sum(map(len, bodies.values())) + sum(map(len, late)) + SUMMARY_LINE * len(summary.findings)
    packed = pack(summary, spent=REST + details + len(known))
    covered = coverage.coverage(summary)
    times = plots.latencies(summary)
    page = environment.get_template("report.html.jinja").render(
        summary=summary,
        header=summary.started,
        partner=partner(summary, groups),
        sections=_sections(summary, groups),
        groups=groups,
        bodies=bodies,
        late=late,
        late_of=late_of,
        first_shown=OPERATIONS,
        shown={each.id for each in summary.findings},
        fresh={each.finding for each in summary.since.new} if summary.since else set(),
        bar=_bar(summary),
        by_requirement=_by_requirement(summary),
        covered=covered,
        totals=coverage.totals(covered),
        spending=plots.spending(summary),
        latencies=times,
        latency_ticks=plots.latency_ticks(times),
        slowest=plots.SLOWEST,
        plot={
            "width": plots.WIDTH,
            "height": plots.HEIGHT,
            "left": plots.LEFT,
            "right": plots.RIGHT,
            "label": LABEL,
        },
        picture=picture(summary.model, covered) if summary.model else None,
        uses={Use.WALKED: "walked", Use.OPEN: "open", Use.PLAIN: "plain"},
        notes=_notes(summary),
        gaps=_gaps(summary),
        packed=packed,
        side_file=SIDE_FILE,
        core=known,
        style=Markup(style),  # noqa: S704 - our own asset
        script=Markup(script),  # noqa: S704 - our own asset
        style_hash=_hash(style),
        script_hash=_hash(script),
    )
    return {FILE: page.encode("utf-8", "replace"), SIDE_FILE: packed.side}


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"glyphs": GLYPHS, "seals": _SEALS}
    filters: dict[str, Callable[..., object]] = {
        "day": lambda at: f"{_utc(at):%-d %B %Y, %H:%M} UTC",
        "date": lambda at: f"{_utc(at):%-d %B %Y}",
        "short": lambda at: f"{_utc(at):%Y-%m-%d}",
        "moment": lambda at: _utc(at).isoformat(timespec="seconds"),
        "duration": _duration,
        "sentence": _sentence,
        "ticks": _ticks,
    }
    environment.filters.update(filters)
    return environment


def _findings(
    environment: Environment, groups: tuple[Group, ...], summary: Summary
) -> tuple[dict[str, Markup], list[str], dict[str, str]]:
    """Findings laid out: those of the page by id, chunks of those that open from the store, and where these are."""
    template = environment.get_template("finding.html.jinja")
    inline: dict[str, Markup] = {}
    later: list[tuple[str, str]] = []
    size = 0
    for group in groups:
        for each in group.findings:
            html = template.render(finding=each, group=group, **_evidence(each, summary))
            if size < INLINE:
                inline[each.id] = Markup(html)  # noqa: S704 - rendered by our template, which escapes
            else:
                later.append((each.id, html))
            size += len(html)
    parts = [later[at : at + LATE_A_CHUNK] for at in range(0, len(later), LATE_A_CHUNK)]
    late_of = {key: f"{chunk}:{n}" for chunk, part in enumerate(parts) for n, (key, _) in enumerate(part)}
    return inline, [deflated([html for _, html in part]) for part in parts], late_of


def _again(exchange: Exchange) -> dict[str, Any]:
    """How to send a request again."""
    told = {"curl": curl(exchange), "python": python(exchange), "variables": variables(exchange)}
    return {"exchange": exchange, **told}


def _evidence(finding: Finding, summary: Summary) -> dict[str, Any]:
    exchanges = [summary.by_exchange[key] for key in finding.exchanges if key in summary.by_exchange]
    first = exchanges[0] if exchanges else None
    lines = excerpt(finding, first)
    return {
        "lines": lines,
        "more": "" if shows_actual(finding, lines) else finding.actual,
        "exchanges": exchanges[:LINKED],
        "hidden_exchanges": max(0, len(exchanges) - LINKED),
        "again": first and _again(first),
        "smallest": (smallest := summary.by_exchange.get(finding.smallest)) and _again(smallest),
        "waiver": entry(finding, summary.started.started_at) if summary.started and finding.verdict in WAIVABLE else "",
    }


def _sections(summary: Summary, groups: tuple[Group, ...]) -> list[tuple[str, str, int | None]]:
    found: list[tuple[str, str, int | None]] = [
        ("verdict", "Verdict", None),
        ("findings", "Findings", len(groups)),
        ("matrix", "Requirements", len({cell.requirement for cell in summary.cells})),
        ("cases", "Cases", len(summary.cells) + len(summary.unplanned)),
        ("exchanges", "Exchanges", len(summary.exchanges)),
        ("coverage", "Coverage", None),
        ("cost", "Requests and time", None),
        ("model", "Resource model", None),
        ("waivers", "Waivers", len(summary.waivers)),
    ]
    if summary.started is not None and summary.started.certification is not None:
        found.insert(0, ("certification", "Certification", None))
    changes = [("changes", "Changes", None)] if summary.since else []
    return [*found, *changes, ("notes", "Notes", len(summary.notices))]


def _bar(summary: Summary) -> list[dict[str, Any]]:
    """The counts as segments of 1000 units; a verdict that occurs is never too thin to see."""
    present = {
        verdict: max(count / max(summary.planned, 1), 0.006) for verdict, count in summary.counts.items() if count
    }
    scale = 1000 / (sum(present.values()) or 1)
    segments, x = [], 0.0
    for verdict in GRAVITY:
        if verdict in present:
            width = present[verdict] * scale
            segments.append({"verdict": verdict, "x": round(x, 1), "width": round(max(width - 1.5, 1), 1)})
            x += width
    return segments


def _by_requirement(summary: Summary) -> list[dict[str, Any]]:
    counts: dict[str, Counter[Verdict]] = defaultdict(Counter)
    for cell in summary.cells:
        counts[cell.requirement][cell.verdict] += 1
    return [
        {
            "id": key,
            "level": summary.level(key),
            "statement": summary.by_id[key].statement if key in summary.by_id else "not in the catalogue",
            "counts": counts[key],
        }
        for key in sorted(counts)
    ]


def _gaps(summary: Summary) -> list[tuple[str, int, str]]:
    """Reasons why cases were not tested: each with their number and the search that lists them."""
    return [
        (reason, count, quote(f'status:not-tested text:"{reason.partition(chr(34))[0][:80]}"'))
        for reason, count in summary.gaps.items()
    ]


def _notes(summary: Summary) -> list[tuple[str, list[Any]]]:
    grouped: dict[str, list[Any]] = defaultdict(list)
    for each in summary.notices:
        grouped[each.topic].append(each)
    return sorted(grouped.items())


def _utc(seconds: float) -> dt.datetime:
    return dt.datetime.fromtimestamp(seconds, dt.UTC)


def _sentence(text: str) -> str:
    """The text with a capital, unless it starts with a name such as `price_data`."""
    return text[:1].upper() + text[1:] if text.partition(" ")[0].isalpha() else text


def _ticks(text: str) -> Markup:
    """Words between backticks as code."""
    code = Markup("<code>{}</code>")
    return Markup("").join(code.format(part) if n % 2 else part for n, part in enumerate(text.split("`")))


def _duration(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.1f} s"
    return f"{seconds // 60:.0f} min {seconds % 60:.0f} s"


def _asset(name: str) -> str:
    return (files("reports") / "assets" / name).read_text(encoding="utf-8")


def _script(name: str) -> str:
    return _asset(f"{name}.js")


def _hash(text: str) -> str:
    """A source expression of Content Security Policy Level 3, section 2.3.1."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


FORMATS = (Format("html", FILE, _render),)
