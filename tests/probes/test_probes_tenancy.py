"""AUT-05 and AUT-06: two people, their things, and a target that mixes them up."""

import msgspec
import pytest
from scripted import BASE, affordable, drive, problem, reply, ulid

from conformance.model import Verdict
from conformance.probes.narrowing import PROBES as NARROWING
from conformance.probes.tenancy import PROBES

(APART,) = PROBES
(NARROW,) = NARROWING
PEOPLE = {who: f"{BASE}/users/{ulid('user', n)}" for n, who in enumerate(("user_a", "user_b"), 1)}
LIST, ITEM, BELOW = "GET /evses", "GET /evses/{evse_id}", "GET /evses/{evse_id}/status_logs"


def evse(number, who):
    key = ulid("evse", number)
    return {"id": key, "url": f"{BASE}/evses/{key}", "name": "Home", "user": PEOPLE[who]}


EVSES = [evse(1, "user_a"), evse(2, "user_b")]


class House:
    """A target of two people; `leaks` names the requests in which it forgets whose a thing is."""

    def __init__(self, leaks=lambda request: False, taken=("id", "url")):
        self.leaks, self.taken = leaks, taken

    def __call__(self, request):
        path = request.target.partition("?")[0]
        named = next((value for name, value in request.headers if name == "EvEnergy-User"), None)
        if named is not None and "user" not in named:
            return self.nonsense(request)
        if named is not None and not any(named.startswith(start) for start in self.forms()):
            return problem(400)
        owner = f"{BASE}/users/{named.rpartition('/')[2]}" if named else PEOPLE.get(request.identity)
        seen = [e for e in EVSES if owner in (None, e["user"]) or self.leaks(request)]
        if path == "/users":
            return reply([{"id": u.rpartition("/")[2], "url": u} for u in PEOPLE.values() if owner in (None, u)])
        if path == "/evses":
            return reply(seen)
        thing = next((e for e in seen if path.startswith("/evses/" + e["id"])), None)
        if thing is None:
            return problem(404)
        return reply([{"sampled_at": "2026-01-01T00:00:00Z"}] if path.endswith("status_logs") else thing)

    def forms(self):
        return [{"id": "user0", "url": "http"}[each] for each in self.taken]

    def nonsense(self, request):
        return reply(EVSES) if self.leaks(request) else problem(400)


class TestApart:
    @pytest.mark.parametrize("operation", [LIST, ITEM, BELOW])
    def test_a_house_of_two(self, operation, subject):
        run = drive(APART, operation, subject, House())
        assert run.passed() == {"AUT-05"}
        assert affordable(run, APART, operation, subject)

    @pytest.mark.parametrize("operation", [LIST, ITEM, BELOW])
    def test_a_thing_of_another_is_shown(self, operation, subject):
        def leaks(request):
            return request.identity == "user_b" and (operation == LIST) is (request.target == "/evses")

        assert drive(APART, operation, subject, House(leaks)).violated() == {"AUT-05"}

    def test_what_both_are_shown_in_their_lists_is_shared(self, subject):
        run = drive(APART, ITEM, subject, House(lambda request: request.identity == "user_b"))
        assert run.verdicts("AUT-05") == {Verdict.NOT_APPLICABLE}

    def test_one_person_with_two_names_shows_nothing(self, subject):
        def target(request):
            return House()(msgspec.structs.replace(request, identity="user_a"))

        assert drive(APART, ITEM, subject, target).verdicts("AUT-05") == {Verdict.NOT_OBSERVABLE}

    def test_a_filter_is_no_way_round(self, subject):
        operation = next(
            o for o in subject.model.operations
            if APART.applies(o, subject.model) and "{" not in o.path and o.resource != "users"
            and any(f.by_id_of and "." not in f.field for f in o.filters)
        )  # fmt: skip
        chosen = next(f for f in operation.filters if f.by_id_of and "." not in f.field)
        things = {who: {"url": f"{BASE}{operation.path}/{who}", chosen.field: f"{BASE}/x/{who}"} for who in PEOPLE}

        def target(request):
            if request.target.startswith("/users"):
                return House()(request)
            return reply([things["user_a" if "?" in request.target else request.identity]])

        assert drive(APART, operation.key, subject, target).violated() == {"AUT-05"}

    @pytest.mark.parametrize("way", ["page_size=1", "cpid=C-1"])
    def test_no_way_of_asking_for_a_list_shows_more_of_it(self, way, subject):
        def target(request):
            answer = House(lambda request: way in request.target)(request)
            if not request.target.startswith("/evses"):
                return answer
            named = [{**each, "cpid": f"C-{n}"} for n, each in enumerate(EVSES, 1)]
            shown = [each["id"] for each in msgspec.json.decode(answer.body)]
            return reply([each for each in named if each["id"] in shown])

        assert drive(APART, LIST, subject, target).violated() == {"AUT-05"}

    @pytest.mark.parametrize("operation", [ITEM, BELOW])
    def test_expand_is_no_way_round(self, operation, subject):
        target = House(lambda request: request.identity == "user_b" and "expand" in request.target)
        assert drive(APART, operation, subject, target).violated() == {"AUT-05"}


class TestNarrowing:
    def test_a_header_that_narrows(self, subject):
        run = drive(NARROW, LIST, subject, House())
        assert run.passed() == {"AUT-06"}
        assert affordable(run, NARROW, LIST, subject)

    def test_the_header_is_ignored(self, subject):
        def leaks(request):
            return any(name == "EvEnergy-User" and value.startswith("user0") for name, value in request.headers)

        assert drive(NARROW, LIST, subject, House(leaks)).violated() == {"AUT-06"}

    def test_nonsense_is_taken(self, subject):
        def leaks(request):
            return ("EvEnergy-User", "nobody") in request.headers

        assert drive(NARROW, LIST, subject, House(leaks)).violated() == {"AUT-06"}

    def test_where_nothing_says_whose_it_is_a_token_of_the_user_does(self, subject):
        operation = "GET /home_batteries"

        def batteries(request, narrowed):
            if request.target.startswith("/users"):
                return House()(request)
            if ("EvEnergy-User", "nobody") in request.headers:
                return problem(400)
            alone = request.identity == "user_a" or (narrowed and any("User" in name for name, _ in request.headers))
            return reply([{"url": f"{BASE}/home_batteries/{n}"} for n in range(1 if alone else 3)])

        right = drive(NARROW, operation, subject, lambda request: batteries(request, narrowed=True))
        wrong = drive(NARROW, operation, subject, lambda request: batteries(request, narrowed=False))
        assert right.passed() == wrong.violated() == {"AUT-06"}

    @pytest.mark.parametrize("heard", [True, False])
    def test_so_does_a_token_of_another_user_that_is_refused(self, heard, subject):
        operation, battery = "GET /home_batteries/{home_battery_id}", f"/home_batteries/{ulid('hbat', 1)}"

        def target(request):
            named = dict(request.headers).get("EvEnergy-User", "")
            if request.target.startswith("/users"):
                return House()(request)
            if named == "nobody":
                return problem(400)
            asker = "user_b" if heard and named in PEOPLE["user_b"] and named else request.identity
            if request.target.startswith(battery):
                return problem(404) if asker == "user_b" else reply({"url": BASE + battery})
            return reply([] if asker == "user_b" else [{"id": battery.rpartition("/")[2], "url": BASE + battery}])

        run = drive(NARROW, operation, subject, target)
        assert run.violated() == (set() if heard else {"AUT-06"})
        assert affordable(run, NARROW, operation, subject)

    def test_an_application_that_sees_nothing_of_theirs_shows_nothing(self, subject):
        operation, battery = "GET /home_batteries/{home_battery_id}", f"/home_batteries/{ulid('hbat', 1)}"
        other = f"/home_batteries/{ulid('hbat', 2)}"

        def target(request):
            if request.target.startswith("/users"):
                return House()(request)
            if ("EvEnergy-User", "nobody") in request.headers:
                return problem(400)
            path = battery if request.identity == "user_a" else other
            if request.target.startswith("/home_batteries/"):
                return reply({"url": BASE + path}) if request.target == path else problem(404)
            return reply([{"id": path.rpartition("/")[2], "url": BASE + path}])

        run = drive(NARROW, operation, subject, target)
        told = [each for each in run.of("AUT-06") if each.verdict is Verdict.NOT_APPLICABLE]
        assert [each.message for each in told if "404 without a user" in each.message]

    def test_a_required_header_may_not_be_left_out(self, subject):
        operation = "GET /incentive_schemes"

        def target(request):
            if request.target == "/users":
                return House()(request)
            return problem(400) if ("EvEnergy-User", "nobody") in request.headers else reply([])

        assert drive(NARROW, operation, subject, target).violated() == {"AUT-06"}

    @pytest.mark.parametrize("form", ["id", "url"])
    def test_one_form_alone_is_a_question_for_people(self, form, subject):
        operation = next(o for o in subject.model.operations if NARROW.applies(o, subject.model) and o.role == "list")

        def target(request):
            named = next((value for name, value in request.headers if name == "EvEnergy-User"), None)
            if request.target == "/users" and named is None:
                return House()(request)
            refused = named and (named == "nobody" or named.startswith("http") is (form == "id"))
            return problem(400) if refused else reply([])

        assert Verdict.REVIEW in drive(NARROW, operation.key, subject, target).verdicts("AUT-06")
