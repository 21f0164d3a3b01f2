"""CON-03, CON-04 and CSV-01 on single responses."""

import pytest

from conformance.checks.consistency import CHECKS
from conformance.checks.csv_bodies import CHECKS as CSV_CHECKS
from conformance.model import Request, Response, Verdict
from tests.probes.scripted import judge_exchange, make_response

(FIELDS,) = CHECKS
TIMES, TOTALS = FIELDS.requirements
(CSV,) = CSV_CHECKS
EARLY, LATE, OTHER_ZONE = "2026-01-01T00:00:00Z", "2026-01-01T01:00:00Z", "2026-01-01T02:00:00+02:00"


def verdicts(requirement, subject, body):
    outcomes = judge_exchange(FIELDS, subject, Request("GET /evse_makes", "GET", "/evse_makes"), make_response(body))
    return {outcome.verdict for outcome in outcomes if outcome.requirement == requirement}


@pytest.mark.parametrize(
    ("first", "last"),
    [("start", "end"), ("start_time", "end_time"), ("started_at", "ended_at"), ("created_at", "ended_at"),
     ("sampled_at", "logged_at"), ("created_at", "updated_at"), ("created_at", "resolved_at")],
)  # fmt: skip
@pytest.mark.parametrize("wrap", [lambda x: x, lambda x: [{"deep": [x]}]])
def test_times_must_be_in_order(first, last, wrap, subject):
    assert verdicts(TIMES, subject, wrap({first: EARLY, last: LATE})) == {Verdict.PASS}
    assert verdicts(TIMES, subject, wrap({first: LATE, last: EARLY})) == {Verdict.FAIL}
    assert verdicts(TIMES, subject, wrap({first: EARLY, last: OTHER_ZONE})) == {Verdict.PASS}


def test_two_clocks_may_be_read_when_something_is_created(subject):
    body = {"created_at": "2026-01-01T00:00:00.000200Z", "updated_at": "2026-01-01T00:00:00.000100Z"}
    assert verdicts(TIMES, subject, body) == {Verdict.PASS}


@pytest.mark.parametrize(
    "body",
    [{"start": "23:00", "end": "05:00"}, {"start": LATE}, {"start": LATE, "end": None}, {"start": 2, "end": 1},
     {"start": LATE, "end": "2026-01-01T00:00:00"}, [], "text", {"start": LATE, "friend": EARLY}],
)  # fmt: skip
def test_a_single_moment_is_not_judged(body, subject):
    assert verdicts(TIMES, subject, body) == set()


@pytest.mark.parametrize(
    ("pairs", "verdict"),
    [
        ([(1, 0.25), (1, 0.25), (2, 0.5)], Verdict.PASS),
        ([(1, 0.33), (1, 0.33), (1, 0.33)], Verdict.PASS),
        ([(145, 0.45), (89, 0.28)], Verdict.PASS),  # cut short: others are not shown
        ([(1, 0.25), (1, 0.5), (2, 0.5)], Verdict.FAIL),
        ([(1, 25.0), (3, 75.0)], Verdict.FAIL),
        ([(2, 0.0), (2, 0.0)], Verdict.FAIL),
    ],
)
def test_shares_must_be_counts_over_the_total(pairs, verdict, subject):
    rows = [{"name": str(n), "count": c, "percentage": p} for n, (c, p) in enumerate(pairs)]
    assert verdicts(TOTALS, subject, {"rows": rows}) == {verdict}


@pytest.mark.parametrize(("rate", "verdict"), [(0.75, Verdict.PASS), (0.5, Verdict.FAIL)])
def test_a_rate_must_follow_from_its_totals(rate, verdict, subject):
    assert verdicts(TOTALS, subject, {"done_rate": rate, "total_done": 3, "total_undone": 1}) == {verdict}


@pytest.mark.parametrize(
    "body",
    [{"rows": []}, [{"count": 1}], [{"count": "1", "percentage": 1}], {"done_rate": 1}, [[[]]],
     [{"count": 0, "percentage": 0}], {"done_rate": 0, "total_done": 0, "total_undone": 0},
     {"done_rate": True, "total_done": 1, "total_undone": 1}],
)  # fmt: skip
def test_a_body_without_total_is_not_judged(body, subject):
    assert verdicts(TOTALS, subject, body) == set()


def csv_verdicts(subject, body, media="text/csv; charset=utf-8", method="GET"):
    response = Response(200, (("Content-Type", media),), body)
    return {
        outcome.verdict
        for outcome in judge_exchange(CSV, subject, Request("GET /evse_makes", method, "/evse_makes"), response)
    }


@pytest.mark.parametrize(
    ("body", "verdicts_"),
    [
        (b'a,b\r\n1,"x, y"\r\n', {Verdict.PASS}),
        (b"a,b\r\n1,-2.5\r\n", {Verdict.PASS}),
        (b"a,b\r\n1\r\n", {Verdict.FAIL}),
        (b"a,a\r\n1,2\r\n", {Verdict.FAIL}),
        (b"", {Verdict.FAIL}),
        (b"\xff,b\r\n", {Verdict.FAIL}),
        (b'a,b\r\n1,"x" y\r\n', {Verdict.FAIL}),
        (b"a,b\r\n1,=SUM(A1)\r\n", {Verdict.PASS, Verdict.WARN}),
    ],
)
def test_csv_must_be_read_alike_by_every_reader(body, verdicts_, subject):
    assert csv_verdicts(subject, body) == verdicts_


def test_other_media_types_are_not_judged(subject):
    assert csv_verdicts(subject, b"x", "text/plain") == csv_verdicts(subject, b"", method="HEAD") == set()


@pytest.mark.parametrize(
    ("total", "grid", "solar", "verdicts_of"),
    [
        (2300, 1840, 460, {Verdict.PASS}), (2300, 1840, 461, {Verdict.PASS}), (0, 0, 0, {Verdict.PASS}),
        (2400, 1840, 460, {Verdict.FAIL}), (460, 1840, 460, {Verdict.FAIL}),
        (2300, None, 460, set()), (2300, "1840", 460, set()),
    ],
)  # fmt: skip
def test_energy_must_be_the_sum_of_its_sources(total, grid, solar, verdicts_of, subject):
    body = {"energy_watt_hours": total, "grid_energy_watt_hours": grid, "solar_energy_watt_hours": solar}
    assert verdicts(TOTALS, subject, [body]) == verdicts_of
