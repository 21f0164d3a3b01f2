"""Lanes: what could meet stays on one worker, what reads comes first, what takes long does too."""

from conformance.plan import Item, lane_of, longest_first
from conformance.probes.base import Need, Probe


def probe(name, **more):
    return Probe(name, (), lambda *_: True, lambda *_: (), lambda *_: iter(()), **more)


PROBES = {
    each.name: each for each in (probe("read"), probe("write", writes=True), probe("live", writes=True, own=True))
}


def item(name, group, requests):
    return Item(name, f"GET /{group}/{requests}", group, (), (Need("it", requests),))


ITEMS = [
    item("write", "a", 90),
    item("live", "a", 1),
    item("read", "a", 2),
    item("read", "b", 3),
    item("read", "a", 5),
    item("write", "b", 1),
    item("live", "b", 40),
]


def test_writes_share_a_lane_but_for_those_that_keep_to_their_own():
    lanes = [lane_of(each, PROBES[each.probe]) for each in ITEMS]
    assert lanes == ["writes", "own a", "a", "b", "a", "writes", "own b"]


def test_reads_begin_and_the_longest_lane_does_and_a_lane_keeps_its_order():
    told = [(each.probe, each.group, each.needs[0].count) for each in longest_first(ITEMS, PROBES)]
    assert told == [
        ("read", "a", 2),
        ("read", "a", 5),
        ("read", "b", 3),
        ("write", "a", 90),
        ("write", "b", 1),
        ("live", "b", 40),
        ("live", "a", 1),
    ]
