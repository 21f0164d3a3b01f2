"""Shrinking: a violation is shown by the smallest request that shows it."""

import json
from urllib.parse import parse_qsl

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from conformance.execution.request_reduction import measure_request, propose_reductions
from conformance.execution.violations import MAX_REDUCTION_REQUESTS, ItemViolations
from conformance.model import Outcome, Request, Response, Verdict
from tests.probes.scripted import make_exchange

JSON = ("Content-Type", "application/json")
FULL = Request("POST /a", "POST", "/a?x=1&y=2", (JSON, ("A", "b")), b'{"p":1,"q":[]}')
LEAVES = st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.floats(-1e6, 1e6) | st.text(max_size=30)
BODIES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5))


def reduce_fully(request, fails):
    """Return the smallest request that fails, after any number of trials, and all that were tried."""
    best, tried = request, []
    steps = propose_reductions(request)
    offered = next(steps, None)
    while offered is not None:
        tried.append(offered)
        best = offered if fails(offered) else best
        try:
            offered = steps.send(fails(offered))
        except StopIteration:
            offered = None
    return best, tried


def build_post(body):
    return Request("POST /a", "POST", "/a", (JSON,), json.dumps(body).encode())


def parse_body(request):
    return json.loads(request.body)


def has_leaf(value, matches):
    """Return whether a JSON value has a leaf at any depth that matches."""
    if isinstance(value, dict | list):
        return any(has_leaf(member, matches) for member in (value.values() if isinstance(value, dict) else value))
    return matches(value)


@given(BODIES)
def test_reductions_are_smaller_and_finite(body):
    request = build_post({"body": body})
    for answer in (True, False):
        _, tried = reduce_fully(request, lambda _, answer=answer: answer)
        assert all(measure_request(candidate) < measure_request(request) for candidate in tried)


@given(BODIES, st.integers(1, 10**6))
def test_the_least_number_is_left_alone_in_its_members(body, bound):
    request = build_post({"a": body, "b": [{"c": bound + 12_345, "d": "x"}, body]})
    best, _ = reduce_fully(
        request, lambda request: has_leaf(parse_body(request), lambda v: type(v) in {int, float} and v >= bound)
    )
    rest = parse_body(best)
    while isinstance(rest, dict | list):
        (rest,) = rest.values() if isinstance(rest, dict) else rest
    assert rest == bound


@given(st.text(min_size=65, max_size=3000), st.integers(1, 65))
@example("/" * 65, 1)  # sorts before the zero in every alphabet
def test_texts_are_as_short_as_the_fault_allows(text, bound):
    request = build_post({"name": text, "more": {"and": "more"}})
    best, _ = reduce_fully(request, lambda request: len(parse_body(request).get("name", "")) >= bound)
    assert parse_body(best) == {"name": "0" * bound}


@pytest.mark.parametrize("text", ["\N{AUTOMOBILE} and what follows", "what comes before \N{AUTOMOBILE}"])
def test_relevant_character_of_a_text_remains(text):
    best, _ = reduce_fully(build_post({"name": text}), lambda request: "\\ud83d" in json.dumps(parse_body(request)))
    assert parse_body(best) == {"name": "\N{AUTOMOBILE}"}


def test_irrelevant_parts_are_removed_in_few_trials():
    body = {f"p{number}": {"deep": [number] * 9} for number in range(30)}
    best, tried = reduce_fully(build_post(body), lambda request: "p17" in parse_body(request))
    assert parse_body(best) == {"p17": {}}
    assert len(tried) < 15


def test_queries_headers_and_paths_become_smaller_too():
    request = Request("GET /a/{id}/b", "GET", "/a/long%20id/b?size=1500&q=%C3%BC%C3%BC&r=1", (("V", "nine nine"),))
    best, _ = reduce_fully(
        request, lambda request: int(dict(parse_qsl(request.target.partition("?")[2])).get("size", 0)) > 100
    )
    assert (best.target, best.headers) == ("/a/0/b?size=101", ())
    best, _ = reduce_fully(request, lambda request: "9" in request.headers[-1:][0][1] if request.headers else False)
    assert best == request
    best, _ = reduce_fully(
        request, lambda request: "%20" in request.target and dict(request.headers).get("V", "").startswith("ni")
    )
    assert (best.target, best.headers) == ("/a/%20/b", (("V", "ni"),))


@pytest.mark.parametrize("value", ["abc", "..x", ".a"])
def test_no_value_of_a_path_becomes_a_segment_that_makes_another_path(value):
    _, tried = reduce_fully(Request("GET /a/{id}/b", "GET", f"/a/{value}/b"), lambda _: True)
    assert tried
    assert not {candidate.target for candidate in tried} & {"/a//b", "/a/./b", "/a/../b"}


@pytest.mark.parametrize("body", [b"", b"{no json", b"[" * 500, b'"text'])
def test_body_without_json_is_not_reduced(body):
    assert reduce_fully(Request("POST /a", "POST", "/a", body=body), lambda _: False)[1] == []


def shrink(fails, request=FULL, others=(), could=lambda _request, _name: True):
    """Return what is held, all requests, and those of shrinking; `others` were sent before, `fails` decides."""
    held, asked = ItemViolations(), []

    def attempt(request, requirement="ERR-08", message="fails"):
        asked.append(request)
        exchange = make_exchange(request, Response(500), len(asked))
        held.add_exchange(exchange)
        if fails(request):
            held.add_violation(Outcome(requirement, "POST /a", Verdict.FAIL, message, exchanges=(exchange.id,)))

    for earlier in (request, *others):
        attempt(earlier)
    before = len(asked)
    for candidate in held.propose_smaller(could):
        attempt(candidate)
    return held, asked, asked[before:]


def test_shrinking_keeps_only_the_cause():
    held, _, _ = shrink(lambda request: b'"q"' in request.body)
    (kind,) = held.list_kinds()
    best = held.get_smallest(kind).exchange.request
    assert (best.target, best.headers, best.body) == ("/a", (JSON,), b'{"q":[]}')
    (reduced_outcome,) = held.find_reduced()
    assert reduced_outcome.exchanges == ("x1",)  # what was seen first
    assert reduced_outcome.smallest == held.get_smallest(kind).exchange.id
    assert reduced_outcome.times == 0  # on record already


def test_recorded_request_is_not_sent_again():
    bare = msgspec.structs.replace(FULL, target="/a", headers=(JSON,), body=b"{}")
    held, _, sent = shrink(lambda request: True, others=(bare,))
    assert held.get_smallest(held.list_kinds()[0]).exchange.request == bare
    assert sent == []
    passing = [msgspec.structs.replace(FULL, target="/a", headers=(JSON,), body=body) for body in (b"{}", b'{"p":1}')]
    held, _, sent = shrink(lambda request: b'"q"' in request.body, others=passing)
    assert held.get_smallest(held.list_kinds()[0]).exchange.request.body == b'{"q":[]}'
    assert not {*passing} & {*sent}


def test_request_outside_the_requirement_is_not_sent():
    held, _, sent = shrink(lambda request: b'"q"' in request.body, could=lambda request, name: b'"q"' in request.body)
    assert held.get_smallest(held.list_kinds()[0]).exchange.request.body == b'{"q":[]}'
    assert all(b'"q"' in request.body for request in sent)
    assert shrink(lambda request: True, could=lambda request, name: name != "ERR-08")[2] == []


def test_two_violations_of_one_request_shrink_separately():
    held = ItemViolations()

    def attempt(request):
        exchange = make_exchange(request, Response(500), attempt.count)
        attempt.count += 1
        held.add_exchange(exchange)
        for name in ("x", "y"):
            if f"{name}=" in request.target:
                held.add_violation(Outcome("ERR-08", "POST /a", Verdict.FAIL, name, exchanges=(exchange.id,)))

    attempt.count = 1
    attempt(FULL)
    for candidate in held.propose_smaller():
        attempt(candidate)
    assert [held.get_smallest(kind).exchange.request.target for kind in held.list_kinds()] == ["/a?x=0", "/a?y=0"]


def test_minimal_request_names_no_smaller_one():
    held, _, _ = shrink(lambda request: True, msgspec.structs.replace(FULL, target="/a", headers=(), body=b""))
    assert list(held.find_reduced()) == []


def test_shrinking_stays_within_its_budget():
    wide = msgspec.structs.replace(FULL, target="/a?" + "&".join(f"p{n}=1" for n in range(60)))
    _, _, sent = shrink(lambda request: request == wide, wide)
    assert len(sent) == MAX_REDUCTION_REQUESTS
    assert len(set(sent)) == MAX_REDUCTION_REQUESTS


def test_violation_without_a_recorded_exchange_is_not_held():
    held = ItemViolations()
    held.add_violation(Outcome("ERR-08", "POST /a", Verdict.FAIL, "alone"))
    assert held.list_kinds() == ()
