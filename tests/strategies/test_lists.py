"""Expansions, pages, timestamps and filters."""

from datetime import UTC, datetime

import pytest
from hypothesis import find, given
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from conformance.model import Effect, Filter, Location, Operation, Operator, Pagination, Parameter, Role, Scheme
from strategies import (
    bad_cursors,
    bad_expansions,
    bad_filter_values,
    bad_page_sizes,
    bad_timestamps,
    cursors,
    expansions,
    filter_values,
    filters,
    orders,
    page_sizes,
    partitions,
    respellings,
    timestamps,
)

CURSOR = Pagination(Scheme.CURSOR, size="page_size", after="page_after")
TIMES = Pagination(Scheme.TIMESTAMP, size="page_size", after="page_after")
PAGES = Pagination(Scheme.PAGE, page="page")
VALID = "evse01HSH04KDEWF6Z4DB2J77J74K5"
NOTHING = Operation("GET /x", "x", "GET", "/x", "#/x", Role.LIST, Effect.NONE, "x")


@given(data=st.data(), depth=st.integers(1, 3))
def test_expansions_are_documented_and_no_deeper_than_asked(data, chargers, validators, depth):
    expand = data.draw(expansions(chargers, max_depth=depth))
    assert expand
    assert validators.validate_parameter(chargers.find_parameter("expand"), expand) == ()
    assert max(path.count(".") for path in expand) < depth


def test_expansions_come_in_any_order_and_repeat(chargers):
    assert find(expansions(chargers), lambda expand: list(expand) == sorted(expand, reverse=True) and len(expand) > 1)
    assert find(expansions(chargers), lambda expand: len(set(expand)) < len(expand))
    assert find(expansions(chargers), lambda expand: "model.make" in expand and "model" not in expand)


@given(data=st.data())
def test_repeats_can_be_left_out(data, chargers):
    expand = data.draw(expansions(chargers, repeats=False))
    assert len(set(expand)) == len(expand)


def test_what_cannot_be_drawn_is_refused(chargers):
    for wrong in ({"max_depth": 0}, {"max_size": 0}):
        with pytest.raises(InvalidArgument, match="at least 1"):
            expansions(chargers, **wrong)
    with pytest.raises(InvalidArgument, match="GET /x documents no expansion"):
        expansions(NOTHING)


def test_every_operation_has_bad_expansions_that_it_does_not_document(description, validators):
    expandable = [operation for operation in description.model.operations if operation.expansions]
    assert len(expandable) > 50
    for operation in expandable:
        bad = bad_expansions(operation)
        assert {"unknown", "unknown-below", "other-case", "trailing-dot"} <= {miss.name for miss in bad}
        for miss in bad:
            assert validators.validate_parameter(operation.find_parameter("expand"), [miss.value]), miss


def test_an_operation_without_expansions_still_has_unknown_ones():
    assert [miss.name for miss in bad_expansions(NOTHING)] == ["unknown", "plain-property", "wildcard"]


@given(paths=st.lists(st.sampled_from(["a", "a.b", "c", "c.d.e"]), max_size=4).map(tuple))
def test_orders_are_permutations_without_repetition(paths):
    all_orders = orders(paths)
    assert all(sorted(order) == sorted(paths) for order in all_orders)
    assert len(set(all_orders)) == len(all_orders)
    assert paths[::-1] in all_orders


@given(data=st.data())
def test_page_sizes_are_accepted_and_bad_ones_are_not(data, chargers, validators):
    size = chargers.find_parameter("page_size")
    assert validators.validate_parameter(size, [str(data.draw(page_sizes(chargers.pagination)))]) == ()
    for bad in bad_page_sizes(chargers.pagination):
        assert validators.validate_parameter(size, [bad.value]), bad.name


@pytest.mark.parametrize("edge", [1, 2, 25, 100])
def test_the_edges_of_page_sizes_are_drawn(edge):
    assert find(page_sizes(CURSOR), lambda size: size == edge) == edge


@given(data=st.data())
def test_cursors_fit_their_scheme(data, chargers, validators):
    assert (
        validators.validate_parameter(
            chargers.find_parameter("page_after"), [data.draw(cursors(CURSOR, prefix="evse"))]
        )
        == ()
    )
    assert datetime.fromisoformat(data.draw(cursors(TIMES)))
    assert data.draw(cursors(CURSOR, seen=["a", "b"])) in {"a", "b"}


def test_a_list_paged_by_number_has_no_cursors():
    with pytest.raises(InvalidArgument, match="no cursor"):
        cursors(PAGES)
    assert bad_cursors(PAGES, "1") == ()


def test_bad_cursors_follow_the_scheme():
    assert "overflow" in {miss.name for miss in bad_cursors(CURSOR, VALID)}
    assert "no-offset" in {miss.name for miss in bad_cursors(TIMES, "2024-01-01T00:00:00Z")}


@given(data=st.data(), offsets=st.booleans())
def test_timestamps_are_rfc_3339_within_their_range(data, offsets):
    first, last = datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 1, 2, tzinfo=UTC)
    text = data.draw(timestamps(earliest=first, latest=last, offsets=offsets))
    assert first <= datetime.fromisoformat(text) <= last
    assert text.endswith("Z") or offsets


@given(timestamp=timestamps(offsets=True))
def test_respellings_are_the_same_instant(timestamp):
    spellings = respellings(timestamp)
    assert timestamp not in spellings
    assert spellings  # one at least: a time in +05:30 with six digits has no other than lower case
    instant = datetime.fromisoformat(timestamp)
    assert all(datetime.fromisoformat(spelling.upper()) == instant for spelling in spellings)


@given(timestamp=timestamps(offsets=True))
def test_bad_timestamps_are_no_timestamps(timestamp, validators):
    schema = {"type": "string", "format": "date-time"}
    for bad in bad_timestamps(timestamp):
        assert _complains(validators, schema, bad.value), bad


def _complains(validators, schema, text):
    return validators.validate_parameter(Parameter("at", Location.QUERY, schema=schema), [text])


def test_what_is_no_timestamp_has_no_near_misses():
    for function in (bad_timestamps, respellings):
        with pytest.raises(InvalidArgument, match="RFC 3339"):
            function("yesterday")
    with pytest.raises(InvalidArgument, match="time zone"):
        timestamps(earliest=datetime(2024, 1, 1))  # noqa: DTZ001 - the naive one is refused


ITEMS = [
    {
        "start": "2024-01-02T00:00:00Z",
        "power": 7,
        "on": True,
        "evse": f"https://a.example/v2/evses/{VALID}",
        "end": None,
    },
    {"start": "2024-01-01T00:00:00Z", "power": 11, "on": False, "evse": None, "tags": [{"name": "x"}, {"name": "y"}]},
]


@pytest.mark.parametrize(
    ("list_filter", "values"),
    [
        (Filter("start__gte", Operator.GTE, "start"), ("2024-01-02T00:00:00Z", "2024-01-01T00:00:00Z")),
        (Filter("power", Operator.EQ, "power"), ("7", "11")),
        (Filter("on", Operator.EQ, "on"), ("true", "false")),
        (Filter("evse_id", Operator.EQ, "evse", "evses"), (VALID,)),
        (Filter("power__in", Operator.IN, "power"), ("7", "11", "7,11")),
        (
            Filter("start__range", Operator.RANGE, "start"),
            ("2024-01-01T00:00:00Z,2024-01-02T00:00:00Z",),
        ),
        (Filter("end__isnull", Operator.ISNULL, "end"), ("true", "false")),
        (Filter("tag", Operator.EQ, "tags.name"), ("x", "y")),
        (Filter("end__lt", Operator.LT, "end"), ()),
        (Filter("search", Operator.EQ), ()),
    ],
)
def test_filter_values_are_taken_from_items(list_filter, values):
    assert filter_values(list_filter, ITEMS) == values


LISTED = Operation(
    "GET /x",
    "x",
    "GET",
    "/x",
    "#/x",
    Role.LIST,
    Effect.NONE,
    "x",
    filters=(
        Filter("start__gte", Operator.GTE, "start"),
        Filter("start__lt", Operator.LT, "start"),
        Filter("power__lte", Operator.LTE, "power"),
        Filter("end__isnull", Operator.ISNULL, "end"),
    ),
)


def test_partitions_share_no_item_and_leave_none():
    pairs = partitions(LISTED, ITEMS)
    assert len(pairs) == 3
    assert (("start__gte", "2024-01-02T00:00:00Z"), ("start__lt", "2024-01-02T00:00:00Z")) in pairs
    assert (("end__isnull", "true"), ("end__isnull", "false")) in pairs


@given(data=st.data())
def test_drawn_filters_name_each_parameter_once(data):
    query = data.draw(filters(LISTED, ITEMS, max_size=3))
    names = [name for name, _ in query]
    assert 1 <= len(set(names)) == len(names) <= 3
    known = {list_filter.parameter: filter_values(list_filter, ITEMS) for list_filter in LISTED.filters}
    assert all(value in known[name] for name, value in query)


def test_an_operation_without_usable_filters_is_refused():
    with pytest.raises(InvalidArgument, match="no filter"):
        filters(NOTHING, ITEMS)


def test_bad_filter_values_are_refused_by_the_parameters_schema(description, validators):
    judged = 0
    for operation in description.model.operations:
        for list_filter in operation.filters:
            for bad in bad_filter_values(operation, list_filter):
                judged += 1
                assert validators.validate_parameter(operation.find_parameter(list_filter.parameter), [bad.value]), (
                    operation.key,
                    bad,
                )
    assert judged > 100
