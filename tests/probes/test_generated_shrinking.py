"""The smallest request that shows a violation is the one that is shown."""

import json
from urllib.parse import parse_qsl

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scripted import exchange_of

from conformance.execution.reducing import reductions, size
from conformance.execution.shrinking import BUDGET, Held
from conformance.model import Outcome, Request, Response, Verdict

JSON = ("Content-Type", "application/json")
FULL = Request("POST /a", "POST", "/a?x=1&y=2", (JSON, ("A", "b")), b'{"p":1,"q":[]}')
LEAVES = st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.floats(-1e6, 1e6) | st.text(max_size=30)
BODIES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5))


def reduced(request, fails):
    """The smallest request that fails, with whatever number of trials, and all that was tried."""
    best, tried = request, []
    steps = reductions(request)
    offered = next(steps, None)
    while offered is not None:
        tried.append(offered)
        best = offered if fails(offered) else best
        try:
            offered = steps.send(fails(offered))
        except StopIteration:
            offered = None
    return best, tried


def posted(body):
    return Request("POST /a", "POST", "/a", (JSON,), json.dumps(body).encode())


def sent(request):
    return json.loads(request.body)


def anywhere(value, wanted):
    """Whether a JSON value has such a leaf at any depth."""
    if isinstance(value, dict | list):
        return any(anywhere(each, wanted) for each in (value.values() if isinstance(value, dict) else value))
    return wanted(value)


@given(BODIES)
def test_what_is_offered_is_smaller_and_ends(body):
    request = posted({"body": body})
    for answer in (True, False):
        _, tried = reduced(request, lambda _, answer=answer: answer)
        assert all(size(each) < size(request) for each in tried)


@given(BODIES, st.integers(1, 10**6))
def test_the_least_number_is_left_alone_in_its_members(body, bound):
    request = posted({"a": body, "b": [{"c": bound + 12_345, "d": "x"}, body]})
    best, _ = reduced(request, lambda each: anywhere(sent(each), lambda v: type(v) in {int, float} and v >= bound))
    rest = sent(best)
    while isinstance(rest, dict | list):
        (rest,) = rest.values() if isinstance(rest, dict) else rest
    assert rest == bound


@given(st.text(min_size=65, max_size=3000), st.integers(1, 65))
@example("/" * 65, 1)  # stands before the nought in every alphabet
def test_texts_are_as_short_as_the_fault_allows(text, bound):
    request = posted({"name": text, "more": {"and": "more"}})
    best, _ = reduced(request, lambda each: len(sent(each).get("name", "")) >= bound)
    assert sent(best) == {"name": "0" * bound}


@pytest.mark.parametrize("text", ["\N{AUTOMOBILE} and what follows", "what comes before \N{AUTOMOBILE}"])
def test_of_a_text_the_character_remains_that_matters(text):
    best, _ = reduced(posted({"name": text}), lambda each: "\\ud83d" in json.dumps(sent(each)))
    assert sent(best) == {"name": "\N{AUTOMOBILE}"}


def test_all_but_the_cause_goes_in_few_trials():
    body = {f"p{number}": {"deep": [number] * 9} for number in range(30)}
    best, tried = reduced(posted(body), lambda each: "p17" in sent(each))
    assert sent(best) == {"p17": {}}
    assert len(tried) < 15


def test_queries_headers_and_paths_become_smaller_too():
    request = Request("GET /a/{id}/b", "GET", "/a/long%20id/b?size=1500&q=%C3%BC%C3%BC&r=1", (("V", "nine nine"),))
    best, _ = reduced(request, lambda each: int(dict(parse_qsl(each.target.partition("?")[2])).get("size", 0)) > 100)
    assert (best.target, best.headers) == ("/a//b?size=101", ())
    best, _ = reduced(request, lambda each: "9" in each.headers[-1:][0][1] if each.headers else False)
    assert best == request
    best, _ = reduced(request, lambda each: "%20" in each.target and dict(each.headers).get("V", "").startswith("ni"))
    assert (best.target, best.headers) == ("/a/%20/b", (("V", "ni"),))


@pytest.mark.parametrize("body", [b"", b"{no json", b"[" * 500, b'"text'])
def test_a_body_that_is_no_json_is_left_alone(body):
    assert reduced(Request("POST /a", "POST", "/a", body=body), lambda _: False)[1] == []


def shrunk(fails, request=FULL, others=(), could=lambda _request, _name: True):
    """What is held, and what was asked, where requests fail that `fails` says; others were seen before."""
    held, asked = Held(), []

    def attempt(each, requirement="ERR-08", message="fails"):
        asked.append(each)
        exchange = exchange_of(each, Response(500), len(asked))
        held.saw(exchange)
        if fails(each):
            held.take(Outcome(requirement, "POST /a", Verdict.FAIL, message, exchanges=(exchange.id,)))

    for each in (request, *others):
        attempt(each)
    before = len(asked)
    held.shrink(attempt, could)
    return held, asked, asked[before:]


def test_all_but_the_cause_is_left_out():
    held, _, _ = shrunk(lambda each: b'"q"' in each.body)
    (kind,) = held.kinds()
    best = held.smallest(kind).exchange.request
    assert (best.target, best.headers, best.body) == ("/a", (JSON,), b'{"q":[]}')
    (told,) = held.reduced()
    assert told.exchanges == ("x1",)  # what was seen first
    assert told.smallest == held.smallest(kind).exchange.id
    assert told.times == 0  # on record already


def test_what_is_recorded_already_is_not_asked_again():
    bare = msgspec.structs.replace(FULL, target="/a", headers=(JSON,), body=b"{}")
    held, _, sent = shrunk(lambda each: True, others=(bare,))
    assert held.smallest(held.kinds()[0]).exchange.request == bare
    assert sent == []
    passing = [msgspec.structs.replace(FULL, target="/a", headers=(JSON,), body=body) for body in (b"{}", b'{"p":1}')]
    held, _, sent = shrunk(lambda each: b'"q"' in each.body, others=passing)
    assert held.smallest(held.kinds()[0]).exchange.request.body == b'{"q":[]}'
    assert not {*passing} & {*sent}


def test_what_cannot_be_a_case_of_the_requirement_is_not_asked():
    held, _, sent = shrunk(lambda each: b'"q"' in each.body, could=lambda each, name: b'"q"' in each.body)
    assert held.smallest(held.kinds()[0]).exchange.request.body == b'{"q":[]}'
    assert all(b'"q"' in each.body for each in sent)
    assert shrunk(lambda each: True, could=lambda each, name: name != "ERR-08")[2] == []


def test_two_violations_of_one_request_are_made_smaller_apart():
    held = Held()

    def attempt(each):
        exchange = exchange_of(each, Response(500), attempt.count)
        attempt.count += 1
        held.saw(exchange)
        for name in ("x", "y"):
            if f"{name}=" in each.target:
                held.take(Outcome("ERR-08", "POST /a", Verdict.FAIL, name, exchanges=(exchange.id,)))

    attempt.count = 1
    attempt(FULL)
    held.shrink(attempt)
    assert [held.smallest(kind).exchange.request.target for kind in held.kinds()] == ["/a?x=0", "/a?y=0"]


def test_what_is_as_small_as_it_can_be_names_nothing_smaller():
    held, _, _ = shrunk(lambda each: True, msgspec.structs.replace(FULL, target="/a", headers=(), body=b""))
    assert list(held.reduced()) == []


def test_the_budget_holds():
    wide = msgspec.structs.replace(FULL, target="/a?" + "&".join(f"p{n}=1" for n in range(60)))
    _, _, sent = shrunk(lambda each: each == wide, wide)
    assert len(sent) == BUDGET
    assert len(set(sent)) == BUDGET


def test_a_violation_that_rests_on_nothing_recorded_is_not_held():
    held = Held()
    held.take(Outcome("ERR-08", "POST /a", Verdict.FAIL, "alone"))
    assert held.kinds() == ()
