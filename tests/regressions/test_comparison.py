"""The comparison of two responses: ids and times stand for each other, everything else counts."""

import json
from typing import Any

import pytest

from conformance.model import Headers, Response
from conformance.regressions.comparison import RegressionKind, compare_responses, count_absences, count_numbers
from conformance.regressions.durations import find_slowdown
from conformance.regressions.identifiers import IdentifierMap

OURS, THEIRS = "evse01K8MDG2Y7JC3T3ZKDQ3RPVVB4", "evse01K8MDG5FPJC3T3ZKDQ3RPVVB4"
SECOND, OTHER = "evse01K941C5Y768FT9Y6ZMM3PKDB6", "evse01K941C8FP68FT9Y6ZMM3PKDB6"


def respond(body: Any, status: int = 200, headers: Headers = ()) -> Response:
    """Return a JSON response."""
    return Response(status, (("Content-Type", "application/json"), *headers), json.dumps(body).encode())


def compare(target: Any, baseline: Any, known: IdentifierMap | None = None) -> list[tuple[str, str]]:
    """Return kinds and places of the differences of two bodies."""
    found = compare_responses(respond(target), respond(baseline), known or IdentifierMap())
    return [(difference.kind.name, difference.pointer) for difference in found]


@pytest.mark.parametrize(
    ("target", "baseline", "expected"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1}, {"a": 2}, [("VALUE", "/a")]),
        ({"a": 1}, {"a": "1"}, [("TYPE", "/a")]),
        ({"a": None}, {"a": 1}, [("TYPE", "/a")]),
        ({"a": True}, {"a": 1}, [("TYPE", "/a")]),
        ({}, {"a/b": 1}, [("GONE", "/a~1b")]),
        ({"a": 1}, {}, [("ADDED", "/a")]),
        ({"a": [1]}, {"a": [1, 2]}, [("GONE", "/a/*")]),
        ({"a": ["x", "y"]}, {"a": ["y", "x"]}, [("ORDER", "/a")]),
        ({"a": [{"b": 1}]}, {"a": [{"b": 2}]}, [("VALUE", "/a/*/b")]),
        ({"t": "2026-03-02T12:00:00Z"}, {"t": "2026-03-02T12:00:07Z"}, []),
        ({"t": "2026-03-02T12:00:00Z"}, {"t": "2026-03-02T12:00:00+00:00"}, [("VALUE", "/t")]),
        ({"t": "2026-03-02T12:00:00Z"}, {"t": "2026-03-02T18:00:00Z"}, [("VALUE", "/t")]),
        ({"u": f"http://a.example/v2/evses/{OURS}"}, {"u": f"https://b.example/v2/evses/{THEIRS}"}, []),
        ({"u": f"http://a.example/v2/evses/{OURS}"}, {"u": f"http://b.example/v2/cars/{THEIRS}"}, [("VALUE", "/u")]),
    ],
)  # fmt: skip
def test_differences_are_told_by_kind_and_place(target: Any, baseline: Any, expected: list[tuple[str, str]]) -> None:
    assert compare(target, baseline) == expected


def test_id_that_stands_for_two_is_a_difference() -> None:
    known = IdentifierMap()
    assert compare({"id": OURS}, {"id": THEIRS}, known) == []
    assert compare({"id": OURS}, {"id": OTHER}, known) == [("VALUE", "/id")]


def test_members_are_compared_by_their_ids_once_these_are_known() -> None:
    known = IdentifierMap()
    assert (
        compare([{"id": OURS, "n": 1}, {"id": SECOND, "n": 2}], [{"id": THEIRS, "n": 1}, {"id": OTHER, "n": 2}], known)
        == []
    )
    reversed_ = compare(
        [{"id": SECOND, "n": 2}, {"id": OURS, "n": 1}], [{"id": THEIRS, "n": 1}, {"id": OTHER, "n": 2}], known
    )
    assert reversed_ == [("ORDER", "")]
    assert compare([{"id": SECOND, "n": 2}], [{"id": THEIRS, "n": 1}, {"id": OTHER, "n": 2}], known) == [("GONE", "/*")]


def test_status_hides_the_body_and_headers_count() -> None:
    found = list(compare_responses(respond({"a": 1}, 500), respond({"a": 2}), IdentifierMap()))
    assert [(difference.kind, difference.baseline, difference.target) for difference in found] == [
        (RegressionKind.STATUS, "200", "500")
    ]
    ours, theirs = (
        respond(1, headers=(("Date", "x"), ("Allow", "GET"))),
        respond(1, headers=(("Vary", "a"), ("Allow", "PUT"))),
    )
    kinds = {
        (difference.kind.name, difference.pointer) for difference in compare_responses(ours, theirs, IdentifierMap())
    }
    assert kinds == {("HEADER", "header:allow"), ("GONE", "header:vary")}


def test_requests_are_translated_into_the_ids_and_times_of_the_baseline() -> None:
    known = IdentifierMap()
    compare({"id": OURS, "t": "2026-03-02T12:00:00Z"}, {"id": THEIRS, "t": "2026-03-02T12:00:07Z"}, known)
    assert known.translate(f"/evses/{OURS}?page_size=2") == f"/evses/{THEIRS}?page_size=2"
    assert known.translate("/logs?after=2026-03-02T12:30:00.5Z") == "/logs?after=2026-03-02T12:30:07.5Z"
    assert known.translate("/logs/2026-03-02T12%3A00%3A00Z").replace("%3A", ":") == "/logs/2026-03-02T12:00:07Z"
    assert known.can_translate(f"/evses/{OURS}")
    assert not known.can_translate(f"/evses/{SECOND}")
    assert known.can_translate("/logs/2026-03-02T12%3A00%3A00Z")
    assert not known.can_translate("/logs/2026-03-02T13%3A00%3A00Z")
    assert known.can_translate("/logs?after=2026-03-02T13%3A00%3A00Z")


def test_worlds_and_absences_are_counted() -> None:
    assert count_numbers(respond([{"a": 1, "b": "x"}, {"a": 2}]), respond([{"a": 1}, {"a": 3}])) == (2, 1)
    assert count_numbers(respond({"a": 1}, 404), respond({"a": 2})) == (0, 0)
    assert count_absences(respond([{"a": 1}, {}, {}]), respond([{"a": 1}, {"a": 2}, {"a": None}]), "/*/a") == (2, 1)


def test_slower_is_told_with_its_confidence_and_chance_is_not() -> None:
    fast, slow = [0.10 + i / 1000 for i in range(12)], [0.25 + i / 1000 for i in range(12)]
    slowdown = find_slowdown(slow, fast)
    assert slowdown
    assert 2 < slowdown.factor < 3
    assert slowdown.confidence > 0.999
    assert find_slowdown(fast, slow) is None
    assert find_slowdown(slow[:3], fast[:3]) is None
    assert find_slowdown([0.1, 0.9] * 6, [0.1, 0.5] * 6) is None
