"""FLT-11: filters whose text speaks of case, or says that they are exact."""

from urllib.parse import parse_qs, urlsplit

import pytest

from conformance.model import Verdict
from conformance.probes.filters.halves import PROBES
from tests.probes.scripted import BASE, is_affordable, make_id, make_response, run_probe

(CASE,) = (probe for probe in PROBES if probe.name == "letter-case")
GROUP = {"id": make_id("rgrp", 1), "url": f"{BASE}/region_groups/{make_id('rgrp', 1)}", "name": "Aurora"}
USER = {"id": make_id("user", 1), "url": f"{BASE}/users/{make_id('user', 1)}", "email": "driver@example.com"}


class Lists:
    """A list of groups and one of users; `fold` brings the values of filters into the form that is compared."""

    def __init__(self, fold):
        self.fold = fold

    def __call__(self, request):
        url = urlsplit(request.target)
        item, name = (USER, "email") if url.path == "/users" else (GROUP, "name")
        values = parse_qs(url.query).get(name, [item[name]])
        return make_response([item] if self.fold(values[0]) == self.fold(item[name]) else [])


@pytest.mark.parametrize(
    ("operation", "fold", "verdict"),
    [
        ("GET /users", str.lower, Verdict.PASS),
        ("GET /users", str, Verdict.FAIL),
        ("GET /region_groups", str, Verdict.PASS),
        ("GET /region_groups", str.lower, Verdict.REVIEW),
    ],
)
def test_case_counts_where_the_text_says_so(operation, fold, verdict, subject):
    run = run_probe(CASE, operation, subject, Lists(fold))
    assert run.verdicts_on("FLT-11") == {verdict}
    assert is_affordable(run, CASE, operation, subject)


@pytest.mark.parametrize("wildcard", ["_", "%"])
def test_a_wildcard_in_a_value_is_sent_for_the_check_of_filters(subject, wildcard):
    run = run_probe(CASE, "GET /users", subject, Lists(str.lower))
    sent = [parse_qs(urlsplit(request.target).query).get("email", [""])[0] for request in run.requests]
    assert f"d{wildcard}iver@example.com" in sent
