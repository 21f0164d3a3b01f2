"""As many requests in flight as the target serves: more while it keeps its pace, fewer when it refuses or slows."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.errors import UsageError
from conformance.execution.concurrency import ConcurrencyLimit, choose_concurrency, parse_concurrency
from conformance.model import Target, TargetKind

HERE, ELSEWHERE = "http://127.0.0.1:8080/v2", "https://api.staging.example/v2"


@pytest.mark.parametrize(
    ("wanted", "url", "latency_s", "expected"),
    [
        (None, HERE, 0.001, None),
        (None, HERE, 0.1, 32),
        (None, ELSEWHERE, 0.1, 8),
        (None, ELSEWHERE, 0.001, None),
        ("auto", ELSEWHERE, 0.1, 32),
        ("auto", ELSEWHERE, 0.001, None),
        (3, ELSEWHERE, 0.1, 3),
        (64, HERE, 0.001, 64),
    ],
)
def test_default_is_polite_elsewhere(wanted, url, latency_s, expected):
    assert choose_concurrency(wanted, Target("t", TargetKind.URL, url), latency_s) == expected


@pytest.mark.parametrize("text", ["0", "-1", "101", "many", "1.5", "", "٣"])
def test_wrong_concurrency_is_refused(text):
    with pytest.raises(UsageError, match="--concurrency must be auto or a number from 1 to 100"):
        parse_concurrency(text)


def test_concurrency_is_parsed():
    assert [parse_concurrency(text) for text in (None, "auto", "1", "100")] == [None, "auto", 1, 100]


def serve(limit, responses, latency=lambda level: 0.1, refuses=lambda level: False):
    """Answer requests of the highest level that the limit allows; return the share that was refused."""
    refused = 0
    for _ in range(responses):
        level = limit.current
        if refuses(level):
            refused += 1
            limit.add_refusal(level)
        else:
            limit.add_response(level, latency(level))
    return refused / responses


def test_limit_grows_while_the_target_keeps_its_pace():
    limit = ConcurrencyLimit(32)
    assert limit.current == 8
    serve(limit, 1000)
    assert limit.current == 32


def test_limit_does_not_grow_where_it_is_not_used():
    limit = ConcurrencyLimit(32)
    for _ in range(500):
        limit.add_response(3, 0.1)
    assert limit.current == 8


def test_limit_stays_where_the_target_gets_slower():
    limit = ConcurrencyLimit(100)
    serve(limit, 5000, latency=lambda level: 0.1 * max(1.0, level / 16))
    assert 16 <= limit.current <= 45


def test_limit_stays_below_the_level_that_is_refused():
    limit = ConcurrencyLimit(32)
    assert serve(limit, 6000, refuses=lambda level: level > 20) <= 0.01
    assert 10 <= limit.current <= 21


def test_few_are_refused_by_a_target_that_serves_one_at_a_time():
    assert serve(ConcurrencyLimit(32), 6000, refuses=lambda level: level > 1) <= 0.05


def test_refusal_of_too_many_is_told_from_a_failure_at_random():
    limit = ConcurrencyLimit(32)
    serve(limit, 1000)
    assert not any(limit.add_refusal(level) for level in (8, 8, 12, 25))
    limit = ConcurrencyLimit(32)
    serve(limit, 300, refuses=lambda level: level > 10)
    assert limit.add_refusal(11)


def test_gateway_that_fails_now_and_then_does_not_stop_what_goes_on():
    limit = ConcurrencyLimit(32)
    for number in range(3000):
        if number % 50 == 49:
            limit.add_refusal(limit.current)
        else:
            limit.add_response(limit.current, 0.1)
    for _ in range(40):
        limit.add_response(limit.current, 0.1)
    assert limit.current >= 4


def test_one_request_at_a_time_is_never_too_many():
    assert not ConcurrencyLimit(8, 1).add_refusal(1)


@given(
    most=st.integers(1, 100),
    events=st.lists(st.tuples(st.booleans(), st.integers(1, 100), st.floats(0, 10)), max_size=200),
)
def test_limit_is_never_above_the_most_nor_below_one(most, events):
    limit = ConcurrencyLimit(most)
    for is_refused, wanted, elapsed_s in events:
        level = min(wanted, most)
        if is_refused:
            limit.add_refusal(level)
        else:
            limit.add_response(level, elapsed_s)
        assert 1 <= limit.current <= most


@pytest.mark.parametrize(("workers", "expected"), [(1, 8), (2, 4), (3, 2), (8, 1), (20, 1)])
def test_workers_share_the_requests_in_flight(workers, expected):
    from conformance.execution.spec import RunSpec

    spec = RunSpec("run", "reports", Target("t", TargetKind.URL, HERE), {}, {}, concurrency=8)
    assert spec.share_among(workers).concurrency == expected
    assert msgspec.structs.replace(spec, concurrency=None).share_among(workers).concurrency == 1
