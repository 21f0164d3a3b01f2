"""AUT-03: writes with a token that was bought with all scopes but their own."""

from urllib.parse import parse_qs

import pytest

from conformance.model import Response, Verdict
from conformance.probes.authorization.missing_write_scope import PROBES
from tests.probes.scripted import make_problem, make_response, make_subject, run_probe

(MISSING,) = PROBES
PATCH = "PATCH /solar_arrays/{solar_array_id}"


class Server:
    """A token endpoint and a write, which answers by the scopes of the token."""

    def __init__(self, answer, narrows=True):
        self.answer, self.narrows, self.bought = answer, narrows, set()

    def __call__(self, request):
        if request.method == "POST" and "solar_arrays" not in request.target:
            self.bought = {*parse_qs(request.body.decode())["scope"][0].split()}
            granted = " ".join(sorted(self.bought | (set() if self.narrows else {"solar:write"})))
            return make_response({"access_token": "t", "token_type": "Bearer", "scope": granted})
        scopes = set() if request.identity == "noscope" else self.bought
        status = self.answer(scopes)
        return Response(204) if status == 204 else make_problem(status)


@pytest.fixture
def client(subject):
    return make_subject(subject.description, clients=("full",))


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (lambda scopes: 400 if "solar:write" in scopes else 403, Verdict.PASS),
        (lambda scopes: 404 if any(scope.endswith(":write") for scope in scopes) else 403, Verdict.FAIL),
        (lambda scopes: 204 if scopes else 403, Verdict.FAIL),
        (lambda scopes: 404, Verdict.NOT_OBSERVABLE),  # the target is looked up before the scopes
    ],
)
def test_no_other_scope_opens_a_write(answer, verdict, client):
    server = Server(answer)
    run = run_probe(MISSING, PATCH, client, server)
    assert run.verdicts_on("AUT-03") == {verdict}
    assert "solar:write" not in server.bought
    assert {"vehicle:write", "user:write"} <= server.bought


def test_a_token_endpoint_that_does_not_narrow_decides_nothing(client):
    run = run_probe(MISSING, PATCH, client, Server(lambda scopes: 204, narrows=False))
    assert run.verdicts_on("AUT-03") == {Verdict.NOT_OBSERVABLE}
    assert len(run.requests) == 1
