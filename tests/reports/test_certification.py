"""The first page of a certification: what a partner reads, in any theme, at any width, on paper."""

import json
import re

import msgspec
import pytest

import reports
from conformance.model import Certification, Certified, Requirement, Verdict
from reports.first_page import CertificationStanding, build_first_page
from reports.formats.badge import BadgeState, badge_state
from reports.groups import group_by_cause
from reports.repeat_command import write_repeat_command
from reports.sections.certification import build_certification
from reports.summary import CertificateState, PastAttempt, RunVerdict
from tests.reports.generator import Settings, summary

HOSTILE = "<img src=x onerror=window.__pwned=1>"
NAMED = Certification(Certified.CLIENT, "Acme", "1.4.2", "reader", "a" * 64, "b" * 64)
PAST = (PastAttempt(1, 1_790_000_000.0, "1.4.1", "violations"), PastAttempt(2, 1_790_100_000.0, "1.4.2", "conforms"))
SIGNED = CertificateState(2, PAST, issued=1_790_100_000.0, expires=1_821_600_000.0, key_id="f" * 64, verified=True)
FAULTY, CLEAN = Settings(exchanges=150, undecided=1), Settings(exchanges=60, faulty=False)


def certification(settings=FAULTY, state=None, named=NAMED, **changes):
    run = summary(settings)
    lines = tuple(_with_advice(requirement) for requirement in run.requirements)
    started = msgspec.structs.replace(run.started, certification=named)
    return msgspec.structs.replace(run, started=started, requirements=lines, certificate=state, **changes)


def _with_advice(requirement: Requirement) -> Requirement:
    return msgspec.structs.replace(requirement, mend=f"Do this about `{requirement.id}`.")


def first_page(run):
    return build_first_page(run, group_by_cause(run.findings))


def test_a_plain_run_has_no_such_page():
    assert first_page(summary(FAULTY)) is None


STANDINGS = [
    (RunVerdict.CONFORMS, SIGNED, CertificationStanding.CERTIFIED),
    (RunVerdict.WAIVED, SIGNED, CertificationStanding.CERTIFIED),
    (RunVerdict.CONFORMS, CertificateState(1), CertificationStanding.PASSED),
    (RunVerdict.CONFORMS, None, CertificationStanding.PASSED),
    (RunVerdict.CONFORMS, CertificateState(1, obstacles=("W06 is not tested",)), CertificationStanding.OPEN),
    (
        RunVerdict.CONFORMS,
        msgspec.structs.replace(SIGNED, obstacles=("the chain is broken",)),
        CertificationStanding.OPEN,
    ),
    (RunVerdict.INCONCLUSIVE, SIGNED, CertificationStanding.OPEN),
    (RunVerdict.VIOLATIONS, SIGNED, CertificationStanding.REFUSED),
    (RunVerdict.ERROR, SIGNED, CertificationStanding.REFUSED),
]


@pytest.mark.parametrize(("verdict", "state", "expected"), STANDINGS)
def test_where_it_stands(verdict, state, expected):
    assert first_page(certification(state=state, verdict=verdict)).standing is expected


def test_every_violation_is_listed_once_with_what_to_do():
    run = certification()
    page = first_page(run)
    violated = {finding.requirement for finding in run.findings if finding.is_violation}
    assert violated
    assert [fix.requirement for fix in page.must] == list(dict.fromkeys(fix.requirement for fix in page.must))
    assert {fix.requirement for fix in page.must} == violated
    assert all(fix.how == f"Do this about `{fix.requirement}`." for fix in page.must)
    assert {fix.verdict for fix in page.should} == {Verdict.WARN}
    assert {result.verdict for result in page.unseen} <= {*Verdict} - {Verdict.PASS, Verdict.FAIL, Verdict.WARN}


def test_what_was_not_decided_is_told_once_for_a_reason():
    run = certification()
    section = build_certification(run, first_page(run))
    told = [(cases.first.requirement, cases.first.verdict, cases.first.reason) for cases in section.undecided]
    assert len(told) == len(set(told)) < len(first_page(run).unseen)
    operations = sorted(operation for cases in section.undecided for operation in cases.operations)
    assert operations == sorted(result.operation for result in first_page(run).unseen if result.operation != "*")


def test_what_is_waived_stands_against_nothing():
    run = certification()
    waived = tuple(msgspec.structs.replace(finding, waived=True) for finding in run.findings)
    page = first_page(msgspec.structs.replace(run, findings=waived))
    assert not page.must
    assert {fix.waived for fix in page.should} == {True}


def test_its_report_is_a_document_of_its_own():
    run = certification(state=CertificateState(1, (msgspec.structs.replace(PAST[0], version=""),)))
    page = reports.FORMATS["html"].render(run)["report.html"].decode()
    sections = re.findall(r'<section id="([a-z]+)"', page)
    assert sections == ["certification", "findings", "cases", "exchanges", "waivers", "notes"]
    assert "operation of the" not in page
    assert " , 20" not in page
    assert "Acme" in json.loads(reports.FORMATS["badge"].render(run)["badge.json"])["label"]
    results = json.loads(reports.FORMATS["sarif"].render(run)["report.sarif"])["runs"][0]
    assert results["automationDetails"]["id"] == "evconform/API client/Acme 1.4.2/"


def test_a_case_is_played_again_with_the_partners_own_command():
    own = "-- node client.js --select x"
    command = f"evconform certify client --plan plan.toml --select C01 --report-dir out --sign=key.pem {own}"
    run = certification()
    run = msgspec.structs.replace(run, started=msgspec.structs.replace(run.started, command=command))
    finding = run.findings[0]
    again = f"evconform certify client --plan plan.toml --select {finding.requirement} {own}"
    assert write_repeat_command(finding, run) == again
    for name in ("html", "junit", "markdown"):
        shown = next(iter(reports.FORMATS[name].render(run).values())).decode()
        assert again in shown
        assert "curl -sS" not in shown
    receiver = msgspec.structs.replace(NAMED, kind=Certified.WEBHOOKS)
    unknown = msgspec.structs.replace(run.started, certification=receiver, command="")
    run = msgspec.structs.replace(run, started=unknown)
    assert write_repeat_command(finding, run).startswith("evconform certify webhooks --endpoint URL ")


def test_a_badge_says_certified_only_where_the_signature_was_just_made():
    assert badge_state(certification(CLEAN, SIGNED)) is BadgeState.CERTIFIED
    claimed = msgspec.structs.replace(SIGNED, verified=False)
    assert badge_state(certification(CLEAN, claimed)) is BadgeState.CONFORMS


@pytest.fixture
def report(tmp_path):
    def write(*args, **options):
        return reports.build(certification(*args, **options), tmp_path, ["html"])["html"]

    return write


def test_a_certified_partner_reads_until_when(opened, report):
    page = opened(report(CLEAN, SIGNED))
    first = page.locator("#certification")
    assert page.title() == "Certified · Acme · certification report"
    assert page.locator("h1").text_content() == "Acme 1.4.2"
    assert "Certified until 22 September 2027" in first.text_content()
    assert "evconform verify certificate.json" in first.text_content()
    assert first.locator(".attempts li").count() == 2
    assert page.locator("main > section").first.get_attribute("id") == "certification"


def test_a_partner_who_failed_reads_what_to_mend_and_finds_the_evidence(opened, report):
    page = opened(report(FAULTY, CertificateState(1, PAST[:1], ("2 MUST requirements violated",))))
    first = page.locator("#certification")
    assert "Not certified" in first.text_content()
    assert "it counts as attempt 2" in first.text_content()
    assert first.locator(".how").count() == first.locator(".mends > li").count() > 0
    link = first.locator(".mends a").first
    target = link.get_attribute("href")
    link.click()
    assert page.locator(target).is_visible()


def test_it_reads_without_javascript_and_hostile_names_stay_text(opened, report):
    named = msgspec.structs.replace(NAMED, subject=HOSTILE, version=HOSTILE, profile=HOSTILE)
    page = opened(report(FAULTY, SIGNED, named), java_script_enabled=False)
    assert HOSTILE in page.locator("#certification h1").text_content()
    assert page.locator("main img").count() == 0
    assert page.locator("#certification .script-only:visible").count() == 0
