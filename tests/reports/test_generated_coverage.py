"""What the reports tell of generated requests."""

import pytest

from conformance.model import (
    Described,
    Effect,
    Exchange,
    Exchanged,
    Generated,
    Keyword,
    KeywordsListed,
    Location,
    Operation,
    Parameter,
    Request,
    ResourceModel,
    Response,
    Role,
)
from reports import fold
from reports.formats.html import FORMATS
from reports.formats.json import as_json
from reports.generated_coverage import measure_generation

LIST, ADD = "GET /cars", "POST /cars"
SIZE, COLOUR = "query:size", "query:colour"


def build_operation(key, *names):
    method, path = key.split()
    role = Role.LIST if method == "GET" else Role.CREATE
    parameters = tuple(Parameter(name, Location.QUERY) for name in names)
    return Operation(key, key, method, path, "#/paths", role, Effect.NONE, "cars", parameters=parameters)


OPERATIONS = (build_operation(LIST, "size", "colour", "owner"), build_operation(ADD))
LISTED = KeywordsListed(
    LIST,
    (
        Keyword(SIZE, "maximum"),
        Keyword(SIZE, "above maximum"),
        Keyword(COLOUR, "enum", "red"),
        Keyword(COLOUR, "enum", "blue"),
    ),
    (Keyword("item/colour", "enum", "red"),),
)


def send(number, target, status, *sent, place="", shown=(), phase="combination"):
    exchange = Exchange(
        f"x{number}", Request(LIST, "GET", target), f"http://h{target}", float(number), Response(status)
    )
    mode = "negative" if place else "positive"
    return Exchanged(exchange), Generated(LIST, exchange.id, mode, phase, status, place, sent, shown)


@pytest.fixture
def summary():
    events = (
        *send(1, "/cars?size=9&colour=red", 200, *LISTED.sendable[::2], shown=LISTED.showable),
        *send(2, "/cars?size=10", 400, Keyword(SIZE, "above maximum"), place=SIZE, phase="defect"),
        *send(3, "/cars?size=11", 200, Keyword(SIZE, "above maximum"), place=SIZE, phase="defect"),
        *send(4, "/cars?owner=a&colour=red", 500, Keyword(COLOUR, "enum", "red")),
    )
    return fold([Described(ResourceModel("digest", "T", "1", "/v2", OPERATIONS, ())), LISTED, *events])


def test_requests_are_counted_by_what_they_are_and_what_came(summary):
    (operation,) = measure_generation(summary).operations
    assert (operation.sent, operation.valid, operation.accepted) == (4, 2, 1)
    assert (operation.invalid, operation.refused, operation.failed) == (2, 1, 1)
    assert [(place.place, place.sent, place.refused) for place in operation.places] == [(SIZE, 2, 1)]


def test_keywords_are_counted_of_those_that_the_description_has(summary):
    totals = {total.name: (total.used, total.offered) for total in measure_generation(summary).totals}
    assert totals["values of enum"] == (1, 2)
    assert totals["numeric bounds"] == (1, 1)
    assert totals["rules broken"] == (1, 1)
    assert totals["values of enum shown"] == (1, 1)
    assert totals["pairs of parameters"] == (2, 3)


def test_what_was_not_sent_is_named(summary):
    (operation,) = measure_generation(summary).operations
    assert operation.unsent == ("query:colour enum blue",)


def test_operations_without_a_generated_request_are_listed_with_the_reason(summary):
    ((reason, keys),) = measure_generation(summary).untouched
    assert keys == (ADD,)
    assert "writes are off" in reason


def test_json_and_page_tell_the_same(summary):
    generated = as_json(summary)["generated"]
    assert (generated["sent"], generated["phases"]) == (4, {"combination": 2, "defect": 2})
    assert generated["operations"][LIST]["places"] == {SIZE: {"sent": 2, "refused": 1}}
    (page,) = (FORMATS[0].render(summary)[name] for name in ("report.html",))
    assert b"4 requests were generated" in page
    assert b"1 of them was refused" in page or b"1 were refused" in page


def test_a_run_that_generates_nothing_has_no_section():
    page = FORMATS[0].render(fold([Described(ResourceModel("digest", "T", "1", "/v2", OPERATIONS, ()))]))["report.html"]
    assert b'id="generated"' not in page
