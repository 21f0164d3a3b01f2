"""What a client passed is certified for the profile that its tasks add up to, and says what it declined."""

from datetime import UTC, datetime

from conformance.certificates.gate import obstacles
from conformance.certificates.keys import new_keys, private_key, public_key
from conformance.certificates.signing import FILE, attempted, sign
from conformance.certificates.verifying import Standing, verify
from conformance.model import Certified, Verdict

READER = ("list_vehicles", "read_vehicles")


def test_a_reader_is_certified_as_one(certified, plan, tmp_path):
    summary, keys = certified(plan=plan(*READER)), new_keys(tmp_path / "keys")
    attempt = attempted(summary, tmp_path / "report/events.jsonl")
    assert attempt.obstacles == ()
    now = datetime.now(UTC)
    assert sign(summary, attempt, private_key(keys.private), now=now)
    found = verify((tmp_path / "report" / FILE).read_bytes(), public_key(keys.public), now)
    assert found.standing is Standing.VALID
    named = found.certificate.certification
    assert (named.kind, named.subject, named.version, named.profile) == (Certified.CLIENT, "Sample", "1.0", "reader")
    declined = found.certificate.having(Verdict.NOT_APPLICABLE)
    assert {each.requirement for each in declined} >= {"C07", "C12"}
    assert all(each.reason for each in declined)
    passed = {each.requirement for each in found.certificate.having(Verdict.PASS)}
    assert passed >= {"C01", "C02", "C05", "C25"}


def test_what_adds_up_to_no_profile_is_not_certified(certified, plan):
    assert obstacles(certified(plan=plan("list_vehicles"))) == ("partial is not a whole profile",)


def test_a_selection_plans_no_more_than_it_plays(certified, plan):
    summary = certified(plan=plan(*READER), select=("C04",))
    assert {cell.requirement for cell in summary.cells} == {"C04"}
    assert "a selection is not a whole profile" in obstacles(summary)


def test_a_violation_stands_against_it(certified, plan):
    found = obstacles(certified("ignores Retry-After", plan=plan(*READER)))
    assert "MUST requirement" in found[0]


def test_a_client_without_a_plan_has_no_version(certified):
    found = obstacles(certified(command=("true",), jobs=8))
    assert "has no version" in found[0]
