"""What stands before a right receiver accuses it of nothing."""

import pytest

from conformance.certify.webhook_receivers.stimuli import CONTROL
from conformance.certify.webhook_receivers.stimuli.valid import LAST
from conformance.model import Verdict
from tests.certify.conftest import TABLE, verdicts
from tests.certify.test_receivers_faulty import list_findings
from tests.receivers.sample import Receiver
from tests.receivers.surroundings import close_connections, put_behind_proxy

CONCERNED = {"W01", "W08", "W11", "W22", "W24", "W25", "W27", "W28", "W30", "W31"}
STIMULI = (CONTROL, *(one for one in TABLE if one.requirement in CONCERNED and one not in {CONTROL, LAST}), LAST)


@pytest.mark.parametrize("surround", [close_connections, put_behind_proxy])
def test_a_right_receiver_is_accused_of_nothing(run_certification, surround):
    summary = run_certification(surround(Receiver().app), stimuli=STIMULI, observed=True)
    assert not verdicts(summary, Verdict.FAIL, Verdict.WARN, Verdict.INCONCLUSIVE), list_findings(summary)
    assert verdicts(summary, Verdict.PASS) >= CONCERNED, list_findings(summary)
