"""ERR-04, 06, 07, 09 and 10."""

import msgspec
import pytest

from conformance.checks import field_errors, odd_requests
from conformance.checks.odd_requests import describe_oddity
from conformance.model import Request, Verdict
from conformance.probes.errors.unsupported_requests import PROBES
from tests.probes.scripted import (
    BASE,
    ListTarget,
    is_affordable,
    judge_exchange,
    make_id,
    make_problem,
    make_response,
    run_probe,
)

BY_NAME = {each.name: each for each in PROBES}
METHOD, ACCEPT, TYPES = (BY_NAME[name] for name in ("unsupported-method", "unsupported-media-type", "problem-types"))
ITEM, LIST = "GET /evse_makes/{evse_make_id}", "GET /evse_makes"
MAKES = [{"id": make_id("emak", n), "url": f"{BASE}/evse_makes/{make_id('emak', n)}"} for n in range(3)]


def refusing(status, **headers):
    answer = make_problem(status)
    named = tuple((name, value) for name, value in headers.items())
    return lambda request: msgspec.structs.replace(answer, headers=(*answer.headers, *named))


@pytest.mark.parametrize("key", [ITEM, LIST, "POST /auth/password_reset"])
def test_another_method_is_refused_and_the_right_ones_are_named(subject, key):
    method = key.partition(" ")[0]
    good = run_probe(METHOD, key, subject, refusing(405, Allow=f"{method}, HEAD"))
    assert good.passed_requirements() == {"ERR-06"}
    assert is_affordable(good, METHOD, key, subject)
    assert run_probe(METHOD, key, subject, refusing(405)).violated_requirements() == {"ERR-06"}
    assert run_probe(METHOD, key, subject, refusing(405, Allow="DELETE")).violated_requirements() == {"ERR-06"}
    assert run_probe(METHOD, key, subject, lambda request: make_response({})).violated_requirements() == {"ERR-06"}
    assert run_probe(METHOD, key, subject, refusing(500)).violated_requirements() == {"ERR-06"}


def test_a_path_that_fits_another_one_may_have_the_methods_of_both(subject):
    key = "POST /user_rebates/{user_rebate_id}:submit"
    for allow in ("POST", "GET, PATCH", "GET, PATCH, POST"):
        assert run_probe(METHOD, key, subject, refusing(405, Allow=allow)).passed_requirements() == {"ERR-06"}
    assert run_probe(METHOD, key, subject, refusing(405, Allow="DELETE")).violated_requirements() == {"ERR-06"}
    (request, *_) = run_probe(METHOD, key, subject, refusing(405)).requests
    assert request.method == "PUT"  # GET is documented for what lives at `/user_rebates/{user_rebate_id}`


def test_a_method_is_tried_where_it_cannot_take_effect(subject):
    for operation in subject.model.operations:
        if not METHOD.applies(operation, subject.model):
            continue
        for request in run_probe(METHOD, operation.key, subject, refusing(404)).requests:
            assert request.method in {"GET", "PUT"}
            assert request.body == b""
            assert operation.method != request.method


def test_put_is_sent_where_get_may_have_found_an_operation_that_is_not_documented(subject):
    key = "POST /evses/{evse_id}/reconnect"

    def serve(request):
        return make_problem(404) if request.method == "GET" else refusing(405, Allow="GET, POST")(request)

    run = run_probe(METHOD, key, subject, serve)
    assert [request.method for request in run.requests if request.operation == key] == ["GET", "PUT"]
    assert run.verdicts_on("ERR-06") == {Verdict.REVIEW}
    assert is_affordable(run, METHOD, key, subject)


def test_an_allowed_method_that_is_not_documented_is_for_review(subject):
    surplus = run_probe(METHOD, ITEM, subject, refusing(405, Allow="GET, DELETE"))
    assert surplus.verdicts_on("ERR-06") == {Verdict.REVIEW}
    general = run_probe(METHOD, ITEM, subject, refusing(405, Allow="GET, HEAD, OPTIONS"))
    assert general.verdicts_on("ERR-06") == {Verdict.PASS}


def test_a_server_that_looks_for_the_resource_first_decides_nothing(subject):
    assert run_probe(METHOD, ITEM, subject, refusing(404)).verdicts_on("ERR-06") == {Verdict.NOT_OBSERVABLE}
    assert run_probe(METHOD, LIST, subject, refusing(404)).verdicts_on("ERR-06") == {Verdict.WARN}


def test_a_media_type_that_is_not_offered_is_not_acceptable(subject):
    good = run_probe(ACCEPT, ITEM, subject, refusing(406))
    assert good.passed_requirements() == {"ERR-07"}
    assert is_affordable(good, ACCEPT, ITEM, subject)
    assert dict(good.requests[0].headers)["Accept"] == "application/x-evconform"


def test_where_the_server_looks_for_the_resource_first_a_real_one_is_asked_for(subject):
    run = run_probe(ACCEPT, ITEM, subject, ListTarget({"/evse_makes": MAKES}))
    assert run.violated_requirements() == {"ERR-07"}
    assert run.requests[-1].target == f"/evse_makes/{MAKES[0]['id']}"


def test_an_undocumented_406_is_not_asked_for(subject):
    undocumented = [
        each.key
        for each in subject.model.operations
        if each.method == "GET" and all(spec.status != "406" for spec in each.responses)
    ]
    for key in undocumented:
        run = run_probe(ACCEPT, key, subject, refusing(500))
        assert (run.requests, run.verdicts_on("ERR-07")) == ((), {Verdict.NOT_APPLICABLE})


def test_one_fault_has_one_type(subject):
    def typed(request):
        kind = f"{BASE}/problems/" + ("pagination" if "page_size" in request.target else "none")
        return make_problem(400 if "page_size" in request.target else 404, type=kind)

    def one_differs(request):
        answer = typed(request)
        return make_problem(404, type=f"{BASE}/problems/other") if request.target.startswith("/evse_makes/") else answer

    assert run_probe(TYPES, "*", subject, typed).passed_requirements() == {"ERR-10"}
    assert run_probe(TYPES, "*", subject, one_differs).violated_requirements() == {"ERR-10"}
    assert run_probe(TYPES, "*", subject, lambda request: make_response([])).verdicts_on("ERR-10") == {
        Verdict.NOT_APPLICABLE
    }


WRITE = "POST /vehicles"


USER = ("EvEnergy-User", make_id("user", 1))


def field_verdicts(subject, sent, answered, headers=(USER,)):
    request = Request(WRITE, "POST", "/vehicles", headers, msgspec.json.encode(sent))
    return {each.verdict for each in judge_exchange(field_errors.CHECKS[0], subject, request, answered)}


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
    assert field_verdicts(subject, {"trim": 7}, make_problem(400, field_errors=errors)) == {verdict}


def test_field_errors_are_missed_where_a_field_is_to_blame_and_there_alone(subject):
    assert field_verdicts(subject, {"trim": 7}, make_problem(400)) == {Verdict.FAIL}
    assert field_verdicts(subject, [], make_problem(400)) == set()
    assert field_verdicts(subject, {"trim": 7}, make_problem(400), (USER, ("EvEnergy-Version", "99"))) == set()
    assert (
        field_verdicts(subject, {"trim": 7}, make_problem(400), ()) == set()
    )  # nobody is named, where somebody must be
    assert field_verdicts(subject, {"trim": 7}, make_problem(404)) == set()


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
    assert describe_oddity(request_)
    assert [each.verdict for each in judge_exchange(check, subject, request_, make_problem(500))] == [Verdict.FAIL]
    assert [each.verdict for each in judge_exchange(check, subject, request_, make_problem(400))] == [Verdict.PASS]
    assert judge_exchange(check, subject, request_, make_problem(403)) == []  # turned away at the door


@pytest.mark.parametrize(
    "request_",
    [
        Request(LIST, "GET", "/evse_makes?page_size=100&started_at__gte=2026-01-01T00:00:00.123456Z"),
        Request(WRITE, "POST", "/vehicles", body='{"name": "Größe", "n": 12345}\n'.encode()),
    ],
)
def test_a_common_request_is_not_odd(subject, request_):
    assert describe_oddity(request_) == ""
    assert judge_exchange(odd_requests.CHECKS[0], subject, request_, make_problem(500)) == []


def test_a_body_that_nests_without_end_blames_no_field(subject):
    request = Request(WRITE, "POST", "/vehicles", body=b'{"trim":' + b"[" * 500 + b"]" * 500 + b"}")
    assert judge_exchange(field_errors.CHECKS[0], subject, request, make_problem(400)) == []
