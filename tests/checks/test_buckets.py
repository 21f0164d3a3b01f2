"""CHG-07: how long buckets of statistics may last."""

from datetime import UTC, datetime, timedelta

import pytest

from conformance.checks.buckets import check_bucket_lengths
from conformance.evidence.responses import OperationResponse
from conformance.model import Exchange, Request, Verdict
from tests.probes.scripted import make_response

KEY = "GET /hem_systems/{hem_system_id}/energy_stats"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def series(resolution, *lengths, gap=timedelta(0)):
    """Return a response with buckets of these lengths, one after the other."""
    moment, buckets = datetime(2026, 3, 1, tzinfo=UTC), []
    for length in lengths:
        buckets.append({"period_start": moment.isoformat(), "period_end": (moment + length - gap).isoformat()})
        moment += length
    return {"resolution": resolution, "buckets": buckets}


def judge(subject, body):
    exchange = Exchange("x", Request(KEY, "GET", "/"), "", 0.0, make_response(body))
    response = OperationResponse(exchange, subject.model.operations_by_key[KEY])
    return [outcome.verdict for outcome in check_bucket_lengths(response, subject)]


@pytest.mark.parametrize(
    "body",
    [
        series("PT30M", *[HOUR / 2] * 4),
        series("PT30M", HOUR / 6, HOUR / 2, HOUR / 2, HOUR / 12),  # cut by the period
        series("P1D", *[DAY, 23 * HOUR, 25 * HOUR, DAY]),
        series("P1M", *[31 * DAY, 28 * DAY, 31 * DAY - HOUR, 30 * DAY]),
    ],
)
def test_buckets_as_long_as_the_resolution_pass(body, subject):
    assert judge(subject, body) == [Verdict.PASS]


@pytest.mark.parametrize(
    "body",
    [series("PT30M", *[HOUR] * 3), series("PT30M", *[HOUR / 2] * 3, gap=HOUR / 12), series("P1D", *[HOUR / 2] * 3)],
)
def test_other_lengths_are_a_violation(body, subject):
    assert judge(subject, body) == [Verdict.FAIL]


@pytest.mark.parametrize("resolution", [("PT30M", HOUR / 2), ("P1D", DAY)])
@pytest.mark.parametrize("gap", [timedelta(seconds=1), timedelta(microseconds=1)])
def test_ends_that_belong_to_their_bucket_are_for_review(resolution, gap, subject):
    name, length = resolution
    assert judge(subject, series(name, *[length] * 4, gap=gap)) == [Verdict.REVIEW]


@pytest.mark.parametrize(
    "body", [series("PT30M", HOUR), series("fine", *[HOUR] * 3), {"buckets": []}, [], {"resolution": 3}]
)
def test_what_states_no_resolution_is_not_judged(body, subject):
    assert judge(subject, body) == []
