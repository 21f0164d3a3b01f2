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

    def review(outcome, operation, exchange, **_known):
        return msgspec.structs.replace(outcome, verdict=Verdict.REVIEW)

    monkeypatch.setattr(item_run, "review_outcome", review)
    bench.subject = msgspec.structs.replace(bench.subject, strict_readings=strict)
    bench.run(steps, lambda request: httpx.Response(200, json=[]))
    assert [outcome.verdict for outcome in bench.outcomes() if outcome.message] == [verdict]


def test_a_smaller_request_shows_the_violation_that_it_was_made_for_and_no_other(bench):
    target = "/vehicle_makes?name=abc"

    def judge(operation, request, *requirements):
        exchange = yield request
        for requirement in requirements:
            yield Outcome(requirement, OPERATION, Verdict.FAIL, "it is wrong", exchanges=(exchange.id,))

    def steps(operation, subject):
        yield from judge(operation, Request(OPERATION, "GET", target), "EXP-01")

    def again(request, operation, subject):
        yield from judge(operation, request, "EXP-01", "EXP-10")

    bench.run(steps, lambda request: httpx.Response(200, json=[]), again=again)
    failed = [each for each in bench.outcomes() if each.verdict is Verdict.FAIL]
    assert {each.requirement for each in failed} == {"EXP-01"}
    smallest = next(exchange for exchange in bench.exchanges() if exchange.id == failed[-1].smallest)
    assert len(smallest.request.target) < len(target)
