"""AUT-14: no refusal of a run tells a user what only another is shown."""

import msgspec
import pytest

from conformance.execution.foreign_details import ForeignDetails
from conformance.model import Exchange, Request, Response, Verdict

USERS, SITES, CREATE = "GET /users", "GET /evse_sites", "POST /vehicles"
A, B = "user_a", "user_b"
MAIL_A, MAIL_B = "ada@example.com", "grace@example.com"


def show(operation, identity, shown, status=200, **more):
    kind = "application/json" if status < 400 else "application/problem+json"
    method, _, path = operation.partition(" ")
    operation = {"/users/user_b00": "GET /users/{user_id}"}.get(path, operation.partition("?")[0])
    response = Response(status, (("Content-Type", kind),), msgspec.json.encode(shown))
    return Request(operation, method, path, identity=identity, **more), response


def person(identity, email):
    body = {"url": f"http://127.0.0.1:1/v2/users/{identity}00", "email": email, "joined_at": "2025-01-01T00:00:00Z"}
    return show(USERS, identity, [body])


def refuse(identity, detail, operation=CREATE, **more):
    return show(operation, identity, {"status": 400, "detail": detail}, 400, **more)


def judge(subject, *shown):
    fold = ForeignDetails(subject)
    for number, (request, response) in enumerate((person(A, MAIL_A), person(B, MAIL_B), *shown)):
        fold.add_exchange(Exchange(f"x{number}", request, "", float(number), response))
    return [(outcome.operation, outcome.verdict) for outcome in fold.judge()]


@pytest.mark.parametrize("detail", [f"It belongs to {MAIL_B}.", "Linked by user_b00 already."])
@pytest.mark.parametrize("operation", [CREATE, SITES])
def test_a_refusal_that_names_another_user_is_a_violation(detail, operation, subject):
    assert judge(subject, refuse(A, detail, operation)) == [(operation, Verdict.FAIL)]


def test_each_operation_is_reported_once(subject):
    assert len(judge(subject, refuse(A, MAIL_B), refuse(A, f"{MAIL_B}!"), refuse(B, MAIL_A, SITES))) == 2


RIGHT = {
    "nobody": [refuse(A, "Not found.")],
    "themselves": [refuse(A, f"{MAIL_A} has one already.")],
    "what the body named": [refuse(A, f"{MAIL_B} is taken.", body=f'{{"email":"{MAIL_B}"}}'.encode())],
    "what was shown": [show(SITES, A, [{"owner": MAIL_B}]), refuse(A, f"Ask {MAIL_B}.", SITES)],
    "the address that was asked for": [refuse(A, "http://127.0.0.1:1/v2/users/user_b00: none", "GET /users/user_b00")],
    "what the query named": [refuse(A, f"{MAIL_B}: none", "GET /evse_sites?email=grace%40example.com")],
    "to a client": [refuse("full", MAIL_B)],
    "on behalf of the other": [refuse(A, MAIL_B, headers=(("EvEnergy-User", "user_b00"),))],
    "a time of many": [refuse(A, "Not before 2025-01-01T00:00:00Z.")],
}


@pytest.mark.parametrize("case", RIGHT)
def test_what_a_user_may_know_is_no_violation(case, subject):
    assert judge(subject, *RIGHT[case]) == []


def test_users_that_see_each_other_share_what_they_are(subject):
    company = [
        {"url": f"http://127.0.0.1:1/v2/users/{name}", "email": f"{name}@example.com"} for name in ("one", "two")
    ]
    shown = show(USERS, "user_c", company), refuse(A, "one@example.com")
    assert judge(subject, *shown) == []
