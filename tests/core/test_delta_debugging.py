"""Delta debugging: it removes as much as possible, keeps what is needed, and repeats no refused offer."""

from hypothesis import given
from hypothesis import strategies as st

from conformance.tools.delta_debugging import find_removable, map_search


def run_search(search, shows):
    """Run a search and return its result and its offers."""
    offers = []
    try:
        offer = next(search)
        while True:
            offers.append(offer)
            offer = search.send(shows(offer))
    except StopIteration as end:
        return end.value, offers


@given(st.integers(0, 60), st.data())
def test_every_unneeded_unit_is_removed(size, data):
    needed = data.draw(st.sets(st.integers(0, max(0, size - 1)), max_size=5)) & {*range(size)}
    gone, offers = run_search(find_removable(range(size)), lambda offer: not needed & {*offer})
    assert {*range(size)} - {*gone} == needed
    assert len({frozenset(units) for units in offers}) == len(offers)


def test_units_needed_together_stay():
    gone, _ = run_search(find_removable("abcdefgh"), lambda offer: ("b" in offer) == ("g" in offer))
    assert {"b", "g"} <= {*gone} or not {"b", "g"} & {*gone}


def test_offers_can_be_shown_as_something_else():
    gone, offers = run_search(map_search(find_removable("abc"), "".join), lambda offer: "b" not in offer)
    assert (gone, offers[0]) == (("a", "c"), "abc")
