"""Each mutant violates its requirement and no other MUST; the correct client violates none."""

from collections import Counter
from pathlib import Path

import pytest

from conformance.certify.api_clients.catalogue import load_client_requirements
from conformance.certify.api_clients.tasks import TASKS
from conformance.model import Level, Verdict
from reports import RunVerdict, Summary
from tests.certify.clients.mutants import MUTANTS
from tests.certify.clients.mutation import run_mutant
from tests.certify.conftest import verdicts
from tests.samples import each_or_long

JUDGED = {f"C{number:02}" for number in range(1, 32)} - {"C30"}
FIRST = {mutant.requirement: mutant for mutant in MUTANTS[::-1]}
"""The first mutant of each requirement; `tox run -e client-mutants` tries them all."""


def describe_cases(summary: Summary) -> list[str]:
    return [f"{case.requirement} {case.operation} {case.verdict} {case.reason}" for case in summary.case_results]


def test_a_correct_client_passes_everything(certify_sample, write_plan):
    summary = certify_sample(plan=write_plan(*TASKS))
    assert summary.verdict is RunVerdict.CONFORMS, describe_cases(summary)
    assert verdicts(summary, Verdict.REVIEW) == {"C15"}  # the sources contradict each other
    assert verdicts(summary, Verdict.PASS) == JUDGED - {"C15"}, describe_cases(summary)
    assert verdicts(summary, Verdict.NOT_APPLICABLE) == {"C30"}
    assert len(verdicts(summary, *Verdict)) == 31


def test_a_correct_public_client_passes(certify_sample, write_plan):
    played = ("C01", "C08", "C09", "C10", "C11", "C12", "C15", "C19", "C23", "C25")
    summary = certify_sample(plan=write_plan(*set(TASKS) - {"create_user"}, kind="public"), select=played)
    assert summary.verdict is RunVerdict.CONFORMS, describe_cases(summary)
    assert verdicts(summary, Verdict.PASS) == set(played) - {"C15"}, describe_cases(summary)
    assert verdicts(summary, Verdict.NOT_OBSERVABLE) == {"C11"}  # a person has too few vehicles for fifty calls
    assert verdicts(summary, Verdict.NOT_APPLICABLE) == {"C09", "C15"}  # no create_user; the token names the person


@pytest.mark.parametrize("requirement", each_or_long(sorted(FIRST), 3))
def test_a_mutant_violates_only_its_requirement(tmp_path: Path, requirement: str):
    result = run_mutant(FIRST[requirement], tmp_path)
    assert result.is_detected, result
    assert not result.stray_musts, result
    assert not result.errors, result


def test_there_are_enough_mutants_of_every_requirement():
    counts = Counter(mutant.requirement for mutant in MUTANTS)
    assert len(MUTANTS) >= 130
    assert set(counts) == {requirement.id for requirement in load_client_requirements()} - {"C30"}
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)
    shoulds = {requirement.id for requirement in load_client_requirements() if requirement.level is Level.SHOULD}
    assert {mutant.requirement for mutant in MUTANTS if mutant.level is Level.MUST}.isdisjoint(shoulds)


def test_the_run_log_names_client_and_profile(certify_sample, write_plan):
    summary = certify_sample(plan=write_plan("list_vehicles", "read_vehicles"), select=("C04",))
    header = summary.started.certification
    assert (header.subject, header.version, header.profile) == ("Sample", "1.0", "a selection")
    declined = next(notice.message for notice in summary.notices if notice.message.startswith("declined"))
    assert "create_user" in declined
    assert "list_vehicles" not in declined
