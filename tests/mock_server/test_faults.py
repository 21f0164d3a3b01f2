"""Each seeded fault changes something, and only what it says."""

import json
from collections.abc import Callable
from functools import cache

import pytest

from conformance.description import Description, load
from conformance.errors import UsageError
from conformance.mock_server import faults
from conformance.mock_server.api import Reply
from conformance.mock_server.faulting import Planted
from conformance.mock_server.listing import fault_list
from tests.mock_server.survey import asks
from tests.mock_server.wire import REAL, Ask, Client, serve

CATALOGUE = faults.catalogue()
LASTING = {"admit", "apply", "reject", "remove", "unreadable"}
WRITING = {"ERR", "WRT"}


@cache
def shipped() -> Description:
    return load()


@cache
def untouched() -> Client:
    """A clean server whose world nobody writes to."""
    return serve(shipped(), rate_limit=10**9)


@cache
def clean_answer(ask: Ask) -> Reply:
    return untouched().send(ask)


def aspects(clean: Reply, faulty: Reply, *, counted: bool) -> set[str]:
    """Which parts of two answers differ; the counter of the rate limit only where both servers counted alike."""
    ignored = {"content-length"} | (set() if counted else {"x-ratelimit-remaining"})

    def headers(reply: Reply) -> list[tuple[str, str]]:
        return [(name.lower(), value) for name, value in reply.headers if name.lower() not in ignored]

    found = {"status"} if clean.status != faulty.status else set()
    found |= {"headers"} if headers(clean) != headers(faulty) else set()
    return found | ({"body"} if clean.body != faulty.body else set())


def outside(name: str) -> bool:
    """Faults of the webhook and token endpoints; tested with those."""
    return CATALOGUE[name].family == "WHK" or "AUT-07" in CATALOGUE[name].trips


@pytest.mark.parametrize("name", [name for name in faults.fitting(shipped().model) if not outside(name)])
def test_fault_changes_only_what_it_says(name: str) -> None:
    fault = CATALOGUE[name]
    planted = faults.place(name, untouched().world)
    unsafe = planted.operations is not None and not all(shipped().model.by_key[key].safe for key in planted.operations)
    if unsafe or fault.family in WRITING or (planted.operations is None and LASTING & set(planted.hooks)):
        compare_fresh(name, writes=True)
    elif fault.family == "LIM":
        compare_fresh(name, writes=False, rate_limit=30)
    else:
        faulty = serve(shipped(), untouched().world, faults=(name,), rate_limit=10**9)
        compare(name, clean_answer, faulty, planted, writes=False)


def compare_fresh(name: str, *, writes: bool, rate_limit: int = 10**9) -> None:
    clean, faulty = serve(shipped(), rate_limit=rate_limit), serve(shipped(), faults=(name,), rate_limit=rate_limit)
    compare(
        name,
        clean.send,
        faulty,
        faults.place(name, faulty.world),
        writes=writes,
        counted=CATALOGUE[name].family == "LIM",
    )


def compare(
    name: str, clean: Callable[[Ask], Reply], faulty: Client, planted: Planted, *, writes: bool, counted: bool = False
) -> None:
    fault = CATALOGUE[name]
    changed: set[str] = set()
    written = False
    for ask in asks(faulty, planted.operations, writes=writes):
        found = aspects(clean(ask), faulty.send(ask), counted=counted)
        here = planted.operations is None or ask.operation.key in planted.operations
        written = written or (here and not ask.operation.safe)
        if found and not written:  # a write that took effect shows elsewhere
            assert here, f"{ask} is none of its operations"
            assert found <= set(fault.changes), f"{ask}: {found - set(fault.changes)}"
        changed |= found
    assert changed, "nothing changed"


def test_catalogue_is_complete_and_subtle_enough() -> None:
    assert len(CATALOGUE) >= 120
    assert sum(each.difficulty == "subtle" for each in CATALOGUE.values()) * 2 >= len(CATALOGUE)
    assert all(each.trips and each.seen and each.about for each in CATALOGUE.values())


@pytest.mark.skipif(not REAL.exists(), reason="the provider's description is not here")
def test_every_fault_finds_a_place_in_the_real_description() -> None:
    world = serve(load(REAL)).world
    for name in faults.fitting(world.shape.model):
        planted = faults.place(name, world)
        assert planted.hooks


def test_places_depend_on_the_seed_alone() -> None:
    names = faults.fitting(shipped().model)
    worlds = [serve(shipped(), seed=seed).world for seed in (3, 3, 4)]
    places = [{name: faults.place(name, world).operations for name in names} for world in worlds]
    assert places[0] == places[1]
    assert places[0] != places[2]


def test_unknown_fault_is_refused() -> None:
    with pytest.raises(UsageError, match="unknown fault"):
        serve(shipped(), faults=("no-such-thing",))


def test_listing_for_people_and_machines() -> None:
    rows = json.loads(fault_list(as_json=True))
    assert {row["name"] for row in rows} == set(CATALOGUE)
    assert all(set(row) == {"name", "family", "requirements", "difficulty", "about", "seen"} for row in rows)
    assert len(fault_list().splitlines()) == len(CATALOGUE)


def test_api_answers_tell_nothing_of_faults() -> None:
    client: Client = serve(shipped(), faults=("exp-null-is-object",))
    reply = client.get("/vehicles")
    text = reply.body.decode() + str(reply.headers)
    assert "fault" not in text.lower()
    assert "seed" not in text.lower()
