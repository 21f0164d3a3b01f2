"""Lanes: what could meet stays on one worker, and nothing else does."""

from conformance.plan import Item, lane_of
from conformance.probes.base import Probe


def probe(name, **more):
    return Probe(name, (), lambda *_: True, lambda *_: (), lambda *_: iter(()), **more)


def lanes(of, *places):
    return [lane_of(Item(of.name, f"GET /{group}/{place}", group, (), ()), of) for group, place in places]


PLACES = (("a", 1), ("a", 2), ("b", 1))


def test_reads_are_free():
    assert lanes(probe("read"), *PLACES) == ["read[GET /a/1]", "read[GET /a/2]", "read[GET /b/1]"]


def test_writes_share_a_lane():
    assert lanes(probe("write", writes=True), *PLACES) == ["writes"] * 3


def test_what_keeps_to_its_own_shares_one_with_its_resource_group():
    assert lanes(probe("live", writes=True, own=True), *PLACES) == ["own a", "own a", "own b"]
