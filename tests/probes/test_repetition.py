"""Probes whose accusations are seen twice."""

import itertools

import pytest

from conformance.evidence.outcomes import fail_case, pass_case
from conformance.model import Request, Verdict
from conformance.probes.toolkit.base import Probe, send
from conformance.probes.toolkit.repetition import confirm_violations, report_moved
from tests.probes.scripted import make_response, run_probe

LIST = "GET /evse_makes"


def run(subject, verdicts):
    """Run a probe that judges PAG-03 by one verdict after the other, one for each attempt."""
    attempts = iter(verdicts)

    def judge(operation, _subject):
        response = yield from send(operation, Request(operation.key, "GET", operation.path))
        verdict = next(attempts)
        if verdict == "fail":
            yield fail_case(response, "PAG-03", "2 items are lost", pointer="/1")
        elif verdict == "moved":
            yield report_moved(response, "PAG-03", "the list changed")
        else:
            yield pass_case(response, "PAG-03")

    probe = Probe("judge", ("PAG-03",), lambda *_: True, lambda *_: (), confirm_violations(judge))
    return run_probe(probe, LIST, subject, lambda request: make_response([]))


@pytest.mark.parametrize(
    ("attempts", "verdicts"),
    [
        (["pass"], {Verdict.PASS}),
        (["fail", "fail"], {Verdict.FAIL}),
        (["fail", "pass", "fail"], {Verdict.FAIL}),
        (["fail", "pass", "pass"], {Verdict.INCONCLUSIVE}),
        (["moved", "pass"], {Verdict.PASS}),
        (["moved", "moved", "moved"], {Verdict.INCONCLUSIVE}),
        (["moved", "fail", "fail"], {Verdict.FAIL}),
    ],
)
def test_two_of_three_attempts_accuse(attempts, verdicts, subject):
    assert run(subject, attempts).verdicts_on("PAG-03") == verdicts


def test_later_attempts_read_anew(subject):
    requests = run(subject, itertools.repeat("fail", 2)).requests
    assert [request.fresh for request in requests] == [False, True]
