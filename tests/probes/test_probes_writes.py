"""WRT: a small target with state, and one wrong behaviour at a time."""

import msgspec
import pytest

from conformance.model import Response, Verdict
from conformance.probes.toolkit.calls import OperationCall
from conformance.probes.toolkit.value_rounds import NULL_WORDS, list_value_rounds
from conformance.probes.toolkit.write_requests import Write, build_write, find_writable
from conformance.probes.writes import deletions
from conformance.probes.writes.creations import PROBES as CREATIONS
from conformance.probes.writes.deletions import PROBES as DELETIONS
from conformance.probes.writes.invalid_bodies import PROBES as REFUSALS
from conformance.probes.writes.updates import PROBES as UPDATES
from specs.rulebook import find_excused_deletion
from tests.probes.scripted import BASE, make_exchange, make_id, make_problem, make_response, run_probe

(CREATE,) = CREATIONS
(DELETE,) = DELETIONS
(UPDATE,) = UPDATES
REFUSE = next(probe for probe in REFUSALS if probe.name == "invalid-bodies")
USER, MAKE, MODEL = (make_id(prefix, 1) for prefix in ("user", "vmak", "vmod"))
URLS = {
    "user": f"{BASE}/users/{USER}",
    "make": f"{BASE}/vehicle_makes/{MAKE}",
    "model": f"{BASE}/vehicle_models/{MODEL}",
}
VALUES = {"VAL-01", "VAL-02", "VAL-03", "VAL-04", "VAL-05"}
CALL = OperationCall(None, "/")
# Values that a wrong PATCH takes for properties that were left out.
DROPS = {
    "uncleared": lambda value: value is None,
    "unblanked": lambda value: value == "",
    "without zeros": lambda value: value == 0 and value is not False,
    "drops null words": lambda value: value in NULL_WORDS,
}
PATCH = "PATCH /users/{user_id}/saved_routes/{saved_route_id}"
POST = "POST /users/{user_id}/saved_routes"
EVSE = {"id": make_id("evse", 1), "url": f"{BASE}/evses/{make_id('evse', 1)}"}


def drop_equal(members):
    """Return a list without the objects that equal an earlier one."""
    return [member for at, member in enumerate(members) if not isinstance(member, dict) or member not in members[:at]]


def sent_body(request):
    """Return the JSON body of a request, or its bytes where it is not JSON or has another content type."""
    if dict(request.headers).get("Content-Type", "application/json") != "application/json":
        return request.body
    try:
        return msgspec.json.decode(request.body)
    except msgspec.DecodeError:
        return request.body


class World:
    """Users, makes, models and one writable collection below a user; `wrong` changes one behaviour."""

    def __init__(self, subject, wrong=""):
        self.subject, self.wrong = subject, wrong
        self.routes = {}
        self.buried = {}
        self.born = 0
        self.add({})

    def add(self, body):
        self.born += 1
        key = make_id(self.prefix, self.born)
        url = f"{BASE}/users/{USER}/saved_routes/{key}"
        assigned = {"id": key, "url": url, "created_at": "2026-01-01T00:00:00Z"}
        taken = body if self.wrong == "chosen" else {}
        chosen = {name: taken[name] for name in ("created_at",) if name in taken}
        self.routes[key] = {**self.sample(), **body, **assigned, **chosen}
        return self.routes[key]

    @property
    def prefix(self):
        return self.subject.model.resources_by_name["users.saved_routes"].prefix

    def sample(self):
        from strategies.bodies import sample_body

        return sample_body(self.subject.validators, self.subject.model.operations_by_key[POST])

    def plain(self, text):
        """Return the properties that admit any text, with that text."""
        judge, operation = self.subject.validators.validate_request_body, self.subject.model.operations_by_key[PATCH]
        return {name: text for name in self.sample() if not judge(operation, "application/json", {name: text})}

    def __call__(self, request):
        path, _, _ = request.target.partition("?")
        for url in URLS.values():
            where = url.removeprefix(BASE)
            if path in (where, where.rpartition("/")[0]):
                thing = {"id": where.rpartition("/")[2], "url": url}
                return make_response(thing if path == where else [thing])
        if not path.startswith(f"/users/{USER}/saved_routes"):
            return make_response([]) if request.method == "GET" and path.count("/") == 1 else make_problem(404)
        key = path.rpartition("/")[2]
        if request.method == "POST":
            return self.post(request)
        if path.endswith("saved_routes"):
            hidden = {"unlisted": [*self.routes][1:], "newest": [*self.routes][1:-1]}.get(self.wrong, ())
            shown = {**self.routes, **(self.buried if self.wrong == "ghosts" else {})}
            return make_response([route for key, route in shown.items() if key not in hidden])
        if key not in self.routes:
            again = {"twice": 200, "idempotent": 204}.get(self.wrong, 404)
            return make_problem(again if request.method == "DELETE" else 404)
        return getattr(self, request.method.lower())(key, request)

    def refusal(self, request):
        operation = self.subject.model.operations_by_key[request.operation]
        body = sent_body(request)
        bad = isinstance(body, bytes) or self.subject.validators.validate_request_body(
            operation, "application/json", body
        )
        return body, bool(bad) and self.wrong != "lax"

    def post(self, request):
        body, bad = self.refusal(request)
        if bad:
            if self.wrong == "kept":
                self.add({k: v for k, v in body.items() if k in self.sample()} if isinstance(body, dict) else {})
            return make_problem(400)
        if self.wrong == "loses":
            text = next(name for name, value in body.items() if isinstance(value, str))
            body = {**body, text: "something else"}
        if self.wrong == "falsy":
            body = {name: value for name, value in body.items() if value}
        if self.wrong == "ascii":
            body = msgspec.json.decode(request.body.decode().encode("ascii", "replace"))
        if self.wrong == "revives":
            self.routes.update(self.buried)
        made = self.add(body if isinstance(body, dict) else {})
        times = {"other": {"created_at": "2020-01-01T00:00:00Z"}, "touched": {"updated_at": "2020-01-01T00:00:00Z"}}
        return make_response({**made, **times.get(self.wrong, {})}, 201)

    def get(self, key, request):
        if self.wrong == "touched":
            self.routes[key] = {**self.routes[key], "updated_at": "2030-01-01T00:00:00Z"}
        return make_response(self.routes[key])

    def delete(self, key, request):
        if self.wrong == "keeps":
            return Response(204)
        if self.wrong != "undead":
            self.buried[key] = self.routes.pop(key)
        if self.wrong == "greedy":
            self.routes = dict([*self.routes.items()][:1])
        if self.wrong == "oldest":
            self.routes = dict([*self.routes.items()][1:])
        return Response(204)

    def patch(self, key, request):
        body, bad = self.refusal(request)
        route = self.routes[key]
        if bad:
            if self.wrong == "kept":
                route.update({k: v for k, v in body.items() if k in route} if isinstance(body, dict) else {})
            return make_problem(400)
        old = dict(route)
        body = body if isinstance(body, dict) else {}
        body = {k: v for k, v in body.items() if self.wrong == "writable" or k not in {"id", "url", "created_at"}}
        if self.wrong == "deaf":
            body = dict(list(body.items())[1:])
        drops = DROPS.get(self.wrong, lambda value: False)
        body = {name: value for name, value in body.items() if not drops(value)}
        if self.wrong == "resets":
            text = next(k for k, v in route.items() if isinstance(v, str) and k in self.sample())
            body = {text: "", **body}
        if self.wrong == "defaults":  # the values of creation, so that only a changed property shows it
            body = {**self.sample(), **body}
        if self.wrong == "absent is false":
            body = {**{name: False for name, value in route.items() if value is True}, **body}
        if self.wrong == "drops equal members":
            body = {name: drop_equal(value) if isinstance(value, list) else value for name, value in body.items()}
        if self.wrong == "everywhere":
            for route in self.routes.values():
                route.update(body)
        route.update(body)
        return make_response(old if self.wrong == "late" else route)


class TestCreate:
    def test_a_created_resource_is_read_listed_and_deleted(self, subject):
        world = World(subject)
        run = run_probe(CREATE, POST, subject, world)
        assert not run.violated_requirements()
        assert {"WRT-01", "WRT-04", "WRT-07", "AFT-01", *VALUES, "VAL-06", "VAL-07"} == run.passed_requirements()
        assert len(world.routes) == 1  # the route that existed before

    def test_what_is_kept_is_not_back_and_its_parts_are_not_judged(self, subject):
        run = run_probe(CREATE, POST, subject, World(subject, "keeps"))
        messages = {o.message for o in run.outcomes if o.verdict is Verdict.FAIL}
        assert messages == {"GET after DELETE does not return 404"}

    def test_a_time_of_change_may_move_after_creation(self, subject):
        assert not run_probe(CREATE, POST, subject, World(subject, "touched")).violated_requirements()

    @pytest.mark.parametrize(
        ("wrong", "requirement"),
        [
            ("other", "WRT-01"),
            ("loses", "WRT-01"),
            ("unlisted", "WRT-07"),
            ("undead", "WRT-04"),
            ("twice", "WRT-04"),
            ("revives", "WRT-04"),
            ("newest", "WRT-07"),
            ("falsy", "WRT-01"),
            ("ascii", "WRT-01"),
            ("ghosts", "WRT-04"),
            ("greedy", "WRT-04"),
            ("oldest", "WRT-04"),
        ],
    )
    def test_each_wrong_behaviour_violates_its_requirement(self, wrong, requirement, subject):
        violated = run_probe(CREATE, POST, subject, World(subject, wrong)).violated_requirements()
        assert requirement in violated
        assert violated <= {requirement, *VALUES}

    def test_a_client_that_chooses_a_creation_time_is_reported(self, subject):
        assert run_probe(CREATE, POST, subject, World(subject, "chosen")).violated_requirements() == {"VAL-07"}

    def test_a_list_may_lag_behind_a_write(self, subject):
        world, lists = World(subject), []

        def target(request):
            response = world(request)
            if request.method != "GET" or not request.target.partition("?")[0].endswith("saved_routes"):
                return response
            lists.append(response)  # a list shows what it held when it was read before
            return lists[-2] if len(lists) > 1 and lists[-2].body != response.body else response

        run = run_probe(CREATE, POST, subject, target)
        assert not run.violated_requirements()
        assert "WRT-07" in run.passed_requirements()

    def test_a_target_that_refuses_every_body_is_not_tested(self, subject):
        def target(request):
            return make_problem(400) if request.method == "POST" else World(subject)(request)

        run = run_probe(CREATE, POST, subject, target)
        assert {v for r in CREATE.requirements for v in run.verdicts_on(r)} == {Verdict.NOT_TESTED}

    def test_resources_that_cannot_be_deleted_are_reported(self, subject):
        operation = "POST /vehicle_trims"
        trim = {"id": make_id("trim", 1), "url": f"{BASE}/vehicle_trims/{make_id('trim', 1)}"}

        def target(request):
            if request.method == "POST":
                trim.update(msgspec.json.decode(request.body))
                return make_response(trim, 201)
            if request.target.startswith("/vehicle_trims"):
                return make_response(trim if request.target.endswith(trim["id"]) else [trim])
            return World(subject)(request)

        run = run_probe(CREATE, operation, subject, target)
        assert "WRT-01" in run.passed_requirements()
        assert run.verdicts_on("WRT-07") == {Verdict.NOT_APPLICABLE}  # its text says that the list does not show it
        assert [notice.topic for notice in run.notices] == ["cleanup"]

    def test_a_full_parent_is_replaced_by_a_new_one(self, subject):
        operation = "POST /vehicle_models/{vehicle_model_id}/connectors"
        new, kept = f"/vehicle_models/{make_id('vmod', 2)}", {}

        def full(request):
            path = request.target.partition("?")[0]
            if request.method == "POST" and path == "/vehicle_models":
                return make_response({"id": make_id("vmod", 2), "url": BASE + new}, 201)
            if request.method == "POST" and path == f"{new}/connectors":
                body = sent_body(request)
                kept[f"{path}/{body['region']}"] = {**body, "url": f"{BASE}{path}/{body['region']}"}
                return make_response(kept[f"{path}/{body['region']}"], 201)
            if request.method == "GET" and path in kept:
                return make_response(kept[path])
            if request.method == "GET" and path == f"{new}/connectors":
                return make_response([*kept.values()])
            return make_problem(400) if request.method == "POST" else World(subject)(request)

        run = run_probe(CREATE, operation, subject, full)
        assert {"WRT-01", "WRT-07"} <= run.passed_requirements()
        assert any(new in notice.message for notice in run.notices)


class TestUpdate:
    def test_a_change_is_made_kept_and_restored(self, subject):
        world = World(subject)
        before = msgspec.json.encode(world.routes)
        run = run_probe(UPDATE, PATCH, subject, world)
        assert run.passed_requirements() == {"WRT-02", "WRT-03", "AFT-02", "AFT-04", *VALUES, "VAL-06"}
        assert msgspec.json.encode(world.routes) == before

    @pytest.mark.parametrize(
        ("wrong", "requirement"),
        [
            ("late", "WRT-02"),
            ("deaf", "WRT-02"),
            ("resets", "WRT-02"),
            ("defaults", "WRT-02"),
            ("everywhere", "WRT-02"),
            ("uncleared", "WRT-02"),
            ("writable", "WRT-03"),
            ("unblanked", "VAL-04"),
            ("without zeros", "VAL-04"),
            ("drops null words", "WRT-02"),
            ("absent is false", "WRT-02"),
            ("drops equal members", "VAL-05"),
        ],
    )
    def test_each_wrong_behaviour_violates_its_requirement(self, wrong, requirement, subject):
        world = World(subject, wrong)
        for route in (*world.routes.values(), world.add({})):
            route["favourite"] = True
        assert requirement in run_probe(UPDATE, PATCH, subject, world).violated_requirements()

    def test_a_change_by_another_client_is_ignored(self, subject):
        world = World(subject)
        other_route, changed = world.add({}), []

        def target(request):
            body = sent_body(request) if request.method == "PATCH" else None
            if isinstance(body, dict) and not changed:
                changed.append(body)
                other_route.update(body)
            return world(request)

        run = run_probe(UPDATE, PATCH, subject, target)
        assert changed
        assert not run.violated_requirements()

    @pytest.mark.parametrize(("expands", "verdict"), [(True, Verdict.PASS), (False, Verdict.FAIL)])
    def test_the_response_to_a_change_is_expanded(self, expands, verdict, subject):
        array = {"id": make_id("sola", 1), "url": f"{BASE}/solar_arrays/{make_id('sola', 1)}", "capacity_watts": 4000}
        array |= {"user": URLS["user"]}

        def target(request):
            path, _, query = request.target.partition("?")
            if request.method == "PATCH":
                array.update({name: value for name, value in sent_body(request).items() if name == "capacity_watts"})
            if path.startswith("/solar_arrays"):
                shown = {**array, "user": {"id": USER, "url": URLS["user"]}} if query and expands else array
                return make_response(shown if path.count("/") == 2 else [shown])
            return World(subject)(request)

        run = run_probe(UPDATE, "PATCH /solar_arrays/{solar_array_id}", subject, target)
        assert verdict in run.verdicts_on("EXP-02")
        assert (Verdict.PASS in run.verdicts_on("EXP-03")) is expands
        assert array["capacity_watts"] == 4000

    def test_blank_texts_may_be_refused(self, subject):
        world, refused = World(subject), []

        def target(request):
            if request.method == "PATCH" and "" in sent_body(request).values():
                refused.append(request)
                return make_problem(400)
            return world(request)

        run = run_probe(UPDATE, PATCH, subject, target)
        assert refused
        assert not run.violated_requirements()
        assert {"VAL-04", "VAL-05"} <= run.passed_requirements()  # without them, the rest is emptied

    def test_every_word_of_an_enumeration_is_sent(self, subject):
        operation = "PATCH /vehicle_models/{vehicle_model_id}/connectors/{region}"
        original = {"connector_type": "CCS", "source": "USER", "confidence": "LOW"}
        write = Write(OperationCall(subject.model.operations_by_key[operation], "/"), original)
        schemas = find_writable(write.call.operation, subject)
        words = {name: schemas[name]["enum"] for name in original}
        sent = {name: next(word for word in words[name] if word != value) for name, value in original.items()}
        rounds = list(list_value_rounds(sent, original, write, subject))
        for name, value in original.items():
            assert {value, sent[name], *(body[name] for body in rounds if name in body)} == {*words[name]} - {None}

    def test_a_word_that_another_property_holds_is_left_out(self, subject):
        operation = "PATCH /vehicles/{vehicle_id}/connectors"
        sent = {"native_connector": "CCS", "adaptors": ["NACS"]}
        write = Write(OperationCall(subject.model.operations_by_key[operation], "/"), sent)
        rounds = list(list_value_rounds(sent, {"native_connector": None, "adaptors": []}, write, subject))
        assert rounds
        assert "NACS" not in {body.get("native_connector") for body in rounds}

    def test_a_resource_without_changeable_property_is_not_tested(self, subject):
        world = World(subject)
        world.routes.clear()
        run = run_probe(UPDATE, PATCH, subject, world)
        assert {v for r in UPDATE.requirements for v in run.verdicts_on(r)} == {Verdict.NOT_TESTED}


class TestCareful:
    """Conforming targets with unusual behaviour, and other clients that write meanwhile."""

    def bent_world(self, subject, bend):
        """Return a world of two routes; `bend` may respond instead of it, and gets the number of earlier PATCHes."""
        world, changes = World(subject), []
        world.add({})

        def target(request):
            if request.method == "PATCH":
                changes.append(request)
            answer = bend(request, len(changes), world)
            return world(request) if answer is None else answer

        return world, run_probe(UPDATE, PATCH, subject, target)

    @pytest.mark.parametrize("number", [1, 2, 3])
    def test_a_failed_read_is_inconclusive(self, number, subject):
        failed = []

        def bend(request, changes, world):
            if request.method == "GET" and changes == number and not failed:
                failed.append(request)
                return make_problem(502)
            return None

        _, run = self.bent_world(subject, bend)
        assert failed
        assert not run.violated_requirements()

    def test_a_late_change_is_read_again(self, subject):
        stale = []

        def bend(request, changes, world):
            if request.method == "PATCH":
                stale.append(make_response(dict(world.routes[request.target.rpartition("/")[2]])))
            single = request.method == "GET" and "/saved_routes/" in request.target
            return stale.pop() if single and stale else None

        _, run = self.bent_world(subject, bend)
        assert not run.violated_requirements()

    def test_a_moment_may_be_shown_with_another_offset(self, subject):
        def bend(request, changes, world):
            answer = world(request)
            return msgspec.structs.replace(answer, body=answer.body.replace(b'Z"', b'+00:00"'))

        _, run = self.bent_world(subject, bend)
        assert not run.violated_requirements()

    def test_the_effect_of_a_failing_write_is_undone(self, subject):
        before = None

        def bend(request, changes, world):
            nonlocal before
            before = before or msgspec.json.encode(world.routes)
            if request.method == "PATCH" and changes == 2:
                world(request)
                return make_problem(504)
            return None

        world, run = self.bent_world(subject, bend)
        assert msgspec.json.encode(world.routes) == before
        assert not run.notices

    def test_values_refused_together_are_restored_one_by_one(self, subject):
        before = None

        def bend(request, changes, world):
            nonlocal before
            before = before or msgspec.json.encode(world.routes)
            several = request.method == "PATCH" and len(sent_body(request)) > 2
            return make_problem(409) if several and changes > 3 else None

        world, run = self.bent_world(subject, bend)
        assert msgspec.json.encode(world.routes) == before
        assert not run.notices

    def test_only_restorable_properties_are_changed(self, subject):
        from conformance.probes.toolkit.property_values import find_other_values
        from conformance.probes.toolkit.write_requests import Write

        operation = subject.model.operations_by_key["PATCH /users/{user_id}"]
        write = Write(None, {"email": "a@example.com", "default_location": {"country_code": "GB"}})
        write = msgspec.structs.replace(write, call=msgspec.structs.replace(CALL, operation=operation))
        state = {"email": "b@example.com", "default_location": None}
        assert [*find_other_values(write, state, subject)] == ["email"]

    def test_a_deletion_by_another_client_is_ignored(self, subject):
        world = World(subject)
        first = next(iter(world.routes))

        def target(request):
            if request.method == "POST":
                world.routes.pop(first, None)
            return world(request)

        assert "WRT-04" not in run_probe(CREATE, POST, subject, target).violated_requirements()


class TestBodies:
    @pytest.mark.parametrize(
        ("operation", "name", "collection"),
        [
            ("PATCH /users/{user_id}/route_planner_preferences", "preferred_vehicle", "/vehicles"),  # may be null
            ("PATCH /user_rebates/{user_rebate_id}", "evidence_type", "/rebate_evidence_types"),  # no link says so
        ],
    )
    def test_urls_in_bodies_are_those_of_existing_resources(self, operation, name, collection, subject):
        def listing(request):
            path = request.target.partition("?")[0]
            return make_response([{"id": make_id("some", 1), "url": f"{BASE}{path}/{make_id('some', 1)}"}])

        def end():
            steps, answer = build_write(subject.model.operations_by_key[operation], subject), None
            try:
                while True:
                    request = steps.send(answer)
                    answer = make_exchange(request, listing(request))
            except StopIteration as stop:
                return stop.value

        assert end().body[name] == f"{BASE}{collection}/{make_id('some', 1)}"


class TestRefusals:
    @pytest.mark.parametrize("operation", [POST, PATCH])
    def test_wrong_bodies_are_refused_and_change_nothing(self, operation, subject):
        world = World(subject)
        run = run_probe(REFUSE, operation, subject, world)
        assert run.passed_requirements() == {"ERR-08", "WRT-05", "WRT-06"}
        assert len(world.routes) == 1

    @pytest.mark.parametrize("operation", [POST, PATCH])
    def test_an_accepted_wrong_body_is_a_violation(self, operation, subject):
        assert {"ERR-08", "WRT-06"} <= run_probe(
            REFUSE, operation, subject, World(subject, "lax")
        ).violated_requirements()

    def test_the_effect_of_a_wrong_body_is_undone(self, subject):
        world = World(subject, "lax")
        before = msgspec.json.encode(world.routes)
        run = run_probe(REFUSE, PATCH, subject, world)
        assert run.violated_requirements()
        (was,), (now,) = msgspec.json.decode(before).values(), world.routes.values()
        assert {name: now[name] for name in was} == was

    @pytest.mark.parametrize("operation", [POST, PATCH])
    def test_a_refused_body_with_effect_is_a_violation(self, operation, subject):
        world = World(subject, "kept")
        for route in world.routes.values():
            route.update(world.plain("-"))
        assert run_probe(REFUSE, operation, subject, world).violated_requirements() == {"WRT-05"}

    def test_a_creation_by_another_client_is_not_an_effect(self, subject):
        world, made = World(subject), []

        def target(request):
            body = sent_body(request) if request.method == "POST" else None
            if isinstance(body, dict) and len(body) > 1 and not made:
                made.append(world.add({name: body[name] for name in body if name in world.sample()}))
            return world(request)

        run = run_probe(REFUSE, POST, subject, target)
        assert made
        assert not run.violated_requirements()
        assert "WRT-05" in run.passed_requirements()

    def test_a_change_by_another_client_is_not_an_effect(self, subject):
        world, changed = World(subject), []
        (route,) = world.routes.values()
        route.update(world.plain("-"))

        def target(request):
            body = sent_body(request) if request.method == "PATCH" else None
            if isinstance(body, dict) and set(body) & set(world.sample()) and not changed:
                changed.append(body)
                route.update({name: value for name, value in body.items() if name in world.sample()})
            return world(request)

        run = run_probe(REFUSE, PATCH, subject, target)
        assert changed
        assert not run.violated_requirements()
        assert "WRT-05" in run.passed_requirements()

    @pytest.mark.parametrize("careless", ["behind its end", "content type"])
    @pytest.mark.parametrize("operation", [POST, PATCH, "POST /vehicles"])
    def test_unreadable_bodies_must_be_refused(self, operation, careless, subject):
        """Detect servers that stop parsing early, or ignore the content type."""
        world, unread = World(subject), []

        def target(request):
            media = dict(request.headers).get("Content-Type", "")
            if request.method in {"POST", "PATCH"} and careless == "content type" and media == "text/plain":
                unread.append(request)
                return make_response({}, 200)
            if request.body.endswith(b" and more") and careless == "behind its end":
                unread.append(request)
                return make_response({}, 200)
            return world(request)

        violated = run_probe(REFUSE, operation, subject, target).violated_requirements()
        assert ("ERR-08" in violated) == bool(unread)
        assert unread or careless == "behind its end"  # that sort goes round with the one that breaks off

    @pytest.mark.parametrize(("refuses", "verdict"), [(True, Verdict.PASS), (False, Verdict.FAIL)])
    def test_bad_references_must_be_refused(self, refuses, verdict, subject):
        operation = "POST /vehicle_trims"

        def target(request):
            if request.method != "POST":
                return World(subject)(request)
            body = sent_body(request)
            right = isinstance(body, dict) and body.get("model") == URLS["model"]
            bad = isinstance(body, bytes) or subject.validators.validate_request_body(
                subject.model.operations_by_key[operation], "application/json", body
            )
            return make_problem(400) if bad or (refuses and not right) else make_response({}, 201)

        assert verdict in run_probe(REFUSE, operation, subject, target).verdicts_on("WRT-08")

    def test_a_forbidden_write_is_not_observable(self, subject):
        def target(request):
            return make_problem(403) if request.method == "POST" else World(subject)(request)

        run = run_probe(REFUSE, POST, subject, target)
        assert Verdict.PASS not in run.verdicts_on("WRT-06")
        assert not run.violated_requirements()


class TestDelete:
    OPERATION = "DELETE /evses/{evse_id}"

    def target(self, gone, again=404):
        deleted = []

        def answer(request):
            if request.method == "DELETE":
                deleted.append(request)
                return Response(204) if len(deleted) == 1 else make_problem(again)
            if request.target == "/evses":
                return make_response([EVSE])
            return make_problem(404) if deleted and gone else make_response(EVSE)

        return answer

    def test_a_deleted_resource_passes(self, subject):
        assert run_probe(DELETE, self.OPERATION, subject, self.target(gone=True)).passed_requirements() == {"WRT-04"}

    @pytest.mark.parametrize("again", [204, 410])
    def test_a_second_deletion_may_succeed(self, again, subject):
        run = run_probe(DELETE, self.OPERATION, subject, self.target(gone=True, again=again))
        assert run.passed_requirements() == {"WRT-04"}

    @pytest.mark.parametrize(("excused", "verdict"), [(204, Verdict.REVIEW), (200, Verdict.FAIL)])
    def test_what_a_stated_rule_excuses_is_for_review(self, excused, verdict, subject, monkeypatch):
        rule = find_excused_deletion("DELETE /vehicles/{vehicle_id}", 204)
        assert rule is not None
        monkeypatch.setattr(deletions, "find_excused_deletion", lambda _, status: rule if status == excused else None)
        run = run_probe(DELETE, self.OPERATION, subject, self.target(gone=False, again=204))
        assert run.verdicts_on("WRT-04") == {verdict}

    @pytest.mark.parametrize(("gone", "again"), [(False, 404), (True, 200), (True, 500)])
    def test_a_resource_that_stays_or_is_deleted_twice_is_a_violation(self, gone, again, subject):
        assert run_probe(DELETE, self.OPERATION, subject, self.target(gone, again)).violated_requirements() == {
            "WRT-04"
        }

    def test_nothing_is_deleted_outside_test_targets(self, subject):
        staging = msgspec.structs.replace(subject, target=msgspec.structs.replace(subject.target, kind="staging"))
        run = run_probe(DELETE, self.OPERATION, staging, self.target(gone=True))
        assert run.verdicts_on("WRT-04") == {Verdict.NOT_TESTED}
        assert not run.requests
