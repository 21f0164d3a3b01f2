"""Running one item: what a probe or check declares is all that it may judge."""

import httpx
import msgspec
import pytest

from conformance.execution import item_run
from conformance.model import Outcome, Request, Verdict
from tests.execution.conftest import OPERATION


def test_a_requirement_that_a_probe_does_not_declare_is_an_internal_error(bench):
    def steps(operation, subject):
        yield Request(OPERATION, "GET", "/vehicle_makes")
        yield Outcome("EXP-02", OPERATION, Verdict.FAIL, "judged without a word")

    bench.run(steps, lambda request: httpx.Response(200, json=[]))
    assert {(each.requirement, each.verdict) for each in bench.outcomes()} == {
        ("EXP-01", Verdict.ERROR),
        ("EXP-10", Verdict.ERROR),
    }
    assert all("probe judges EXP-02, which it does not declare" in each.message for each in bench.outcomes())


@pytest.mark.parametrize(("strict", "verdict"), [(False, Verdict.REVIEW), (True, Verdict.FAIL)])
def test_what_rests_on_a_chosen_reading_fails_only_where_readings_are_strict(bench, monkeypatch, strict, verdict):
    def steps(operation, subject):
        yield Request(OPERATION, "GET", "/vehicle_makes")
        yield Outcome("EXP-01", OPERATION, Verdict.FAIL, "it rests on a reading")

    def review(outcome, operation, exchange):
        return msgspec.structs.replace(outcome, verdict=Verdict.REVIEW)

    monkeypatch.setattr(item_run, "review_outcome", review)
    bench.subject = msgspec.structs.replace(bench.subject, strict_readings=strict)
    bench.run(steps, lambda request: httpx.Response(200, json=[]))
    assert [outcome.verdict for outcome in bench.outcomes() if outcome.message] == [verdict]
