"""What can be certified, and what cannot."""

import datetime as dt

import msgspec
import pytest

from conformance.certificates.gate import list_obstacles
from conformance.model import Certification, Certified, Verdict
from reports import fold, waivers
from tests.certificates.conftest import GOOD, NOW, OPERATION, SUBJECT, events

TABLE = [
    # how W01 or S01 ended, the reason on record, what stands against a certificate
    ({"W01": Verdict.PASS}, "", ""),
    ({"W01": Verdict.WARN}, "slow", ""),
    ({"W01": Verdict.REVIEW}, "a person decides", ""),
    ({"W01": Verdict.NOT_OBSERVABLE}, "no hook", ""),
    ({"W01": Verdict.NOT_APPLICABLE}, "the task is declined", ""),
    ({"W01": Verdict.NOT_OBSERVABLE}, "", "W01 is not observable, and no reason is recorded"),
    ({"W01": Verdict.NOT_APPLICABLE}, "", "W01 is not applicable, and no reason is recorded"),
    ({"W01": Verdict.NOT_TESTED}, "name --previous-secret", "W01 is not tested: name --previous-secret"),
    ({"W01": Verdict.INCONCLUSIVE}, "no answer", "W01 is inconclusive: no answer"),
    ({"W01": Verdict.FAIL}, "wrong", "1 MUST requirement violated"),
    ({"W01": Verdict.ERROR}, "broke", "1 case ended in an internal error of the harness"),
    ({"S01": Verdict.FAIL}, "wrong", ""),
    ({"S01": Verdict.WARN}, "wrong", ""),
    ({"S01": Verdict.NOT_TESTED}, "", ""),
    ({"S01": Verdict.INCONCLUSIVE}, "", ""),
    ({"S01": Verdict.ERROR}, "broke", "1 case ended in an internal error of the harness"),
]


@pytest.mark.parametrize(("verdicts", "reason", "obstacle"), TABLE)
def test_the_table(verdicts, reason, obstacle):
    actual = list_obstacles(fold(events({**GOOD, **verdicts}, reason=reason)))
    assert (obstacle in "; ".join(actual)) if obstacle else not actual, actual


def test_every_verdict_is_in_the_table():
    assert {verdict for verdicts, _, _ in TABLE for name, verdict in verdicts.items() if name == "W01"} == set(Verdict)


def against(*args, **options):
    return "; ".join(list_obstacles(fold(events(*args, **options))))


def test_nothing_tested():
    assert "nothing was planned" in against({})
    assert "no case passed" in against(dict.fromkeys(GOOD, Verdict.NOT_OBSERVABLE))


def test_no_must_passed():
    assert against({"W01": Verdict.NOT_OBSERVABLE, "S01": Verdict.PASS}) == "no MUST passed"


def test_a_log_without_footer():
    assert "the run log is incomplete" in against(ended=None)


def test_an_early_end():
    assert against(stopped="interrupted") == "the run was stopped early: interrupted"


def test_a_selection():
    assert against(known=("W07", "S07")) == "a selection is not a whole profile: W07 left out"


def test_a_subject_without_version():
    unversioned = Certification(Certified.CLIENT, "Acme", "", "reader", "", "")
    assert against(certification=unversioned) == "Acme has no version: name it with --subject-version or in the plan"


def test_a_part_of_a_profile():
    part = msgspec.structs.replace(SUBJECT, profile="partial", whole=False)
    assert against(certification=part) == "partial is not a whole profile"


def test_a_plain_run():
    assert against(certification=None) == "the run certifies no subject"


def test_an_empty_log():
    assert list_obstacles(fold(())) == ("the run certifies no subject",)


@pytest.mark.parametrize(
    ("days", "obstacle"), [(30, ""), (-1, "violated"), (200, "1 waiver needs attention: too long")]
)
def test_waivers(days, obstacle):
    waiver = waivers.Waiver("W02", OPERATION, "known", "owner", "https://x", NOW.date() + dt.timedelta(days=days))
    summary = waivers.apply(fold(events({**GOOD, "W02": Verdict.FAIL})), [waiver], NOW.date())
    actual = "; ".join(list_obstacles(summary))
    assert (obstacle in actual) if obstacle else not actual
