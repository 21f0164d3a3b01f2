"""AFT: after a write everything that shows it agrees, and one wrong place at a time is reported."""

from itertools import count

import msgspec
import pytest

from conformance.model import Verdict
from tests.probes.scripted import BASE, make_id, make_problem, make_response, run_probe
from tests.probes.test_probes_writes import CREATE, PATCH, POST, UPDATE, World, sent_body

VEHICLES = "POST /vehicles"


def list_request(request):
    return request.method == "GET" and request.target.partition("?")[0].endswith("saved_routes")


def test_one_post_that_creates_two_members_is_a_violation(subject):
    class Twice(World):
        def post(self, request):
            response = super().post(request)
            if response.status == 201:
                self.add(sent_body(request))
            return response

    assert "AFT-01" in run_probe(CREATE, POST, subject, Twice(subject)).violated_requirements()


def test_one_post_that_removes_the_oldest_member_is_a_violation(subject):
    class Full(World):
        def post(self, request):
            response = super().post(request)
            if response.status == 201:
                del self.routes[next(iter(self.routes))]
            return response

    assert "AFT-01" in run_probe(CREATE, POST, subject, Full(subject)).violated_requirements()


def test_what_another_client_creates_and_deletes_meanwhile_accuses_nobody(subject):
    class Busy(World):
        def __init__(self, *args):
            super().__init__(*args)
            self.add({"name": "old"})

        def post(self, request):
            response = super().post(request)
            self.add({"name": "of somebody else"})
            self.routes.pop([*self.routes][1], None)
            return response

    run = run_probe(CREATE, POST, subject, Busy(subject))
    assert "AFT-01" not in run.violated_requirements()


def test_a_list_that_shows_the_former_value_is_a_violation(subject):
    class Stale(World):
        def __call__(self, request):
            response = super().__call__(request)
            if list_request(request) and response.status == 200:
                self.first = getattr(self, "first", response)
                return self.first
            return response

    assert "AFT-02" in run_probe(UPDATE, PATCH, subject, Stale(subject)).violated_requirements()


@pytest.mark.parametrize(("every", "violated"), [(2, True), (4, True), (1000, False)])
def test_reads_that_show_the_former_state_in_turn_are_a_violation(subject, every, violated):
    class Replicas(World):
        def __init__(self, *args):
            super().__init__(*args)
            self.former, self.reads = {}, count(1)

        def patch(self, key, request):
            self.former, self.reads = {key: dict(self.routes[key])}, count(1)
            return super().patch(key, request)

        def get(self, key, request):
            is_old = key in self.former and next(self.reads) % every == 0
            return make_response(self.former[key]) if is_old else super().get(key, request)

    run = run_probe(UPDATE, PATCH, subject, Replicas(subject))
    assert ("AFT-04" in run.violated_requirements()) is violated


class Garage:
    """A target with vehicles of one user and their connectors; what hangs below a deleted one may remain."""

    def __init__(self, *, remains):
        self.vehicles, self.known, self.remains, self.born = {}, set(), remains, count(1)

    def __call__(self, request):
        path = request.target.partition("?")[0]
        if request.method == "POST" and path == "/vehicles":
            key = make_id("vhcl", next(self.born))
            self.vehicles[key] = {**msgspec.json.decode(request.body), "id": key, "url": f"{BASE}/vehicles/{key}"}
            self.known.add(key)
            return make_response(self.vehicles[key], 201)
        if path == "/vehicles":
            return make_response([*self.vehicles.values()])
        if path.startswith("/vehicles/"):
            return self.answer_below(request.method, path.split("/")[2], path)
        resource = path.strip("/").partition("/")[0]
        prefix = {"users": "user", "vehicle_models": "vmod", "vehicle_makes": "vmak"}.get(resource)
        thing = {"id": make_id(prefix, 1), "url": f"{BASE}/{resource}/{make_id(prefix, 1)}"} if prefix else {}
        return make_response([thing] if path.count("/") == 1 and prefix else thing)

    def answer_below(self, method, key, path):
        if path.count("/") > 2:
            is_there = key in self.vehicles or (self.remains and key in self.known)
            return make_response({}) if is_there else make_problem(404)
        if key not in self.vehicles:
            return make_problem(404)
        if method == "DELETE":
            del self.vehicles[key]
            return make_response(None, 204)
        return make_response(self.vehicles[key])


@pytest.mark.parametrize("remains", [False, True])
def test_parts_of_a_deleted_resource_must_be_gone(subject, remains):
    run = run_probe(CREATE, VEHICLES, subject, Garage(remains=remains))
    verdicts = run.verdicts_on("AFT-03") - {Verdict.NOT_APPLICABLE}
    assert verdicts == {Verdict.FAIL if remains else Verdict.PASS}
