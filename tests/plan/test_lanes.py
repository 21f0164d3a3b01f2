"""Lanes: items that could change the same resource share a worker, and no others do."""

from conformance.plan import PlanItem, get_lane
from conformance.probes.toolkit.base import Probe


def probe(name, **more):
    return Probe(name, (), lambda *_: True, lambda *_: (), lambda *_: iter(()), **more)


def lanes(probe):
    operations = (("a", 1), ("a", 2), ("b", 1))
    return [
        get_lane(PlanItem(probe.name, f"GET /{group}/{number}", group, (), ()), probe) for group, number in operations
    ]


def test_each_read_has_a_lane_to_itself():
    assert lanes(probe("read")) == ["read[GET /a/1]", "read[GET /a/2]", "read[GET /b/1]"]


def test_writes_share_a_lane():
    assert lanes(probe("write", writes=True)) == ["writes"] * 3


def test_writes_to_own_resources_share_a_lane_by_group():
    assert lanes(probe("live", writes=True, writes_only_own=True)) == ["own a", "own a", "own b"]
