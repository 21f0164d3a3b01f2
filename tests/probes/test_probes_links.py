"""LNK-02 to LNK-05: links that are followed there and back."""

import pytest

from conformance.model import Verdict
from conformance.probes.links.destinations import PROBES
from tests.probes.scripted import BASE, ListTarget, is_affordable, make_id, make_problem, make_response, run_probe

(LINKS,) = PROBES
USER_ID, VEHICLE_ID, TRIM_ID = make_id("user", 1), make_id("vhcl", 1), make_id("trim", 1)
SESSION_ID = make_id("csub", 1)
USER = {"id": USER_ID, "url": f"{BASE}/users/{USER_ID}", "vehicles": [f"{BASE}/vehicles/{VEHICLE_ID}"]}
TRIM = {"id": TRIM_ID, "url": f"{BASE}/vehicle_trims/{TRIM_ID}"}
VEHICLE = {
    "id": VEHICLE_ID,
    "url": f"{BASE}/vehicles/{VEHICLE_ID}",
    "user": USER["url"],
    "trim": TRIM["url"],
    "latest_status_log": None,
    "charging_sub_sessions": f"{BASE}/charging_sub_sessions?vehicle_id={VEHICLE_ID}",
}
SESSION = {"id": SESSION_ID, "url": f"{BASE}/charging_sub_sessions/{SESSION_ID}", "vehicle": VEHICLE["url"]}
ITEM, LIST = "GET /vehicles/{vehicle_id}", "GET /vehicles"


def world(more=None, **changes):
    """Return a target with a vehicle and the resources that it links to; `changes` replace members of the vehicle."""
    lists = {
        "/vehicles": [{**VEHICLE, **changes}],
        "/users": [USER],
        "/vehicle_trims": [TRIM],
        "/charging_sub_sessions": [SESSION],
    }
    return ListTarget(lists, more)


@pytest.mark.parametrize("key", [ITEM, LIST])
def test_links_that_lead_there_and_back_pass(subject, key):
    run = run_probe(LINKS, key, subject, world())
    assert run.violated_requirements() == set()
    assert run.passed_requirements() == {"LNK-02", "LNK-03", "LNK-04", "LNK-05"}
    assert is_affordable(run, LINKS, key, subject)


@pytest.mark.parametrize(
    ("target", "answer", "violated"),
    [
        (f"/users/{USER_ID}", make_problem(404), {"LNK-02"}),
        (f"/users/{USER_ID}", make_response({**USER, "url": f"{BASE}/users/{make_id('user', 2)}"}), {"LNK-03"}),
        (f"/users/{USER_ID}", make_response({**USER, "vehicles": []}), {"LNK-04"}),
        (f"/charging_sub_sessions?vehicle_id={VEHICLE_ID}", make_problem(500), {"LNK-02"}),
        (
            f"/charging_sub_sessions?vehicle_id={VEHICLE_ID}",
            make_response([{**SESSION, "vehicle": f"{BASE}/vehicles/{make_id('vhcl', 2)}"}]),
            {"LNK-05"},
        ),
    ],
)
def test_each_wrong_link_is_a_violation(subject, target, answer, violated):
    assert run_probe(LINKS, ITEM, subject, world({target: answer})).violated_requirements() == violated


def test_a_link_to_another_collection_is_found(subject):
    assert "LNK-03" in run_probe(LINKS, ITEM, subject, world(trim=USER["url"])).violated_requirements()


def test_a_missing_scope_makes_a_link_not_observable(subject):
    run = run_probe(LINKS, ITEM, subject, world({f"/vehicle_trims/{TRIM_ID}": make_problem(403)}))
    assert run.violated_requirements() == set()
    assert Verdict.NOT_OBSERVABLE in run.verdicts_on("LNK-02")


def test_a_link_that_works_at_the_second_try_is_no_violation(subject):
    once = [make_problem(404), make_response(USER)]
    run = run_probe(LINKS, ITEM, subject, world({f"/users/{USER_ID}": lambda request: once.pop(0)}))
    assert run.violated_requirements() == set()


def test_a_link_that_changed_meanwhile_is_inconclusive(subject):
    target = world({f"/users/{USER_ID}": make_problem(404)})
    seen = []

    def serve_moved_link(request):
        if request.target == f"/vehicles/{VEHICLE_ID}":
            seen.append(request)
            return make_response({**VEHICLE, "user": f"{BASE}/users/{make_id('user', len(seen))}"})
        return target(request)

    run = run_probe(LINKS, ITEM, subject, serve_moved_link)
    assert run.violated_requirements() == set()
    assert Verdict.INCONCLUSIVE in run.verdicts_on("LNK-02")


def test_a_parent_need_not_link_back_to_each_log(subject):
    def log(minute):
        at = f"2026-01-01T10:0{minute}:00Z"
        return {"url": f"{VEHICLE['url']}/status_logs/{at}", "sampled_at": at, "vehicle": VEHICLE["url"]}

    logs = [log(1), log(2)]
    vehicle = {**VEHICLE, "latest_status_log": logs[1]["url"]}
    shelf = ListTarget({"/vehicles": [vehicle], f"/vehicles/{VEHICLE_ID}/status_logs": logs})
    run = run_probe(LINKS, "GET /vehicles/{vehicle_id}/status_logs", subject, shelf)
    assert run.violated_requirements() == set()
    assert "LNK-02" in run.passed_requirements()


@pytest.mark.parametrize(
    "url", ["https://elsewhere.example/v2/users/1", "no url", f"{BASE}/../users", f"{BASE}/nowhere"]
)
def test_links_to_other_hosts_are_not_followed(subject, url):
    run = run_probe(LINKS, ITEM, subject, world(user=url))
    assert all(request.authority == "" for request in run.requests)
    assert "elsewhere" not in "".join(request.target for request in run.requests)


def test_a_resource_without_links_has_nothing_to_follow(subject):
    bare = ListTarget({"/vehicles": [{"id": VEHICLE_ID, "url": VEHICLE["url"]}]})
    assert {outcome.verdict for outcome in run_probe(LINKS, ITEM, subject, bare).outcomes} == {Verdict.NOT_APPLICABLE}


@pytest.mark.parametrize("value", [7, {"url": 3}, [[], {}], [None], "", "//[x", ["x"] * 3])
def test_hostile_links_raise_no_exception(subject, value):
    assert run_probe(LINKS, ITEM, subject, world(user=value, trim=value, charging_sub_sessions=value)).outcomes


def test_a_link_to_an_unlisted_resource_is_followed(subject):
    lost = f"{BASE}/vehicle_trims/{make_id('trim', 9)}"
    vehicles = [
        VEHICLE,
        {**VEHICLE, "id": make_id("vhcl", 2), "url": f"{BASE}/vehicles/{make_id('vhcl', 2)}", "trim": lost},
    ]
    target = world()
    target.lists = {**target.lists, "/vehicles": vehicles}
    assert "LNK-02" in run_probe(LINKS, LIST, subject, target).violated_requirements()


def test_a_list_of_links_back_must_be_complete(subject):
    second = {**VEHICLE, "id": make_id("vhcl", 2), "url": f"{BASE}/vehicles/{make_id('vhcl', 2)}"}
    shelf = world()
    shelf.lists = {**shelf.lists, "/vehicles": [VEHICLE, second]}
    shelf.items[f"/vehicles/{second['id']}"] = second
    for key in ("GET /users", "GET /users/{user_id}"):
        assert run_probe(LINKS, key, subject, shelf).violated_requirements() == {"LNK-04"}
    whole = {**USER, "vehicles": [VEHICLE["url"], second["url"]]}
    shelf.lists["/users"], shelf.items[f"/users/{USER_ID}"] = [whole], whole
    for key in ("GET /users", "GET /users/{user_id}"):
        assert run_probe(LINKS, key, subject, shelf).violated_requirements() == set()


def test_a_link_back_to_a_resource_of_another_is_a_violation(subject):
    second_user = {**USER, "id": make_id("user", 2), "url": f"{BASE}/users/{make_id('user', 2)}"}
    shelf = world()
    shelf.lists = {**shelf.lists, "/users": [USER, second_user]}
    assert run_probe(LINKS, "GET /users", subject, shelf).violated_requirements() == {"LNK-04"}


def test_a_link_to_the_list_of_another_is_followed(subject):
    second = {**VEHICLE, "id": make_id("vhcl", 2), "url": f"{BASE}/vehicles/{make_id('vhcl', 2)}"}
    user = {**USER, "vehicles": [VEHICLE["url"], second["url"]]}
    shelf = world()
    shelf.lists = {**shelf.lists, "/vehicles": [VEHICLE, second], "/users": [user]}
    shelf.items[f"/users/{USER_ID}"] = user
    assert run_probe(LINKS, LIST, subject, shelf).violated_requirements() == {"LNK-05"}


def test_a_list_without_any_link_back_is_a_violation(subject):
    none = {**USER, "vehicles": []}
    shelf = world()
    shelf.lists, shelf.items[f"/users/{USER_ID}"] = {**shelf.lists, "/users": [none]}, none
    assert run_probe(LINKS, "GET /users/{user_id}", subject, shelf).violated_requirements() == {"LNK-04"}
