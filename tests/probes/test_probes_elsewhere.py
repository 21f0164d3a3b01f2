"""RED, AUT-07 and LIM-02: browsers sent away, tokens bought, an allowance spent."""

from urllib.parse import parse_qs

import msgspec
import pytest
from scripted import BASE, drive, problem, reply, ulid

from conformance.model import Response, Verdict
from conformance.probes.limits import PROBES as LIMITS
from conformance.probes.oauth import PROBES as OAUTH
from conformance.probes.redirects import PROBES as REDIRECTS

(REDIRECT,), (TOKENS,), (ALLOWANCE,) = REDIRECTS, OAUTH, LIMITS
OPERATION = "GET /evse_onboarding"
PAGE = "https://pages.example.com/connect"


def target_with(subject, **more):
    return msgspec.structs.replace(subject, target=msgspec.structs.replace(subject.target, **more))


class TestRedirects:
    @pytest.fixture
    def seeded(self, subject):
        return msgspec.structs.replace(subject, seeds={"client_id": ("me",), "user_id": (ulid("user", 1),)})

    def target(self, location=PAGE, body=None, status=200):
        def answer(request):
            if "response_type=json" in request.target:
                return reply(body if body is not None else {"url": PAGE}, status)
            return Response(302, (("Location", location),) if location is not None else ())

        return answer

    def test_it_leads_to_a_page(self, seeded):
        assert drive(REDIRECT, OPERATION, seeded, self.target()).passed() == {"RED-01", "RED-02"}

    @pytest.mark.parametrize(
        "location",
        ["/connect", "http://pages.example.com/", "//pages.example.com/", None, "javascript:1", "https://[", "https:///x",
         f"{PAGE}?access_token=abc", f"{PAGE}#access_token=abc", f"{PAGE}?state=[redacted:full.token]"],
    )  # fmt: skip
    def test_a_bad_location(self, location, seeded):
        assert drive(REDIRECT, OPERATION, seeded, self.target(location)).violated() == {"RED-01"}

    def test_plain_http_is_for_this_machine_alone(self, seeded):
        local = target_with(seeded, base_url="http://127.0.0.1:8000/v2")
        there = self.target("http://127.0.0.1:9000/connect")
        assert drive(REDIRECT, OPERATION, local, there).passed() == {"RED-01", "RED-02"}
        assert drive(REDIRECT, OPERATION, seeded, there).violated() == {"RED-01"}

    @pytest.mark.parametrize(
        ("body", "status"), [({"url": "/connect"}, 200), ([], 200), ({}, 200), ({"url": PAGE}, 201)]
    )
    def test_json_without_a_url(self, body, status, seeded):
        assert drive(REDIRECT, OPERATION, seeded, self.target(body=body, status=status)).violated() == {"RED-02"}

    def test_the_switch_is_ignored(self, seeded):
        answer = drive(REDIRECT, OPERATION, seeded, lambda _: Response(302, (("Location", PAGE),)))
        assert answer.violated() == {"RED-02"}

    def test_what_is_connected_may_have_to_be_named(self, seeded):
        make = {"id": ulid("emak", 1), "url": f"{BASE}/evse_makes/{ulid('emak', 1)}"}

        def target(request):
            if request.target == "/evse_makes":
                return reply([make])
            bare = "response_type" in request.target and "make_id" not in request.target
            return problem(400) if bare else self.target()(request)

        assert drive(REDIRECT, OPERATION, seeded, target).passed() == {"RED-01", "RED-02"}

    def test_no_client_id_is_known(self, subject):
        run = drive(REDIRECT, OPERATION, subject, lambda _: reply([]))
        assert run.verdicts("RED-01") == run.verdicts("RED-02") == {Verdict.NOT_TESTED}


class Issuer:
    """A token endpoint; `wrong` bends one behaviour."""

    def __init__(self, wrong=""):
        self.wrong, self.valid = wrong, set()

    def __call__(self, request):
        path, form = request.target, parse_qs(request.body.decode())
        if path == "/v2/o/token/":
            return self.token(request, form)
        if path.startswith("/v2/o/revoke_token"):
            slash = path.endswith("/") or self.wrong == "slash"
            if slash and self.wrong != "deathless":
                self.valid -= set(form["token"])
            return Response(200 if slash else 405)
        token = next((value for name, value in request.headers if name == "Authorization"), "")
        return reply([]) if token.removeprefix("Bearer ") in self.valid else problem(401)

    def token(self, request, form):
        if form["grant_type"] == ["refresh_token"] or request.identity != "full#client":
            return reply({}, 200) if self.wrong == "lax" else reply({"error": "invalid_grant"}, 400)
        if self.wrong != "stillborn":
            self.valid.add("fresh")
        known = {"access_token": "fresh", "token_type": "Bearer", "expires_in": 36000}
        bent = {"type": {"token_type": "mac"}, "expiry": {"expires_in": "soon"}, "none": {"access_token": ""}}
        return reply(known | bent.get(self.wrong, {}))


class TestTokens:
    @pytest.fixture
    def client(self, subject):
        return target_with(subject, clients=("full",))

    def test_an_issuer_as_documented(self, client):
        run = drive(TOKENS, "*", client, Issuer())
        assert run.passed() == {"AUT-07"}
        lent = {each.identity for each in run.requests if not any(name == "Authorization" for name, _ in each.headers)}
        assert lent == {"full#client", ""}  # the secret is for the sender to add

    @pytest.mark.parametrize("wrong", ["slash", "deathless", "lax", "stillborn", "type", "expiry", "none"])
    def test_each_way_to_be_wrong(self, wrong, client):
        assert drive(TOKENS, "*", client, Issuer(wrong)).violated() == {"AUT-07"}

    def test_without_a_client_nothing_is_seen(self, subject):
        run = drive(TOKENS, "*", subject, Issuer())
        assert run.verdicts("AUT-07") == {Verdict.NOT_OBSERVABLE}
        assert not run.requests


class TestAllowance:
    def target(self, left, answer):
        remaining = iter(range(left, -1, -1))

        def respond(request):
            now = next(remaining, None)
            return answer if now is None else reply([], X_RateLimit_Remaining=str(now))

        return respond

    def spent(self, **headers):
        return msgspec.structs.replace(problem(429), headers=(*problem(429).headers, *headers.items()))

    def test_it_is_spent_and_told(self, subject):
        answer = self.spent(**{"Retry-After": "30"})
        assert drive(ALLOWANCE, "*", subject, self.target(5, answer)).passed() == {"LIM-02"}

    @pytest.mark.parametrize("wait", [None, "soon", "Sun, 06 Nov 1994 08:49:37 GMT", "-1"])
    def test_retry_after_is_seconds(self, wait, subject):
        answer = self.spent(**({"Retry-After": wait} if wait else {}))
        assert drive(ALLOWANCE, "*", subject, self.target(5, answer)).violated() == {"LIM-02"}

    def test_it_is_never_spent(self, subject):
        assert drive(ALLOWANCE, "*", subject, self.target(5, reply([]))).violated() == {"LIM-02"}

    @pytest.mark.parametrize("left", ["900", "many"])
    def test_a_large_allowance_is_left_alone(self, left, subject):
        run = drive(ALLOWANCE, "*", subject, lambda _: reply([], X_RateLimit_Remaining=left))
        assert run.verdicts("LIM-02") == {Verdict.NOT_OBSERVABLE}
        assert len(run.requests) == 1
