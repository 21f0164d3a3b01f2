"""Each mutant violates its requirement and no other; the correct client violates none."""

from pathlib import Path

import pytest

from conformance.certify.api_clients.tasks import TASKS
from conformance.model import Verdict
from reports import RunVerdict, Summary
from tests.certify.clients.mutants import MUSTS, SHOULDS, ClientMutant
from tests.certify.conftest import verdicts


def describe_cases(summary: Summary) -> list[str]:
    return [f"{case.requirement} {case.operation} {case.verdict} {case.reason}" for case in summary.case_results]


def test_a_correct_client_passes_everything(certify_sample, write_plan):
    summary = certify_sample(plan=write_plan(*TASKS))
    assert summary.verdict is RunVerdict.CONFORMS, describe_cases(summary)
    assert verdicts(summary, Verdict.REVIEW) == {"C15"}  # the sources contradict each other
    assert verdicts(summary, Verdict.PASS) == {f"C{n:02}" for n in range(1, 30)} - {"C15"}, describe_cases(summary)
    assert verdicts(summary, Verdict.NOT_APPLICABLE) == {"C30"}
    assert len(verdicts(summary, *Verdict)) == 30


def test_a_correct_public_client_passes(certify_sample, write_plan):
    played = ("C01", "C08", "C09", "C10", "C11", "C12", "C15", "C19", "C23", "C25")
    summary = certify_sample(plan=write_plan(*set(TASKS) - {"create_user"}, kind="public"), select=played)
    assert summary.verdict is RunVerdict.CONFORMS, describe_cases(summary)
    assert verdicts(summary, Verdict.PASS) == set(played) - {"C11", "C15"}, describe_cases(summary)
    assert verdicts(summary, Verdict.NOT_OBSERVABLE) == {"C11"}  # a person has too few vehicles for fifty calls
    assert verdicts(summary, Verdict.NOT_APPLICABLE) == {"C15"}  # the token names the person


@pytest.mark.parametrize("mutant", MUSTS, ids=lambda mutant: mutant.name)
def test_a_mutant_fails_only_its_requirement(certify_sample, write_plan, mutant: ClientMutant):
    summary = certify_sample(mutant.name, plan=write_plan(*mutant.declared_tasks), select=mutant.selection)
    assert verdicts(summary, Verdict.FAIL) == {mutant.violated_requirement}, describe_cases(summary)
    assert verdicts(summary, Verdict.WARN, Verdict.ERROR) == set(), describe_cases(summary)
    assert summary.verdict is RunVerdict.VIOLATIONS


@pytest.mark.parametrize("mutant", SHOULDS, ids=lambda mutant: mutant.name)
def test_a_should_mutant_is_warned_of_only_its_requirement(certify_sample, write_plan, mutant: ClientMutant):
    summary = certify_sample(mutant.name, plan=write_plan(*mutant.declared_tasks), select=mutant.selection)
    assert verdicts(summary, Verdict.WARN) == {mutant.violated_requirement}, describe_cases(summary)
    assert verdicts(summary, Verdict.FAIL, Verdict.ERROR) == set(), describe_cases(summary)


def test_the_run_log_names_client_and_profile(certify_sample, write_plan, tmp_path: Path):
    summary = certify_sample(plan=write_plan("list_vehicles", "read_vehicles"), select=("C04",))
    header = summary.started.certification
    assert (header.subject, header.version, header.profile) == ("Sample", "1.0", "a selection")
    declined = next(notice.message for notice in summary.notices if notice.message.startswith("declined"))
    assert "create_user" in declined
    assert "list_vehicles" not in declined
