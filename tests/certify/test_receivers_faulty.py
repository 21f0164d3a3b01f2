"""Faults that only a network shows, and a right receiver behind one."""

import pytest

from conformance.certify.webhook_receivers.stimuli import CONTROL
from conformance.model import Verdict
from reports import RunVerdict
from tests.certify.conftest import QUICK, TABLE, failing, verdicts
from tests.receivers.sample import Receiver

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


@pytest.mark.parametrize(("fault", "requirement"), [("hangs under load", "W27"), ("checks before it writes", "W25")])
def test_a_fault_under_load_is_found(run_certification, fault, requirement):
    limit = {"answer_s": 4.0} if fault == "hangs under load" else {}  # of the others none may need to be quick
    stimuli = (CONTROL, *(stimulus for stimulus in QUICK if stimulus.requirement == requirement))
    summary = run_certification(Receiver(fault).app, stimuli=stimuli, observed=True, **limit)
    assert failing(summary) == {requirement}, list_findings(summary)
    assert summary.verdict is RunVerdict.VIOLATIONS
