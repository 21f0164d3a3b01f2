"""Running one item: what a probe or check declares is all that it may judge."""

import httpx

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
