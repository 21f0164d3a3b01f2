"""Each seeded fault changes something, and only what it says."""

from collections.abc import Callable
from functools import cache

import pytest

from conformance.description import Description, load_description
from conformance.errors import UsageError
from conformance.mock_server import faults
from conformance.mock_server.api import WireResponse
from conformance.mock_server.seeded_faults import InstalledFault
from tests.mock_server.in_process_client import REAL, Client, RequestSpec, serve
from tests.mock_server.survey import survey_requests
from tests.samples import each_or_long

CATALOGUE = faults.load_faults()
LASTING = {"admit", "apply", "reject", "remove", "unreadable"}
WRITING = {"AFT", "ERR", "WRT"}
_EACH = 8  # one fault in so many is tried by default


@cache
def bundled() -> Description:
    return load_description()


@cache
def clean_server() -> Client:
    """Return a clean server whose world no test writes to."""
    return serve(bundled(), rate_limit=10**9)


@cache
def clean_response(request: RequestSpec) -> WireResponse:
    return clean_server().send(request)


def differing_parts(clean: WireResponse, faulty: WireResponse, *, counted: bool, measured: bool) -> set[str]:
    """Return which parts of two responses differ.

    The rate limit counter is compared where both servers counted alike, the length where it is not that of the body.
    """
    ignored = (set() if measured else {"content-length"}) | (set() if counted else {"x-ratelimit-remaining"})

    def headers(reply: WireResponse) -> list[tuple[str, str]]:
        return [(name.lower(), value) for name, value in reply.headers if name.lower() not in ignored]

    differing = {"status"} if clean.status != faulty.status else set()
    differing |= {"headers"} if headers(clean) != headers(faulty) else set()
    return differing | ({"body"} if clean.body != faulty.body else set())


def is_about_limits(name: str) -> bool:
    """Return whether a fault shows in the headers of the rate limit, so that both servers must count alike."""
    return CATALOGUE[name].family == "LIM" or "HDR-11" in CATALOGUE[name].requirements or "remaining" in name


@pytest.mark.parametrize("name", each_or_long(faults.list_applicable_faults(bundled().model), _EACH))
def test_fault_changes_only_what_it_says(name: str) -> None:
    fault = CATALOGUE[name]
    planted = faults.place_fault(name, clean_server().world)
    unsafe = planted.operations is not None and not all(
        bundled().model.operations_by_key[key].is_safe for key in planted.operations
    )
    if unsafe or fault.family in WRITING or (planted.operations is None and LASTING & set(planted.hooks)):
        compare_fresh(name, writes=True)
    elif is_about_limits(name):
        compare_fresh(name, writes=False, rate_limit=30)
    else:
        faulty = serve(bundled(), clean_server().world, faults=(name,), rate_limit=10**9)
        compare(name, clean_response, faulty, planted, writes=False)


def compare_fresh(name: str, *, writes: bool, rate_limit: int = 10**9) -> None:
    clean, faulty = serve(bundled(), rate_limit=rate_limit), serve(bundled(), faults=(name,), rate_limit=rate_limit)
    compare(
        name,
        clean.send,
        faulty,
        faults.place_fault(name, faulty.world),
        writes=writes,
        counted=is_about_limits(name),
    )


def compare(
    name: str,
    clean: Callable[[RequestSpec], WireResponse],
    faulty: Client,
    planted: InstalledFault,
    *,
    writes: bool,
    counted: bool = False,
) -> None:
    fault = CATALOGUE[name]
    changed: set[str] = set()
    written = False
    for request in survey_requests(faulty, planted.operations, writes=writes):
        measured = request.method == "HEAD" and "headers" in fault.changes
        differing = differing_parts(clean(request), faulty.send(request), counted=counted, measured=measured)
        here = planted.operations is None or request.operation.key in planted.operations
        written = written or (here and not request.operation.is_safe)
        if differing and not written:  # a write that took effect shows elsewhere
            assert here, f"{request} is none of its operations"
            assert differing <= set(fault.changes), f"{request}: {differing - set(fault.changes)}"
        changed |= differing
    if fault.shown_by == "requests":
        assert changed, "nothing changed"
    else:
        assert not changed, f"shown by requests, not only by {fault.shown_by}"


def test_catalogue_is_complete_and_subtle_enough() -> None:
    assert len(CATALOGUE) >= 120
    assert sum(fault.difficulty == "subtle" for fault in CATALOGUE.values()) * 2 >= len(CATALOGUE)
    assert all(fault.requirements and fault.symptom and fault.about for fault in CATALOGUE.values())


@pytest.mark.skipif(not REAL.exists(), reason="the provider's description is not here")
def test_every_fault_finds_a_place_in_the_real_description() -> None:
    world = serve(load_description(REAL)).world
    for name in faults.list_applicable_faults(world.shape.model):
        planted = faults.place_fault(name, world)
        assert planted.hooks


def test_places_depend_on_the_seed_alone() -> None:
    names = faults.list_applicable_faults(bundled().model)
    worlds = [serve(bundled(), seed=seed).world for seed in (3, 3, 4)]
    places = [{name: faults.place_fault(name, world).operations for name in names} for world in worlds]
    assert places[0] == places[1]
    assert places[0] != places[2]


def test_unknown_fault_is_refused() -> None:
    with pytest.raises(UsageError, match="unknown fault"):
        serve(bundled(), faults=("no-such-thing",))


def test_listing_holds_every_fault() -> None:
    rows = faults.list_fault_rows()
    assert {row["name"] for row in rows} == set(CATALOGUE)
    assert all(set(row) == {"name", "family", "requirements", "difficulty", "about", "seen"} for row in rows)


def test_responses_reveal_no_fault() -> None:
    client: Client = serve(bundled(), faults=("exp-null-is-object",))
    reply = client.get("/vehicles")
    text = reply.body.decode() + str(reply.headers)
    assert "fault" not in text.lower()
    assert "seed" not in text.lower()
