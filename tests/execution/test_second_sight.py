"""An accusation that secrets reach others counts once it is seen a second time, over another connection."""

from collections import Counter

import httpx
import msgspec
import pytest

from conformance.execution.second_sight import MAX_CONFIRMED, Confirmations
from conformance.model import Harm, Outcome, Request, Verdict
from tests.execution.conftest import OPERATION, requirement


@pytest.fixture(autouse=True)
def _grave(monkeypatch):
    """Let EXP-01 be about secrets."""
    grave = msgspec.structs.replace(requirement("EXP-01"), harm=Harm.SECRETS)
    monkeypatch.setattr(
        "tests.execution.conftest.requirement",
        lambda name, *more: grave if name == "EXP-01" else requirement(name, *more),
    )


def accuse(operation, subject):
    """Accuse whatever is answered 200."""
    exchange = yield Request(OPERATION, "GET", "/vehicle_makes", fresh=True)
    verdict = Verdict.FAIL if exchange.status == 200 else Verdict.PASS
    yield Outcome("EXP-01", OPERATION, verdict, "it is open", exchanges=(exchange.id,))


def accuse_write(operation, subject):
    exchange = yield Request(OPERATION, "POST", "/vehicle_makes")
    yield Outcome("EXP-01", OPERATION, Verdict.FAIL, "it is open", exchanges=(exchange.id,))


def judged(bench):
    return [outcome for outcome in bench.outcomes() if outcome.requirement == "EXP-01"]


def answer(*statuses, **more):
    left = list(statuses)
    return lambda request: httpx.Response(left.pop(0) if len(left) > 1 else left[0], json=[], **more)


def test_what_is_seen_twice_counts_and_shows_both_exchanges(bench):
    bench.run(accuse, answer(200))
    (outcome,) = judged(bench)
    assert outcome.verdict is Verdict.FAIL
    assert outcome.exchanges == tuple(exchange.id for exchange in bench.exchanges())
    assert len(set(outcome.exchanges)) == 2


@pytest.mark.parametrize("second", [401, 500, 302])
def test_what_is_seen_once_decides_nothing(bench, second):
    bench.run(accuse, answer(200, second))
    (outcome,) = judged(bench)
    assert outcome.verdict is Verdict.INCONCLUSIVE
    assert f"seen once, with 200, and then {second}" in outcome.message


def test_a_page_of_a_proxy_is_no_second_sight(bench):
    responses = [httpx.Response(200, html="<p>Sign in"), httpx.Response(200, json=[])]
    bench.run(accuse, lambda request: responses.pop(0))
    assert [outcome.verdict for outcome in judged(bench)] == [Verdict.INCONCLUSIVE]


def test_without_a_second_response_nothing_is_decided(bench):
    responses = iter([httpx.Response(200, json=[])])

    def handle(request):
        if response := next(responses, None):
            return response
        raise httpx.ReadError("reset")

    bench.run(accuse, handle)
    (outcome,) = judged(bench)
    assert outcome.verdict is Verdict.INCONCLUSIVE
    assert "no response" in outcome.message


def test_a_write_that_took_effect_is_not_sent_again(bench):
    sent = []

    def handle(request):
        sent.append(request)
        return httpx.Response(200, json=[])

    bench.run(accuse_write, handle)
    assert len(sent) == 1
    assert [outcome.verdict for outcome in judged(bench)] == [Verdict.FAIL]


def test_other_violations_cost_no_second_request(bench, monkeypatch):
    monkeypatch.setattr("tests.execution.conftest.requirement", requirement)
    bench.run(accuse, answer(200))
    assert len(bench.exchanges()) == 1
    assert [outcome.verdict for outcome in judged(bench)] == [Verdict.FAIL]


def test_what_is_seen_everywhere_is_confirmed_a_few_times(bench):
    confirmations = Confirmations()
    for _ in range(MAX_CONFIRMED + 2):
        bench.run(accuse, answer(200), confirmations=confirmations)
    assert Counter(outcome.verdict for outcome in judged(bench)) == {Verdict.FAIL: MAX_CONFIRMED + 2}
    assert len(bench.exchanges()) == 2 * MAX_CONFIRMED + 2
