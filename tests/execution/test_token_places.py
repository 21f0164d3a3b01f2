"""A token in an unusual place of a request is sent there, and redacted in the run log."""

import httpx
import pytest

from conformance.model import Outcome, Request, Verdict
from tests.execution.conftest import OPERATION, TOKEN


@pytest.mark.parametrize("target", ["/vehicle_makes", "/vehicle_makes?page_size=1"])
@pytest.mark.parametrize("place", ["query", "cookie"])
def test_a_token_in_query_or_cookie_is_sent_and_redacted(bench, place, target):
    seen = []

    def steps(operation, subject):
        yield Request(OPERATION, "GET", target, token_in=place)
        yield Outcome("EXP-01", OPERATION, Verdict.PASS)

    bench.run(steps, lambda request: seen.append(request) or httpx.Response(401, text=str(request.url)))
    (request,) = seen
    assert "authorization" not in request.headers
    assert request.url.params.get("access_token") == (TOKEN if place == "query" else None)
    assert request.headers.get("cookie") == (f"access_token={TOKEN}" if place == "cookie" else None)
    assert TOKEN not in repr(bench.events)
    (exchange,) = bench.exchanges()
    assert ("access_token=[redacted]" in exchange.url) is (place == "query")


def test_a_token_with_another_scheme_is_sent_in_the_header(bench):
    seen = []

    def steps(operation, subject):
        yield Request(OPERATION, "GET", "/vehicle_makes", token_in="scheme")
        yield Outcome("EXP-01", OPERATION, Verdict.PASS)

    bench.run(steps, lambda request: seen.append(request) or httpx.Response(401))
    assert seen[0].headers.get_list("authorization") == [f"Token {TOKEN}"]
    assert TOKEN not in repr(bench.events)
