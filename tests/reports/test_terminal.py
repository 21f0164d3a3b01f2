import datetime as dt
import io
from pathlib import Path

import msgspec
from rich.console import Console

import reports
from conformance.model import Certification, Certified
from reports import waivers
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
