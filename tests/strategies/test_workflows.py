"""Histories find the faults that single calls hide, and nothing on an API without faults."""

import json

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from conformance.model import Response
from strategies import Broken, lifecycles, workflows

HOST = "https://api.ev.energy/v2"


class Garage:
    """An API of vehicles in memory, with one fault of those that the tests name."""

    def __init__(self, fault=""):
        self.fault = fault
        self.vehicles = {}
        self.made = 0

    def __call__(self, request):
        path, _, query = request.target.partition("?")
        name = path.removeprefix("/vehicles").strip("/")
        if name and name not in self.vehicles:
            return Response(404)
        body = json.loads(request.body) if request.body else {}
        return getattr(self, request.method.lower() + ("_item" if name else ""))(name, body, query)

    def post(self, _, body, __):
        self.made += 1
        name = f"vhcl{self.made:026}"
        made = {"id": name, "url": f"{HOST}/vehicles/{name}", "description": None, "battery_size_watt_hours": None}
        made |= {"user": f"{HOST}/users/user1", "vehicle_class": None, **body}
        self.vehicles[name] = made
        if self.fault == "post-answers-nothing":
            return Response(201)
        if self.fault == "post-answers-a-stranger":
            return self.answer(201, {"title": "made"})
        return self.answer(201, made | ({"description": "?"} if self.fault == "post-answers-another" else {}))

    def get_item(self, name, _, query):
        shown = dict(self.vehicles[name])
        if self.fault == "a-third-spoils-the-first" and self.made > 2 and name.endswith("1"):
            shown["battery_size_watt_hours"] = 1
        if "expand=user" in query:
            other_user = "user2" if self.fault == "expands-another" else "user1"
            shown["user"] = {"url": shown["user"].replace("user1", other_user), "id": other_user}
        return self.answer(200, shown)

    def patch_item(self, name, body, _):
        if self.fault == "patch-wipes-the-rest":
            self.vehicles[name] |= {"description": None}
        after = self.vehicles[name] | {key: value for key, value in body.items() if key in self.vehicles[name]}
        if self.fault != "patch-forgets":
            self.vehicles[name] = after
        if self.fault == "refused-patch-changes":
            return Response(400)
        return self.answer(200, after)

    def delete_item(self, name, _, __):
        if self.fault != "delete-leaves-the-item":
            ghost = self.vehicles.pop(name)
            if self.fault == "delete-leaves-the-listing":
                self.ghost = ghost
        return Response(204)

    def get(self, _, __, query):
        items = [*self.vehicles.values(), *([self.ghost] if hasattr(self, "ghost") else [])]
        if self.fault == "list-lags":
            items = items[:1]
        start = int(query.partition("page_after=")[2] or 0)
        following = f"<{HOST}/vehicles?page_after={start + 2}>" if start + 2 < len(items) else "<about:blank>"
        if self.fault == "no-link":
            return self.answer(200, items[:1])
        return self.answer(200, items[start : start + 2], (("Link", f'{following}; rel="next"'),))

    @staticmethod
    def answer(status, body, headers=()):
        return Response(status, headers, json.dumps(body).encode())


@pytest.fixture(scope="module")
def vehicles(description):
    return next(lifecycle for lifecycle in lifecycles(description.model) if lifecycle.resource == "vehicles")


def run(validators, lifecycle, fault, phases=(Phase.generate,), **options):
    garages = []

    def send(request):
        return garages[-1](request)

    begin = workflows(validators, lifecycle, send, **options)

    def machine():
        garages.append(Garage(fault))
        return begin()

    budget = settings(
        max_examples=300, stateful_step_count=8, deadline=None, derandomize=True, database=None, phases=phases
    )
    run_state_machine_as_test(machine, settings=budget)
    return garages


def test_an_api_without_faults_is_not_accused_and_left_clean(validators, vehicles):
    garages = run(validators, vehicles, "")
    assert max(garage.made for garage in garages) > 2
    assert not any(garage.vehicles for garage in garages)


@pytest.mark.parametrize(
    ("fault", "requirement"),
    [
        ("post-answers-another", "WRT-01"),
        ("a-third-spoils-the-first", "CON-01 WRT-02 EXP-05"),  # whichever step looks at it first
        ("patch-forgets", "WRT-02"),
        ("refused-patch-changes", "WRT-05"),
        ("patch-wipes-the-rest", "WRT-02"),
        ("delete-leaves-the-item", "WRT-04"),
        ("delete-leaves-the-listing", "WRT-04"),
        ("list-lags", "WRT-07"),
        ("expands-another", "EXP-03"),
        ("post-answers-nothing", "RSP-03"),
        ("post-answers-a-stranger", "RSP-03"),
    ],
)
def test_each_fault_is_found_and_named(validators, vehicles, fault, requirement):
    with pytest.raises(Broken) as caught:
        run(validators, vehicles, fault)
    assert caught.value.requirement in requirement.split()
    assert caught.value.request.target.startswith("/vehicles")


def test_a_list_that_cannot_be_walked_accuses_nobody_here(validators, vehicles):
    run(validators, vehicles, "no-link")  # its Link header is for the pagination probes


def test_volatile_properties_are_left_out(validators, vehicles):
    run(validators, vehicles, "a-third-spoils-the-first", volatile=["battery_size_watt_hours"])


def test_lifecycles_are_read_from_the_model(description):
    by_resource = {lifecycle.resource: lifecycle for lifecycle in lifecycles(description.model)}
    assert {"vehicles", "solar_arrays", "users.saved_routes"} <= set(by_resource)
    assert by_resource["vehicles"].delete is not None
    assert by_resource["solar_arrays"].delete is None
    assert by_resource["inverters"].update is None
    assert by_resource["users.saved_routes"].listing is not None


def test_paths_above_the_resource_are_filled_in(description, validators):
    routes = next(
        lifecycle for lifecycle in lifecycles(description.model) if lifecycle.resource == "users.saved_routes"
    )
    asked = []

    def send(request):
        asked.append(request)
        return Response(403)

    run_state_machine_as_test(
        workflows(validators, routes, send, path={"user_id": "me"}),
        settings=settings(max_examples=3, stateful_step_count=2, deadline=None, derandomize=True, database=None),
    )
    assert {request.target.partition("?")[0] for request in asked} == {"/users/me/saved_routes"}


def test_a_server_that_remembers_earlier_histories_confuses_no_later_one(validators, vehicles):
    garage = Garage()
    asked = []

    def send(request):
        asked.append(request)
        return Response(409) if request.method == "POST" and len(asked) % 3 else garage(request)

    run_state_machine_as_test(
        workflows(validators, vehicles, send),
        settings=settings(max_examples=60, stateful_step_count=8, deadline=None, derandomize=True, database=None),
    )
    assert garage.made > 10
