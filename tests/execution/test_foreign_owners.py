"""AUT-15: a user's query shows nothing that the user's whole list withholds, in a world where others write too."""

import msgspec
import pytest

from conformance.execution.foreign_owners import ForeignOwners
from conformance.model import Exchange, Request, Response, Verdict

USERS, LIST = "GET /users", "GET /evse_firmware_versions"
A, B, ITEM = (f"http://127.0.0.1:1/v2/{path}" for path in ("users/a", "users/b", "evse_firmware_versions/x"))


def read(operation, identity, *urls, query=""):
    path = operation.removeprefix("GET ")
    body = msgspec.json.encode([{"url": url} for url in urls])
    response = Response(200, (("Content-Type", "application/json"),), body)
    return Request(operation, "GET", path + query, identity=identity), response


def judge(subject, *reads):
    fold = ForeignOwners(subject)
    people = (read(USERS, "user_a", A), read(USERS, "user_b", B))
    for number, (request, response) in enumerate((*people, *reads)):
        fold.add_exchange(Exchange(f"x{number}", request, "", float(number), response))
    return {outcome.verdict for outcome in fold.judge() if outcome.operation == LIST}


WITHHELD = read(LIST, "user_a")
OF_B = read(LIST, "user_b", ITEM)
BY_QUERY = read(LIST, "user_a", ITEM, query="?page_size=9")


@pytest.mark.parametrize("reads", [(OF_B, WITHHELD, BY_QUERY), (read(LIST, "full", ITEM), WITHHELD, OF_B, BY_QUERY)])
def test_a_query_that_shows_what_the_whole_list_withholds_is_a_violation(subject, reads):
    assert judge(subject, *reads) == {Verdict.FAIL}


@pytest.mark.parametrize(
    "reads",
    [
        (WITHHELD, OF_B, BY_QUERY),  # created after the whole list was read
        (OF_B, BY_QUERY, WITHHELD),  # deleted before it was read
        (OF_B, WITHHELD, BY_QUERY, read(LIST, "user_a", ITEM)),  # it is the user's own by now
    ],
)
def test_what_came_or_went_meanwhile_is_no_violation(subject, reads):
    assert Verdict.FAIL not in judge(subject, *reads)
