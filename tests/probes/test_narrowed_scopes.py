"""AUT-11: tokens of fewer scopes, against a scripted server that looks at the scopes of each token."""

from urllib.parse import parse_qs

import pytest

from conformance.probes.authorization.narrowed_scopes import PROBES
from conformance.probes.toolkit.base import WHOLE
from tests.probes.scripted import BASE, make_id, make_problem, make_response, run_probe, whole_sample
from tests.probes.test_probes_elsewhere import target_with

NARROWED, _ = PROBES
TARIFF = {"id": make_id("trff", 1), "url": f"{BASE}/tariffs/{make_id('trff', 1)}"}
PRICES = "GET /tariffs/{tariff_id}/prices"


class ScopedServer:
    """A server whose tokens are their scopes; `is_enough` says whether some scopes open an operation."""

    def __init__(self, subject, is_enough=lambda operation, owned: {*operation.scopes} <= owned):
        self.operations, self.is_enough = subject.model.operations_by_key, is_enough

    def __call__(self, request):
        if request.identity.endswith("#client"):
            scope = parse_qs(request.body.decode()).get("scope", [""])[0]
            return make_response({"access_token": scope or "all", **({"scope": scope} if scope else {})})
        token = next((value.removeprefix("Bearer ") for name, value in request.headers if name == "Authorization"), "")
        if token and not self.is_enough(self.operations[request.operation], {*token.split()}):
            return make_problem(403)
        return make_response([TARIFF])


@pytest.fixture
def client(subject):
    return whole_sample(target_with(subject, clients=("full",)))


def test_a_server_that_wants_all_scopes_passes(client):
    run = run_probe(NARROWED, "*", client, ScopedServer(client))
    assert run.passed_requirements() == {"AUT-11"}
    purchases, reads = NARROWED.needs(WHOLE, client.model)
    assert sum(request.identity == purchases.identity for request in run.requests) <= purchases.count
    assert sum(request.identity == "full" for request in run.requests) <= reads.count


def test_a_read_that_needs_several_scopes_is_sent_without_each(client):
    run = run_probe(NARROWED, "*", client, ScopedServer(client))
    narrowed = [request for request in run.requests if request.operation == PRICES and request.fresh]
    tokens = [{*value.split()} for request in narrowed for name, value in request.headers if name == "Authorization"]
    needed = {*client.model.operations_by_key[PRICES].scopes}
    assert len(tokens) == len(needed)
    assert {scope for owned in tokens for scope in needed - owned} == needed


@pytest.mark.parametrize("sufficient", [0, 1])
def test_one_of_several_scopes_that_is_enough_is_a_violation(sufficient, client):
    def is_enough(operation, owned):
        joint = operation.scopes[sufficient : sufficient + 1] if len(operation.scopes) > 1 else operation.scopes
        return {*joint} <= owned

    run = run_probe(NARROWED, "*", client, ScopedServer(client, is_enough))
    assert run.violated_requirements() == {"AUT-11"}
    assert all(PRICES in outcome.message for outcome in run.outcomes if outcome.verdict == "FAIL")
