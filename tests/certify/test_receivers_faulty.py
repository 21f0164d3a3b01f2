"""Every fault of a receiver fails what it violates, and nothing else."""

import pytest

from conformance.model import Verdict
from reports import RunVerdict
from tests.certify.conftest import TABLE, failing, verdicts
from tests.receivers.sample import FAILS, WARNS, Receiver

UNSEEN = {"W33"}


def list_findings(summary) -> list[str]:
    return [
        f"{finding.requirement} {finding.verdict} {finding.message} {finding.actual}" for finding in summary.findings
    ]


def test_a_right_receiver_passes_everything(run_certification):
    summary = run_certification(Receiver().app, stimuli=TABLE, observed=True)
    assert summary.verdict is RunVerdict.CONFORMS, list_findings(summary)
    assert verdicts(summary, Verdict.PASS) == {f"W{n:02}" for n in range(1, 33)}, list_findings(summary)
    assert verdicts(summary, Verdict.REVIEW) == UNSEEN


@pytest.mark.parametrize("fault", FAILS)
def test_a_fault_fails_what_it_violates_alone(run_certification, fault):
    limit = {"answer_s": 4.0} if fault == "hangs under load" else {}  # of the others none may need to be quick
    summary = run_certification(Receiver(fault).app, observed=True, **limit)
    assert failing(summary) == FAILS[fault], list_findings(summary)
    assert summary.verdict is RunVerdict.VIOLATIONS


@pytest.mark.parametrize("fault", WARNS)
def test_a_lesser_fault_is_warned_of_alone(run_certification, fault):
    summary = run_certification(Receiver(fault).app, observed=True)
    assert verdicts(summary, Verdict.WARN) == WARNS[fault], list_findings(summary)
    assert summary.verdict is RunVerdict.CONFORMS
