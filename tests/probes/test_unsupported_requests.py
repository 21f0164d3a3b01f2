"""ERR-04, 06, 07, 09 and 10."""

import msgspec
import pytest
from scripted import BASE, Shelf, affordable, drive, judge, problem, reply, ulid

from conformance.checks import field_errors, odd_requests
from conformance.checks.odd_requests import oddity_of
from conformance.model import Request, Verdict
from conformance.probes.errors.unsupported_requests import PROBES

BY_NAME = {each.name: each for each in PROBES}
METHOD, ACCEPT, TYPES = (BY_NAME[name] for name in ("method", "accept", "problem-types"))
ITEM, LIST = "GET /evse_makes/{evse_make_id}", "GET /evse_makes"
MAKES = [{"id": ulid("emak", n), "url": f"{BASE}/evse_makes/{ulid('emak', n)}"} for n in range(3)]


def refusing(status, **headers):
    answer = problem(status)
    named = tuple((name, value) for name, value in headers.items())
    return lambda request: msgspec.structs.replace(answer, headers=(*answer.headers, *named))


@pytest.mark.parametrize("key", [ITEM, LIST, "POST /auth/password_reset"])
def test_another_method_is_refused_and_the_right_ones_are_named(subject, key):
    method = key.partition(" ")[0]
    good = drive(METHOD, key, subject, refusing(405, Allow=f"{method}, HEAD"))
    assert good.passed() == {"ERR-06"}
    assert affordable(good, METHOD, key, subject)
    assert drive(METHOD, key, subject, refusing(405)).violated() == {"ERR-06"}
    assert drive(METHOD, key, subject, refusing(405, Allow="DELETE")).violated() == {"ERR-06"}
    assert drive(METHOD, key, subject, lambda request: reply({})).violated() == {"ERR-06"}
    assert drive(METHOD, key, subject, refusing(500)).violated() == {"ERR-06"}


def test_a_method_is_tried_where_it_cannot_take_effect(subject):
    for operation in subject.model.operations:
        if not METHOD.applies(operation, subject.model):
            continue
        (request,) = {
            each.method: each for each in drive(METHOD, operation.key, subject, refusing(404)).requests
        }.values()
        assert request.method in {"GET", "PUT"}
        assert request.body == b""
        assert operation.method != request.method


def test_a_server_that_looks_for_the_resource_first_decides_nothing(subject):
    assert drive(METHOD, ITEM, subject, refusing(404)).verdicts("ERR-06") == {Verdict.NOT_OBSERVABLE}
    assert drive(METHOD, LIST, subject, refusing(404)).violated() == {"ERR-06"}


def test_a_media_type_that_is_not_offered_is_not_acceptable(subject):
    good = drive(ACCEPT, ITEM, subject, refusing(406))
    assert good.passed() == {"ERR-07"}
    assert affordable(good, ACCEPT, ITEM, subject)
    assert dict(good.requests[0].headers)["Accept"] == "application/x-evconform"


def test_where_the_server_looks_for_the_resource_first_a_real_one_is_asked_for(subject):
    run = drive(ACCEPT, ITEM, subject, Shelf({"/evse_makes": MAKES}))
    assert run.violated() == {"ERR-07"}
    assert run.requests[-1].target == f"/evse_makes/{MAKES[0]['id']}"


def test_an_undocumented_406_is_not_asked_for(subject):
    undocumented = [
        each.key
        for each in subject.model.operations
        if each.method == "GET" and all(spec.status != "406" for spec in each.responses)
    ]
    for key in undocumented:
        run = drive(ACCEPT, key, subject, refusing(500))
        assert (run.requests, run.verdicts("ERR-07")) == ((), {Verdict.NOT_APPLICABLE})


def test_one_fault_has_one_type(subject):
    def typed(request):
        kind = f"{BASE}/problems/" + ("pagination" if "page_size" in request.target else "none")
        return problem(400 if "page_size" in request.target else 404, type=kind)

    def one_differs(request):
        answer = typed(request)
        return problem(404, type=f"{BASE}/problems/other") if request.target.startswith("/evse_makes/") else answer

    assert drive(TYPES, "*", subject, typed).passed() == {"ERR-10"}
    assert drive(TYPES, "*", subject, one_differs).violated() == {"ERR-10"}
    assert drive(TYPES, "*", subject, lambda request: reply([])).verdicts("ERR-10") == {Verdict.NOT_APPLICABLE}


WRITE = "POST /vehicles"


USER = ("EvEnergy-User", ulid("user", 1))


def field_verdicts(subject, sent, answered, headers=(USER,)):
    request = Request(WRITE, "POST", "/vehicles", headers, msgspec.json.encode(sent))
    return {each.verdict for each in judge(field_errors.CHECKS[0], subject, request, answered)}


@pytest.mark.parametrize(
    ("errors", "verdict"),
    [
        ({"trim": ["Unknown."]}, Verdict.PASS),
        ({"non_field_errors": ["Both."]}, Verdict.PASS),
        ({"trim": "Unknown."}, Verdict.FAIL),
        ({"trim": []}, Verdict.FAIL),
        ({"trim": [1]}, Verdict.FAIL),
        ({"nobodysField": ["Unknown."]}, Verdict.FAIL),
        ([], Verdict.FAIL),
        ({}, Verdict.FAIL),
        (None, Verdict.FAIL),
    ],
)
def test_field_errors_name_known_fields_with_lists_of_strings(subject, errors, verdict):
    assert field_verdicts(subject, {"trim": 7}, problem(400, field_errors=errors)) == {verdict}


def test_field_errors_are_missed_where_a_field_is_to_blame_and_there_alone(subject):
    assert field_verdicts(subject, {"trim": 7}, problem(400)) == {Verdict.FAIL}
    assert field_verdicts(subject, [], problem(400)) == set()
    assert field_verdicts(subject, {"trim": 7}, problem(400), (USER, ("EvEnergy-Version", "99"))) == set()
    assert field_verdicts(subject, {"trim": 7}, problem(400), ()) == set()  # nobody is named, where somebody must be
    assert field_verdicts(subject, {"trim": 7}, problem(404)) == set()


@pytest.mark.parametrize(
    "request_",
    [
        Request(LIST, "GET", "/evse_makes?x=%00"),
        Request(LIST, "GET", "/evse_makes?x=%F0%9F%94%8C"),
        Request(LIST, "GET", f"/evse_makes?page_size={10**30}"),
        Request(LIST, "GET", "/evse_makes?x=" + "%5B" * 60),
        Request(LIST, "GET", "/evse_makes/" + "0" * 19 + "A" * 4096),
        Request(WRITE, "POST", "/vehicles", body=b'{"a": "\\u0000"}'),
        Request(WRITE, "POST", "/vehicles", body='{"a": "\U0001f50c"}'.encode()),
        Request(WRITE, "POST", "/vehicles", body=b'{"a":' * 60 + b"1" + b"}" * 60),
        Request(WRITE, "POST", "/vehicles", body=b'{"a": %d}' % 10**30),
        Request(WRITE, "POST", "/vehicles", body=b"\xff"),
    ],
)
def test_an_odd_request_may_not_make_the_server_fail(subject, request_):
    (check,) = odd_requests.CHECKS
    assert oddity_of(request_)
    assert [each.verdict for each in judge(check, subject, request_, problem(500))] == [Verdict.FAIL]
    assert [each.verdict for each in judge(check, subject, request_, problem(400))] == [Verdict.PASS]
    assert judge(check, subject, request_, problem(403)) == []  # turned away at the door


@pytest.mark.parametrize(
    "request_",
    [
        Request(LIST, "GET", "/evse_makes?page_size=100&started_at__gte=2026-01-01T00:00:00.123456Z"),
        Request(WRITE, "POST", "/vehicles", body='{"name": "Größe", "n": 12345}\n'.encode()),
    ],
)
def test_a_common_request_is_not_odd(subject, request_):
    assert oddity_of(request_) == ""
    assert judge(odd_requests.CHECKS[0], subject, request_, problem(500)) == []


def test_a_body_that_nests_without_end_blames_no_field(subject):
    request = Request(WRITE, "POST", "/vehicles", body=b'{"trim":' + b"[" * 500 + b"]" * 500 + b"}")
    assert judge(field_errors.CHECKS[0], subject, request, problem(400)) == []
