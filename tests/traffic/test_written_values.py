"""Writes of some traffic, and the next read of what they wrote: what is proven, for review, or nobody's fault."""

import json
from typing import Any

import pytest

from tests.traffic.test_relations import Traffic, set_value, summarize


class WritingTraffic(Traffic):
    """Traffic with writes, whose responses are made up."""

    def write(self, method: str, target: str, sent: Any, shown: Any, status: int = 200) -> None:
        """Record a write and its response."""
        self.get("/vehicles")
        entry = self._recording.entries[-1]
        url = target if target.startswith("http") else self.base_url + target
        entry["request"] |= {"method": method, "url": url, "postData": {"text": json.dumps(sent)}}
        entry["response"] |= {"status": status}
        entry["response"]["content"]["text"] = json.dumps(shown) if shown is not None else ""
        entry["response"]["content"]["size"] = -1 if shown is not None else 0
        entry["response"]["bodySize"] = -1
        entry["response"]["headers"] = [h for h in entry["response"]["headers"] if h["name"] != "content-length"]
        self._recording.pause(5)


@pytest.fixture
def traffic() -> WritingTraffic:
    return WritingTraffic()


@pytest.fixture
def vehicle(traffic: WritingTraffic) -> dict[str, Any]:
    (vehicle, *_) = traffic.get("/vehicles")
    return traffic.get(vehicle["url"]) | {"updated_at": None}


def test_response_that_shows_the_old_value_is_a_violation(traffic: WritingTraffic, vehicle: dict[str, Any]) -> None:
    traffic.write("PATCH", vehicle["url"], {"vehicle_class": "Van"}, vehicle | {"vehicle_class": "car"})
    assert ("WRT-02", "FAIL") in summarize(traffic.judge())


def test_change_that_is_kept_accuses_nobody(traffic: WritingTraffic, vehicle: dict[str, Any]) -> None:
    traffic.write("PATCH", vehicle["url"], {"vehicle_class": "Van"}, vehicle | {"vehicle_class": "van "})
    traffic.get(vehicle["url"], set_value("vehicle_class", "van "))
    assert traffic.judge() == []


@pytest.mark.parametrize(("updated", "verdict"), [("2026-01-01T00:00:00Z", "FAIL"), (None, "REVIEW")])
def test_change_that_the_next_read_does_not_show(
    traffic: WritingTraffic, vehicle: dict[str, Any], updated: str | None, verdict: str
) -> None:
    changed = vehicle | {"vehicle_class": "Van", "updated_at": updated}
    traffic.write("PATCH", vehicle["url"], {"vehicle_class": "Van"}, changed)
    traffic.get(vehicle["url"], lambda body: {**body, "vehicle_class": "car", "updated_at": updated})
    assert ("WRT-02", verdict) in summarize(traffic.judge())


def test_created_object_that_shows_other_values_is_a_violation(traffic: WritingTraffic) -> None:
    region = traffic.get("/regions")[0]
    traffic.write("POST", "/regions", {"name": "Somewhere"}, region | {"name": "Elsewhere"}, 201)
    assert ("WRT-01", "FAIL") in summarize(traffic.judge())


@pytest.mark.parametrize(("status", "verdict"), [(200, "FAIL"), (204, "REVIEW")])
def test_object_that_can_be_read_after_its_deletion_is_a_violation_unless_a_rule_excuses_it(
    traffic: WritingTraffic, vehicle: dict[str, Any], status: int, verdict: str
) -> None:
    traffic.write("DELETE", vehicle["url"], {}, {} if status == 200 else None, status)
    traffic.get(vehicle["url"])
    assert ("WRT-04", verdict) in summarize(traffic.judge())


def test_read_after_another_write_is_not_judged(traffic: WritingTraffic, vehicle: dict[str, Any]) -> None:
    traffic.write("DELETE", vehicle["url"], {}, None, 204)
    traffic.write("POST", "/vehicles", {}, {}, 400)
    traffic.get(vehicle["url"])
    assert "WRT-04" not in {requirement for requirement, _ in summarize(traffic.judge())}
