"""The smallest case of a finding: the run and its report measure requests by one order."""

import pytest

import reports
from conformance.execution import violations
from conformance.model import Exchange, Exchanged, Observed, Outcome, Request, Response, Verdict
from conformance.model.request_size import measure_request
from reports import findings


def request(target: str = "/users", body: bytes = b"", headers: tuple[tuple[str, str], ...] = ()) -> Request:
    return Request("POST /users", "POST", target, headers, body)


def test_the_run_and_the_report_measure_a_request_by_one_function():
    assert violations.measure_request is measure_request
    assert findings.measure_request is measure_request


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"null", b"[" * 3000])
def test_a_body_that_is_not_json_has_no_parts(body):
    assert measure_request(request(body=body))[0] == 0


@pytest.mark.parametrize(
    ("smaller", "larger"),
    [
        (request(body=b'{"name":"a very long name that has many bytes"}'), request(body=b'{"a":1,"b":2}')),
        (request(headers=(("content-type", "application/json"),)), request(headers=(("X-A", "1"),))),
        (request(body=b'{"a":0}'), request(body=b'{"a":1}')),
    ],
)
def test_fewer_parts_come_before_fewer_bytes(smaller, larger):
    assert measure_request(smaller) < measure_request(larger)


def test_the_report_keeps_the_smaller_request_that_has_more_bytes():
    first = Exchange("x1", request(body=b'{"a":1,"b":2}'), "http://t/users", 1.0, Response(500))
    smallest = Exchange("x2", request(body=b'{"name":"a value with many bytes"}'), "http://t/users", 2.0, Response(500))
    outcome = Outcome("RSP-08", "POST /users", Verdict.FAIL, "status 500", exchanges=("x1",), smallest="x2")
    summary = reports.fold([Exchanged(first, "i"), Exchanged(smallest, "i"), Observed(outcome, "i")])
    assert summary.findings[0].smallest == "x2"
