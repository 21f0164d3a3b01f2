import datetime as dt
import io
import re
from pathlib import Path

import msgspec
import pytest
from rich.console import Console

import reports
from conformance.model import Certification, Certified, Verdict
from reports import waivers
from reports.sections.base import GLYPHS
from reports.summary import CertificateState
from reports.terminal import render_difference, render_summary
from tests.reports.generator import HOSTILE, Settings, events

SUMMARY = reports.fold(events(Settings(exchanges=120)))


def printed(summary, **options):
    out = io.StringIO()
    render_summary(summary, Console(file=out, width=100, **options), Path("/somewhere/report.html"))
    return out.getvalue()


def test_it_tells_what_failed_how_to_see_it_again_and_where_the_report_is():
    text = printed(SUMMARY)
    assert "VIOLATIONS" in text
    assert text.count("repeat   curl ") == 3
    assert "EXP-04" in text
    assert "/somewhere/report.html" in text


def test_it_tells_why_cases_were_not_tested():
    text = printed(SUMMARY)
    for reason, count in list(SUMMARY.gap_counts.items())[:3]:
        assert f"not tested {count:,}: {reason}" in text


def test_a_cause_is_told_with_all_its_places_once():
    first = SUMMARY.findings[0]
    there = [msgspec.structs.replace(first, operation=key, pointer="/x") for key in ("GET /evses", "GET /users")]
    here = [msgspec.structs.replace(first, operation="GET /evses", pointer=value) for value in ("/x", "/y")]
    one, both, same = (
        printed(msgspec.structs.replace(SUMMARY, findings=tuple(actual))) for actual in (there[:1], there, here)
    )
    head = f"{first.verdict} {first.requirement} "
    assert f"{head}GET /evses\n" in one
    assert f"{head}GET /evses, and on 2 operations in all\n" in both
    assert f"{head}in 2 places of GET /evses\n" in same


def test_piped_it_is_plain():
    assert "\x1b" not in printed(SUMMARY)
    assert "\x1b" in printed(SUMMARY, force_terminal=True)


def test_text_of_the_target_is_never_markup_nor_control():
    bad = "[bold red]x[/] \x1b]0;title\x07 \u202e [link=http://x]y[/link]"
    findings = tuple(msgspec.structs.replace(finding, message=bad, actual=HOSTILE[6]) for finding in SUMMARY.findings)
    text = printed(msgspec.structs.replace(SUMMARY, findings=findings))
    assert "[bold red]x[/]" in text
    assert not {"\x1b", "\x07", "\u202e"} & set(text)


def test_a_waiver_to_mend_is_named():
    late = waivers.Waiver("EXP-04", "GET /evses", "why", "Ada", "https://i.example", dt.date(2020, 1, 1))
    text = printed(waivers.apply(SUMMARY, [late], dt.date(2026, 1, 1)))
    assert "waiver expired: EXP-04 GET /evses, Ada, until 2020-01-01" in text


def test_a_difference_is_told():
    out = io.StringIO()
    clean = reports.fold(events(Settings(exchanges=120, faulty=False)))
    render_difference(reports.diff(clean, SUMMARY), Console(file=out, width=100))
    assert "WORSE  conforms → violations" in out.getvalue()
    assert "FAIL EXP-04 GET /evses/{evse_id}" in out.getvalue()


def test_what_stands_against_a_certificate_fits_on_a_screen():
    named = Certification(Certified.CLIENT, "Acme", "1.4.2", "reader", "a" * 64, "b" * 64)
    state = CertificateState(1, obstacles=tuple(f"W{n:02} is not tested" for n in range(30)))
    started = msgspec.structs.replace(SUMMARY.started, certification=named)
    text = printed(msgspec.structs.replace(SUMMARY, started=started, certificate=state))
    assert "W05 is not tested\n    and 24 more, see the report" in text


@pytest.mark.parametrize("width", [60, 100])
def test_facts_keep_their_columns_on_a_narrow_terminal(width):
    console = Console(file=io.StringIO(), width=width, force_terminal=True, color_system=None)
    render_summary(SUMMARY, console)
    lines = console.file.getvalue().splitlines()
    facts = [line for line in lines if line.startswith(("  expected ", "  matters "))]
    assert facts
    assert all(len(line) <= width for line in facts)


def test_values_are_not_dim_and_signs_are_those_of_the_page():
    console = Console(file=io.StringIO(), width=100, force_terminal=True, color_system="standard")
    render_summary(SUMMARY, console)
    text = console.file.getvalue()
    dim = re.findall(r"\x1b\[2m([^\x1b]*)", text)
    assert "expected" in " ".join(dim)
    assert not any("curl" in part or "evconform" in part for part in dim)
    assert GLYPHS[Verdict.FAIL] in text


def test_what_is_piped_keeps_each_fact_on_its_line():
    console = Console(file=io.StringIO(), width=40)
    render_summary(SUMMARY, console)
    assert any(line.startswith("  again    evconform replay f-") for line in console.file.getvalue().splitlines())
