"""The smallest request that shows a violation is the one that is shown."""

import msgspec
from scripted import exchange_of

from conformance.execution.shrinking import BUDGET, Held, size, smaller
from conformance.model import Outcome, Request, Response, Verdict

FULL = Request("POST /a", "POST", "/a?x=1&y=2", (("Content-Type", "application/json"), ("A", "b")), b'{"p":1,"q":[]}')


def test_smaller_requests_lack_one_thing_each():
    found = list(smaller(FULL))
    assert [each.target for each in found] == ["/a?y=2", "/a?x=1", "/a?x=1&y=2", "/a?x=1&y=2", "/a?x=1&y=2"]
    assert found[2].headers == (("Content-Type", "application/json"),)
    assert [each.body for each in found[3:]] == [b'{"q":[]}', b'{"p":1}']
    assert all(size(each) < size(FULL) for each in found)


def test_what_cannot_be_smaller_is_left_alone():
    assert list(smaller(Request("GET /a", "GET", "/a"))) == []
    assert list(smaller(Request("POST /a", "POST", "/a", body=b"{no json"))) == []


def shrunk(fails, request=FULL, others=()):
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
    held.shrink(attempt)
    return held, asked, asked[before:]


def test_all_but_the_cause_is_left_out():
    held, _, _ = shrunk(lambda each: b'"q"' in each.body)
    (kind,) = held.kinds()
    best = held.smallest(kind).exchange.request
    assert (best.target, best.headers, best.body) == ("/a", (("Content-Type", "application/json"),), b'{"q":[]}')
    (told,) = held.reduced()
    assert told.exchanges == ("x1",)  # what was seen first
    assert told.smallest == held.smallest(kind).exchange.id
    assert told.times == 0  # on record already


def test_what_is_recorded_already_is_not_asked_again():
    bare = msgspec.structs.replace(FULL, target="/a", headers=(), body=b"")
    held, _, sent = shrunk(lambda each: True, others=(bare,))
    assert held.smallest(held.kinds()[0]).exchange.request == bare
    assert sent == []


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
