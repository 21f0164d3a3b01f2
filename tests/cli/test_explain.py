"""`evconform explain`: requirements and findings in words."""

import pytest

import reports
from conformance.cli.explain import describe_finding, describe_requirement
from conformance.plan import Catalogue
from conformance.run_log.event_log import LogWriter
from reports.groups import group_by_cause
from specs.catalogue import load_requirements
from specs.violations import load_violation_examples
from tests.reports.generator import Settings, events

REQUIREMENTS = load_requirements()


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue.collect(REQUIREMENTS)


@pytest.mark.parametrize("requirement", REQUIREMENTS, ids=lambda requirement: requirement.id)
def test_each_requirement_has_its_facts(requirement, catalogue):
    facts = dict(describe_requirement(requirement, catalogue, ("some-fault", "another")))
    assert facts["Statement"] == requirement.statement
    assert facts["Why it matters"]
    assert facts["Source"].startswith(requirement.source.document)
    is_partner = requirement.family in {"C", "W"}
    judged_elsewhere = is_partner or requirement.kind in {"static", "run"} or "Not tested" in facts
    assert facts["Judged by"] or judged_elsewhere
    assert ("See it fail" in facts) is not is_partner


def test_a_requirement_is_found_in_any_case(evconform):
    ended = evconform("explain", "exp-04")
    assert ended.code == 0
    assert "EXP-04 (MUST, harm: data)" in ended.out
    assert "evconform serve --fault exp-" in ended.out


def test_an_unknown_name_is_refused_with_a_suggestion(evconform):
    ended = evconform("explain", "EXPP-04")
    assert ended.code == 2
    assert "Did you mean EXP-04?" in ended.err


def test_a_finding_and_a_cause_are_explained_from_their_run(evconform, tmp_path):
    log = tmp_path / "events.jsonl"
    writer = LogWriter(log)
    for event in events(Settings(exchanges=60)):
        writer.append(event)
    writer.close()
    summary = reports.fold(reports.read_events([tmp_path]))
    finding = next(finding for finding in summary.findings if finding.requirement.startswith("EXP"))
    facts = dict(describe_finding(finding, summary))
    assert facts["Repeat"].startswith("curl ")
    cause = next(group for group in group_by_cause(summary.findings) if finding in group.findings)
    for name in (finding.id, cause.id):
        ended = evconform("explain", name, "--run", str(tmp_path))
        assert ended.code == 0, ended.err
        assert f"{finding.verdict} {finding.requirement}" in ended.out
        assert "Why it matters" in ended.out


def test_a_requirement_shows_the_violation_of_its_seeded_fault(evconform):
    example = load_violation_examples()["PAG-05"]
    ended = evconform("explain", "PAG-05")
    assert f"by the seeded fault {example.fault}" in ended.out
    for text in (example.operation, example.message, example.expected, example.requests[0]):
        assert text in ended.out
