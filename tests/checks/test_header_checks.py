"""HDR and AUT-08: headers that violate a requirement alone, and admissible ones that violate none."""

import msgspec
import pytest

from conformance.execution.folds import ChangingTag
from conformance.model import Exchange, Request, Response, Verdict
from tests.checks.conftest import BASE, ITEM, make_model, make_problem, violated_requirements

PERSONAL, USER_SCOPED = "GET /vehicles/{vehicle_id}", "GET /vehicles"
OURS = {f"HDR-{number:02}" for number in range(1, 14)} | {"AUT-08"}
NEVER_WRONG = {"Cache-Control": "private, no-cache", "ETag": 'W/"a"', "Server": "nginx", "Vary": "Accept"}


def violated(judge, headers, status=200, operation=ITEM, media=""):
    body = make_model(name="Zo\u00eb") if status == 200 else make_problem(status, detail="Zo\u00eb")
    return violated_requirements(judge(operation, body, status, media=media, headers=headers)) & OURS


@pytest.mark.parametrize(
    ("headers", "operation"),
    [
        (NEVER_WRONG, PERSONAL),
        ({"Cache-Control": "public, max-age=60"}, ITEM),
        ({"Cache-Control": "public, max-age=60", "Vary": "Authorization, EvEnergy-User"}, PERSONAL),
        ({"Cache-Control": "max-age=0, must-revalidate, public"}, PERSONAL),
        ({"Cache-Control": "max-age=60", "Vary": "Accept, evenergy-user"}, USER_SCOPED),
        ({"Cache-Control": "max-age=60", "Vary": "*"}, USER_SCOPED),
        ({"Access-Control-Allow-Origin": "*"}, ITEM),
        ({"Access-Control-Allow-Origin": "https://app.example", "Access-Control-Allow-Credentials": "true"}, ITEM),
        ({"Set-Cookie": "AWSALB=abc; Path=/"}, ITEM),
        ({"Deprecation": "@1767225600", "Sunset": "Thu, 31 Dec 2026 23:59:59 GMT"}, ITEM),
        ({"Deprecation": "true"}, ITEM),
        ({"Retry-After": "Thu, 31 Dec 2026 23:59:59 GMT"}, ITEM),
        ({"Via": "1.1 varnish"}, ITEM),
    ],
)
def test_admissible_headers_violate_nothing(headers, operation, judge):
    assert violated(judge, headers, operation=operation) == set()


@pytest.mark.parametrize(
    ("requirement", "headers", "operation"),
    [
        ("HDR-01", {"Cache-Control": "public", "Vary": "EvEnergy-User"}, PERSONAL),
        ("HDR-01", {"Cache-Control": "s-maxage=60, max-age=0"}, PERSONAL),
        ("HDR-02", {"Cache-Control": "private, max-age=60"}, USER_SCOPED),
        ("HDR-03", {"content-type": "application/json"}, ITEM),
        ("HDR-04", {"Server": "gunicorn/20.1.0"}, ITEM),
        ("HDR-05", {"Set-Cookie": "sessionid=abc"}, ITEM),
        ("HDR-06", {"Access-Control-Allow-Origin": "null", "Access-Control-Allow-Credentials": "true"}, ITEM),
        ("HDR-11", {"Retry-After": "30s"}, ITEM),
        ("HDR-12", {"Sunset": "2026-12-31"}, ITEM),
        ("HDR-13", {"ETag": "abc"}, ITEM),
        ("HDR-13", {"Last-Modified": "2026-12-31T00:00:00Z"}, ITEM),
    ],
)
def test_a_header_is_found_by_its_requirement(requirement, headers, operation, judge):
    assert violated(judge, headers, operation=operation) == {requirement}


@pytest.mark.parametrize("charset", ["iso-8859-1", "us-ascii", "windows-1252"])
def test_a_charset_that_is_not_that_of_the_body_is_found(charset, judge):
    assert violated(judge, {}, media=f"application/json; charset={charset}") == {"HDR-07"}
    assert violated(judge, {}, media="application/json; charset=UTF-8") == set()


def test_an_error_without_rate_limit_is_found(judge):
    assert violated(judge, {"X-RateLimit-Remaining": None}, 404, PERSONAL) == {"HDR-10"}


def test_a_wait_of_more_than_an_hour_is_found(judge):
    assert violated(judge, {"Retry-After": "3601"}, 429) == {"HDR-11"}
    assert violated(judge, {"Retry-After": "3600"}, 429) == set()


@pytest.mark.parametrize(
    ("challenge", "expected"),
    [
        (None, {"AUT-08"}),
        ('Basic realm="bearer"', {"AUT-08"}),
        ("Bearer", set()),
        ('bearer realm="api", error="invalid_token"', set()),
        ('Basic realm="x", Bearer realm="y"', set()),
    ],
)
def test_a_challenge_names_the_scheme_bearer(challenge, expected, judge):
    assert violated(judge, {"WWW-Authenticate": challenge}, 401, PERSONAL) == expected


@pytest.mark.parametrize(("tag", "verdicts"), [('"a"', [Verdict.FAIL]), ('W/"a"', [])])
def test_a_strong_tag_stands_for_one_sequence_of_bytes(tag, verdicts):
    fold = ChangingTag()
    for number in range(2):
        response = Response(200, (("ETag", tag),), msgspec.json.encode(make_model(name=str(number))))
        fold.add_exchange(Exchange(f"x{number}", Request(ITEM, "GET", "/x"), f"{BASE}/x", float(number), response))
    assert [outcome.verdict for outcome in fold.judge()] == verdicts
