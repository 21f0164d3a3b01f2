from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import find, given
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from conformance.tools.ulid import extract_milliseconds, is_ulid
from strategies import MALFORMATIONS, monotonic_ids, near_miss_ids, near_misses, prefixed_ulids, ulids

moments = st.datetimes(datetime(1970, 1, 2), datetime(2500, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - see timezones


@given(data=st.data(), earliest=moments, span=st.timedeltas(timedelta(0), timedelta(days=9999)))
def test_ulids_lie_in_their_time_range(data, earliest, span):
    ulid = data.draw(ulids(earliest=earliest, latest=earliest + span))
    assert is_ulid(ulid)
    first, last = (round(moment.timestamp() * 1000) for moment in (earliest, earliest + span))
    assert first <= extract_milliseconds(ulid) <= last


@given(first=ulids(), second=ulids())
def test_ulids_sort_as_their_times(first, second):
    if extract_milliseconds(first) < extract_milliseconds(second):
        assert first < second


@given(evse=prefixed_ulids("evse"))
def test_ids_are_a_prefix_and_a_ulid(evse):
    assert len(evse) == 30
    assert evse.startswith("evse")
    assert is_ulid(evse[4:])


def test_ids_shrink_to_the_earliest_time_and_zeros():
    earliest = datetime(2024, 1, 1, tzinfo=UTC)
    simplest = find(prefixed_ulids("evse", earliest=earliest), lambda _: True)
    assert simplest == "evse01HK153X000000000000000000"
    assert extract_milliseconds(simplest[4:]) == earliest.timestamp() * 1000
    assert find(ulids(), lambda ulid: not ulid.endswith("0")).endswith("0000000001")


@given(ids=monotonic_ids("evse", min_size=3, max_size=8))
def test_runs_rise_strictly(ids):
    assert 3 <= len(ids) <= 8
    assert all(first < second for first, second in pairwise(ids))
    assert all(is_ulid(identifier[4:]) for identifier in ids)


def test_runs_reach_several_ids_within_one_millisecond():
    run = find(
        monotonic_ids("evse"), lambda ids: len({extract_milliseconds(identifier[4:]) for identifier in ids}) < len(ids)
    )
    assert len(run) == 2


def test_runs_may_be_empty():
    assert find(monotonic_ids("evse", min_size=0), lambda _: True) == []


@pytest.mark.parametrize("prefix", ["", "evs", "EVSE", "evses", "ev1e", "evse\n"])
def test_a_prefix_is_four_lower_case_letters(prefix):
    with pytest.raises(InvalidArgument, match="prefix"):
        prefixed_ulids(prefix)


def test_ranges_are_checked_at_once():
    now = datetime(2024, 1, 1, tzinfo=UTC)
    with pytest.raises(InvalidArgument, match="time zone"):
        ulids(earliest=datetime(2024, 1, 1))  # noqa: DTZ001 - the naive one is refused
    with pytest.raises(InvalidArgument, match="no ULID"):
        ulids(earliest=now, latest=now - timedelta(days=1))
    with pytest.raises(InvalidArgument, match="min_size"):
        monotonic_ids("evse", min_size=5, max_size=4)


@given(valid=prefixed_ulids("evse"))
def test_every_near_miss_is_a_miss_and_has_its_name(valid):
    misses = near_misses(valid)
    assert [miss.name for miss in misses] == list(MALFORMATIONS)
    for miss in misses:
        wrong = miss.value
        assert wrong != valid
        assert not (len(wrong) == 30 and wrong.startswith("evse") and is_ulid(wrong[4:])), miss.name
    assert len({miss.value for miss in misses}) == len(misses)


def test_the_classes_that_were_asked_for_exist():
    valid = "evse01HSH04KDEWF6Z4DB2J77J74K5"
    lengths = {miss.name: len(miss.value) for miss in near_misses(valid)}
    assert lengths["one-short"] == 29
    assert lengths["one-long"] == 31
    assert lengths["very-long"] == 4096
    values = {miss.name: miss.value for miss in near_misses(valid)}
    assert values["overflow"] == "evse81HSH04KDEWF6Z4DB2J77J74K5"
    assert values["wrong-prefix"][4:] == valid[4:]
    assert values["trailing-newline"] == valid + "\n"
    assert {values[f"letter-{letter}"][-1] for letter in "ilou"} == set("ILOU")
    assert "\0" in values["nul"]


@given(miss=near_miss_ids(prefixed_ulids("evse"), names=["overflow", "letter-u"]))
def test_near_misses_can_be_drawn_by_class(miss):
    assert miss.name in {"overflow", "letter-u"}
    assert miss.value[4] == "8" or miss.value[-1] == "U"


@pytest.mark.parametrize("names", [[], ["no-such-class"]])
def test_unknown_classes_are_refused(names):
    with pytest.raises(InvalidArgument, match="names must be"):
        near_miss_ids(prefixed_ulids("evse"), names=names)


def test_the_table_of_malformations_cannot_be_changed():
    with pytest.raises(TypeError):
        MALFORMATIONS["other"] = str  # type: ignore[index] - the point of the test
