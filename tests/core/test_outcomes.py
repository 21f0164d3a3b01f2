"""The messages of outcomes."""

import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.evidence.differences import ABSENT
from conformance.evidence.outcomes import fail_case, judge_case, pass_case, quote_json, skip_case
from conformance.evidence.responses import OperationResponse
from conformance.model import Effect, Exchange, Operation, Request, Role, Verdict

OPERATION = Operation("GET /things", "get-things", "GET", "/things", "", Role.LIST, Effect.NONE, "things")


def answer(name: str) -> OperationResponse:
    return OperationResponse(
        Exchange(name, Request(OPERATION.key, "GET", "/things"), "http://h/things", 0.0), OPERATION
    )


def test_a_violation_rests_on_its_exchange_first_and_on_each_once():
    outcome = fail_case(answer("a"), "EXP-04", "differs", also=(answer("b"), answer("a"), answer("b")))
    assert outcome.exchanges == ("a", "b")
    assert (outcome.verdict, outcome.operation) == (Verdict.FAIL, OPERATION.key)


def test_other_verdicts_keep_their_message():
    assert pass_case(answer("a"), "RSP-01").verdict is Verdict.PASS
    assert judge_case(answer("a"), "RSP-01", Verdict.REVIEW, "why", pointer="/x").pointer == "/x"
    assert skip_case("RSP-01", "GET /x", Verdict.NOT_TESTED, "why").exchanges == ()


@given(
    st.recursive(st.none() | st.text() | st.integers() | st.floats(), lambda children: st.lists(children, max_size=3))
)
def test_values_are_quoted_as_json_where_possible(value):
    text = quote_json(value)
    assert len(text) < 450
    text.encode()
    if len(text) <= 400:
        assert "\n" not in text


@pytest.mark.parametrize("value", ["\ud800", {"\udfff": 1}, ABSENT, math.inf, 10**30, {1: 2}, b"\xff", "x" * 10_000])
def test_odd_values_are_quoted_without_failing(value):
    text = quote_json(value)
    assert text
    msgspec.json.encode(text)  # fit for the event log


def test_a_long_value_is_cut_and_says_its_length():
    assert quote_json("x" * 1000).endswith("… (1002 characters)")
