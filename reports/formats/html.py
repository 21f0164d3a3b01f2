"""`report.html`: one self-contained file that opens from disk; see `reports/sections`, `templates` and `assets`."""

import base64
import datetime as dt
import hashlib
import io
from collections.abc import Callable, Sequence
from importlib.resources import files

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from conformance.model import RunStarted
from conformance.tools.visible_text import make_visible
from reports.case_columns import build_columns
from reports.evidence import PackedEvidence, deflate, pack_evidence
from reports.first_page import FirstPage, build_first_page
from reports.formats.base import Format
from reports.root_causes import find_root_causes
from reports.sections.base import GLYPHS, ReportSection
from reports.sections.certification import build_certification
from reports.sections.findings import DescriptionSection, FindingDetails, FindingsSection, build_findings
from reports.sections.generated import build_generated
from reports.sections.remarks import WaiversSection, build_changes, build_notes
from reports.sections.tables import SIDE_FILE, CasesSection, ExchangesSection, build_matrix
from reports.sections.trend import build_trend_section
from reports.sections.usage import build_cost, build_coverage, build_model
from reports.sections.verdict import build_verdict
from reports.summary import RunVerdict, Summary

FILE = "report.html"
DOCUMENTATION = "https://evenergy-conformance.github.io/evenergy-conformance"  # has a page for each requirement
SCRIPTS = ("query", "store", "page", "inside", "matrix", "paper", "tables", "drawer", "main")
REST, SUMMARY_LINE = 450_000, 500  # bytes of the page besides evidence, of one finding before it is opened


class PageAsset(msgspec.Struct, frozen=True):
    """A style sheet or script of the page, and its hash source of Content Security Policy Level 3, section 2.3.1."""

    text: Markup
    hash: str


class PageData(msgspec.Struct, frozen=True):
    """The data that the page's script decodes when it needs them."""

    core: str
    packed: PackedEvidence
    findings: tuple[str, ...]


class ReportPage(msgspec.Struct, frozen=True):
    """The whole page; a section is laid out by its own template."""

    verdict: RunVerdict
    header: RunStarted | None
    partner: FirstPage | None
    sections: tuple[ReportSection, ...]
    store: PageData
    style: PageAsset
    script: PageAsset


def _write(summary: Summary) -> dict[str, bytes]:
    environment = _build_environment()
    page = _build_page(summary, environment)
    file = io.BytesIO()  # piece by piece, since one string of a long report takes four bytes a character
    for piece in environment.get_template("report.html.jinja").generate(page=page):
        file.write(piece.encode("utf-8", "replace"))
    return {FILE: file.getvalue(), SIDE_FILE: page.store.packed.side}


def _build_page(summary: Summary, environment: Environment) -> ReportPage:
    groups = find_root_causes(summary)
    template = environment.get_template(FindingDetails.template)
    findings = build_findings(summary, groups, lambda details: template.render(view=details))
    store = _build_store(summary, findings)
    first_page = build_first_page(summary, groups)
    cases = CasesSection(len(summary.case_results) + len(summary.unplanned_results), summary.sample_remark)
    exchanges = ExchangesSection(len(summary.exchanges), store.packed.cut)
    last = (WaiversSection(summary.waivers), build_trend_section(summary), build_changes(summary), build_notes(summary))
    sections: tuple[ReportSection | None, ...]
    if first_page is not None:
        sections = (build_certification(summary, first_page), findings, cases, exchanges, *last)
    else:
        sections = (
            build_verdict(summary, groups),
            findings,
            DescriptionSection(findings) if findings.of_description else None,
            build_matrix(summary),
            cases,
            exchanges,
            build_coverage(summary, summary.coverage),
            build_generated(summary),
            build_cost(summary),
            build_model(summary, summary.coverage),
            *last,
        )
    return ReportPage(
        verdict=summary.verdict,
        header=summary.started,
        partner=first_page,
        sections=tuple(section for section in sections if section is not None),
        store=store,
        style=_build_asset((_read_asset("report.css"),)),
        script=_build_asset(("(() => {\n'use strict';", *(_read_asset(f"{name}.js") for name in SCRIPTS), "})();")),
    )


def _build_store(summary: Summary, findings: FindingsSection) -> PageData:
    known = deflate(build_columns(summary))
    spent = REST + findings.size + SUMMARY_LINE * len(summary.findings) + len(known)
    return PageData(known, pack_evidence(summary, spent=spent), findings.chunks)


def _build_asset(parts: Sequence[str]) -> PageAsset:
    text = "\n".join(parts)
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return PageAsset(Markup(text), f"sha256-{digest}")  # noqa: S704 - our own file


def _read_asset(name: str) -> str:
    return (files("reports") / "assets" / name).read_text(encoding="utf-8")


def _build_environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_neutralize,
    )
    environment.globals["glyphs"] = GLYPHS
    environment.globals["documentation"] = DOCUMENTATION
    filters: dict[str, Callable[..., object]] = {
        "day": lambda at: f"{_to_utc(at):%-d %B %Y, %H:%M} UTC",
        "date": lambda at: f"{_to_utc(at):%-d %B %Y}",
        "short": lambda at: f"{_to_utc(at):%Y-%m-%d}",
        "moment": lambda at: _to_utc(at).isoformat(timespec="seconds"),
        "duration": _format_duration,
        "sentence": _capitalize,
        "ticks": _mark_code,
    }
    environment.filters.update(filters)
    return environment


def _neutralize(value: object) -> object:
    """Return a value for a template: plain text without control characters, and our own markup unchanged."""
    return value if not isinstance(value, str) or isinstance(value, Markup) else make_visible(value)


def _to_utc(seconds: float) -> dt.datetime:
    return dt.datetime.fromtimestamp(seconds, dt.UTC)


def _capitalize(text: str) -> str:
    """Return the text with a capital letter, unless it starts with a name such as `price_data`."""
    return text[:1].upper() + text[1:] if text.partition(" ")[0].isalpha() else text


def _mark_code(text: str) -> Markup:
    """Mark the words between backticks as code."""
    code = Markup("<code>{}</code>")
    return Markup("").join(code.format(part) if n % 2 else part for n, part in enumerate(make_visible(text).split("`")))


def _format_duration(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.1f} s"
    return f"{seconds // 60:.0f} min {seconds % 60:.0f} s"


FORMATS = (Format("html", FILE, _write),)
