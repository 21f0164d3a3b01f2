"""AUT-05 and AUT-06: two users, their resources, and a target that mixes them up."""

import msgspec
import pytest

from conformance.model import Verdict
from conformance.probes.authorization.narrowed_pages import PROBES as LATER_PAGES
from conformance.probes.authorization.tenancy import PROBES
from conformance.probes.authorization.user_header import PROBES as NARROWING
from tests.probes.scripted import BASE, is_affordable, make_id, make_problem, make_response, run_probe

(APART,) = PROBES
(NARROW,), (NARROW_LATER,) = NARROWING, LATER_PAGES
PEOPLE = {name: f"{BASE}/users/{make_id('user', n)}" for n, name in enumerate(("user_a", "user_b"), 1)}
LIST, ITEM, BELOW = "GET /evses", "GET /evses/{evse_id}", "GET /evses/{evse_id}/status_logs"


def evse(number, owner):
    key = make_id("evse", number)
    return {"id": key, "url": f"{BASE}/evses/{key}", "name": "Home", "user": PEOPLE[owner]}


EVSES = [evse(1, "user_a"), evse(2, "user_b")]
FILTERS_BY_ID = {"/charging_sub_sessions": ("evse_id", "vehicle_id", "user_id"), "/solar_arrays": ("vehicle_id",)}


def list_filtered(path, leak):
    """Return a target with one thing of each kind for each user; the filter `leak` forgets who asks."""
    numbers = {name: make_id("thng", n) for n, name in enumerate(PEOPLE, 1)}

    def target(request):
        head, _, query = request.target.partition("?")
        if head == "/users":
            return House()(request)
        links = {kind: f"{BASE}/{kind}s/{numbers[request.identity]}" for kind in ("evse", "vehicle")}
        own = {"url": f"{BASE}{head}/{numbers[request.identity]}"}
        if head != path:
            return make_response([own])
        if leak and query.startswith(leak):
            return make_response([{"url": f"{BASE}{path}/{numbers['user_a']}"}])
        return make_response([] if "_id=" in query else [own | links])

    return target


class House:
    """A target with two users; `leaks` selects the requests in which it ignores the owner."""

    def __init__(self, leaks=lambda request: False, taken=("id", "url")):
        self.leaks, self.taken = leaks, taken

    def __call__(self, request):
        path = request.target.partition("?")[0]
        named = next((value for name, value in request.headers if name == "EvEnergy-User"), None)
        if named is not None and "user" not in named:
            return self.nonsense(request)
        if named is not None and not any(named.startswith(start) for start in self.forms()):
            return make_problem(400)
        owner = f"{BASE}/users/{named.rpartition('/')[2]}" if named else PEOPLE.get(request.identity)
        seen = [e for e in EVSES if owner in (None, e["user"]) or self.leaks(request)]
        if path == "/users":
            return make_response(
                [{"id": u.rpartition("/")[2], "url": u} for u in PEOPLE.values() if owner in (None, u)]
            )
        if path == "/evses":
            return make_response(seen)
        thing = next((e for e in seen if path.startswith("/evses/" + e["id"])), None)
        if thing is None:
            return make_problem(404)
        return make_response([{"sampled_at": "2026-01-01T00:00:00Z"}] if path.endswith("status_logs") else thing)

    def forms(self):
        return [{"id": "user0", "url": "http"}[form] for form in self.taken]

    def nonsense(self, request):
        return make_response(EVSES) if self.leaks(request) else make_problem(400)


class TestSeparation:
    @pytest.mark.parametrize("operation", [LIST, ITEM, BELOW])
    def test_separated_users_pass(self, operation, subject):
        run = run_probe(APART, operation, subject, House())
        assert run.passed_requirements() == {"AUT-05"}
        assert is_affordable(run, APART, operation, subject)

    @pytest.mark.parametrize("operation", [LIST, ITEM, BELOW])
    def test_a_resource_of_another_user_is_a_violation(self, operation, subject):
        def leaks(request):
            return request.identity == "user_b" and (operation == LIST) is (request.target == "/evses")

        assert run_probe(APART, operation, subject, House(leaks)).violated_requirements() == {"AUT-05"}

    def test_resources_in_both_lists_are_shared(self, subject):
        run = run_probe(APART, ITEM, subject, House(lambda request: request.identity == "user_b"))
        assert run.verdicts_on("AUT-05") == {Verdict.NOT_APPLICABLE}

    def test_one_user_with_two_identities_is_not_observable(self, subject):
        def target(request):
            return House()(msgspec.structs.replace(request, identity="user_a"))

        assert run_probe(APART, ITEM, subject, target).verdicts_on("AUT-05") == {Verdict.NOT_OBSERVABLE}

    def test_a_filter_that_shows_other_users_is_a_violation(self, subject):
        operation = next(
            o for o in subject.model.operations
            if APART.applies(o, subject.model) and "{" not in o.path and o.resource != "users"
            and any(f.by_id_of and "." not in f.field for f in o.filters)
        )  # fmt: skip
        chosen = next(f for f in operation.filters if f.by_id_of and "." not in f.field)
        things = {name: {"url": f"{BASE}{operation.path}/{name}", chosen.field: f"{BASE}/x/{name}"} for name in PEOPLE}

        def target(request):
            if request.target.startswith("/users"):
                return House()(request)
            return make_response([things["user_a" if "?" in request.target else request.identity]])

        assert run_probe(APART, operation.key, subject, target).violated_requirements() == {"AUT-05"}

    @pytest.mark.parametrize(
        ("path", "leak"),
        [(path, leak) for path, leaks in FILTERS_BY_ID.items() for leak in (*leaks, "")],
    )
    def test_each_filter_by_the_id_of_a_persons_thing_is_tried(self, path, leak, subject):
        run = run_probe(APART, f"GET {path}", subject, list_filtered(path, leak))
        assert run.violated_requirements() == ({"AUT-05"} if leak else set())
        assert is_affordable(run, APART, f"GET {path}", subject)

    def test_what_another_page_may_show_to_both_users_is_no_leak(self, subject):
        def target(request):
            if request.target.startswith("/users"):
                return House()(request)
            shared = [{"url": f"{BASE}/evse_sites/{n}"} for n in range(30)]
            return make_response(shared[-25:] if request.identity == "user_b" and "?" not in request.target else shared)

        assert not run_probe(APART, "GET /evse_sites", subject, target).violated_requirements()

    @pytest.mark.parametrize("way", ["page_size=1", "cpid=C-1"])
    def test_a_list_query_that_shows_other_users_is_a_violation(self, way, subject):
        def target(request):
            answer = House(lambda request: way in request.target)(request)
            if not request.target.startswith("/evses"):
                return answer
            named = [{**item, "cpid": f"C-{n}"} for n, item in enumerate(EVSES, 1)]
            shown = [item["id"] for item in msgspec.json.decode(answer.body)]
            return make_response([item for item in named if item["id"] in shown])

        assert run_probe(APART, LIST, subject, target).violated_requirements() == {"AUT-05"}

    @pytest.mark.parametrize("operation", [ITEM, BELOW])
    def test_expand_that_shows_other_users_is_a_violation(self, operation, subject):
        target = House(lambda request: request.identity == "user_b" and "expand" in request.target)
        assert run_probe(APART, operation, subject, target).violated_requirements() == {"AUT-05"}


class TestNarrowing:
    def test_a_header_that_narrows_passes(self, subject):
        run = run_probe(NARROW, LIST, subject, House())
        assert run.passed_requirements() == {"AUT-06"}
        assert is_affordable(run, NARROW, LIST, subject)

    def test_an_ignored_header_is_a_violation(self, subject):
        def leaks(request):
            return any(name == "EvEnergy-User" and value.startswith("user0") for name, value in request.headers)

        assert run_probe(NARROW, LIST, subject, House(leaks)).violated_requirements() == {"AUT-06"}

    def test_a_misspelt_link_to_the_same_user_is_no_leak(self, subject):
        def misspell(request):
            answer = House()(request)
            if not request.target.startswith("/evses"):
                return answer
            return msgspec.structs.replace(answer, body=answer.body.replace(b"/users/", b"/user/"))

        assert run_probe(NARROW, LIST, subject, misspell).violated_requirements() == set()

    def test_an_accepted_malformed_user_is_a_violation(self, subject):
        def leaks(request):
            return ("EvEnergy-User", "nobody") in request.headers

        assert run_probe(NARROW, LIST, subject, House(leaks)).violated_requirements() == {"AUT-06"}

    def test_items_without_owner_are_compared_with_the_users_token(self, subject):
        operation = "GET /home_batteries"

        def batteries(request, narrowed):
            if request.target.startswith("/users"):
                return House()(request)
            if ("EvEnergy-User", "nobody") in request.headers:
                return make_problem(400)
            alone = request.identity == "user_a" or (narrowed and any("User" in name for name, _ in request.headers))
            return make_response([{"url": f"{BASE}/home_batteries/{n}"} for n in range(1 if alone else 3)])

        right = run_probe(NARROW, operation, subject, lambda request: batteries(request, narrowed=True))
        wrong = run_probe(NARROW, operation, subject, lambda request: batteries(request, narrowed=False))
        assert right.passed_requirements() == wrong.violated_requirements() == {"AUT-06"}

    @pytest.mark.parametrize("heard", [True, False])
    def test_items_without_owner_are_compared_with_a_refused_token(self, heard, subject):
        operation, battery = "GET /home_batteries/{home_battery_id}", f"/home_batteries/{make_id('hbat', 1)}"

        def target(request):
            named = dict(request.headers).get("EvEnergy-User", "")
            if request.target.startswith("/users"):
                return House()(request)
            if named == "nobody":
                return make_problem(400)
            asker = "user_b" if heard and named in PEOPLE["user_b"] and named else request.identity
            if request.target.startswith(battery):
                return make_problem(404) if asker == "user_b" else make_response({"url": BASE + battery})
            return make_response(
                [] if asker == "user_b" else [{"id": battery.rpartition("/")[2], "url": BASE + battery}]
            )

        run = run_probe(NARROW, operation, subject, target)
        assert run.violated_requirements() == (set() if heard else {"AUT-06"})
        assert is_affordable(run, NARROW, operation, subject)

    def test_an_application_without_access_is_not_applicable(self, subject):
        operation, battery = "GET /home_batteries/{home_battery_id}", f"/home_batteries/{make_id('hbat', 1)}"
        other_battery = f"/home_batteries/{make_id('hbat', 2)}"

        def target(request):
            if request.target.startswith("/users"):
                return House()(request)
            if ("EvEnergy-User", "nobody") in request.headers:
                return make_problem(400)
            path = battery if request.identity == "user_a" else other_battery
            if request.target.startswith("/home_batteries/"):
                return make_response({"url": BASE + path}) if request.target == path else make_problem(404)
            return make_response([{"id": path.rpartition("/")[2], "url": BASE + path}])

        run = run_probe(NARROW, operation, subject, target)
        outcomes = [outcome for outcome in run.outcomes_on("AUT-06") if outcome.verdict is Verdict.NOT_APPLICABLE]
        assert [outcome.message for outcome in outcomes if "404 without a user" in outcome.message]

    def test_a_missing_required_header_must_be_refused(self, subject):
        operation = "GET /incentive_schemes"

        def target(request):
            if request.target == "/users":
                return House()(request)
            return make_problem(400) if ("EvEnergy-User", "nobody") in request.headers else make_response([])

        assert run_probe(NARROW, operation, subject, target).violated_requirements() == {"AUT-06"}

    @pytest.mark.parametrize("form", ["id", "url"])
    def test_one_form_of_the_header_alone_is_for_review(self, form, subject):
        operation = next(o for o in subject.model.operations if NARROW.applies(o, subject.model) and o.role == "list")

        def target(request):
            named = next((value for name, value in request.headers if name == "EvEnergy-User"), None)
            if request.target == "/users" and named is None:
                return House()(request)
            refused = named and (named == "nobody" or named.startswith("http") is (form == "id"))
            return make_problem(400) if refused else make_response([])

        assert Verdict.REVIEW in run_probe(NARROW, operation.key, subject, target).verdicts_on("AUT-06")


class TestLaterPages:
    """A list of four items, two of each user, with cursors that are the URL of the last item."""

    OPERATION = "GET /evses"
    ALL = tuple(evse(n, owner) for n, owner in enumerate(("user_a", "user_b") * 2, 1))

    def target(self, forgets=lambda request: False, size=25, refuses_cursor=False):
        def respond(request):
            path, _, query = request.target.partition("?")
            if path != "/evses":
                return House()(request)
            asked = dict(part.split("=") for part in query.split("&") if part)
            user = next((value for name, value in request.headers if name == "EvEnergy-User"), "")
            if "page_after" in asked and user and refuses_cursor:
                return make_problem(404)
            is_narrow = bool(user) and not forgets(asked)
            shown = [item for item in self.ALL if not is_narrow or item["user"].endswith(user)]
            after = asked.get("page_after")
            shown = [item for item in shown if after is None or item["id"] > after]
            length = int(asked.get("page_size", size))
            rest = [f"{BASE}/evses?page_size={length}&page_after={item['id']}" for item in shown[length - 1 : -1]]
            link = next(iter(rest), "about:blank")
            return make_response(shown[:length], Link=f'<about:blank>; rel="previous", <{link}>; rel="next"')

        return respond

    @pytest.mark.parametrize("size", [25, 2])
    def test_a_header_that_narrows_every_page_passes(self, size, subject):
        run = run_probe(NARROW_LATER, self.OPERATION, subject, self.target(size=size))
        assert run.verdicts_on("AUT-06") == {Verdict.PASS}
        assert is_affordable(run, NARROW_LATER, self.OPERATION, subject)

    @pytest.mark.parametrize("size", [25, 2])
    def test_a_header_that_is_forgotten_behind_the_first_page_is_a_violation(self, size, subject):
        target = self.target(lambda asked: "page_after" in asked, size)
        run = run_probe(NARROW_LATER, self.OPERATION, subject, target)
        assert run.violated_requirements() == {"AUT-06"}

    def test_a_cursor_of_another_list_may_be_refused(self, subject):
        run = run_probe(NARROW_LATER, self.OPERATION, subject, self.target(refuses_cursor=True))
        assert run.verdicts_on("AUT-06") == {Verdict.NOT_OBSERVABLE}

    def test_a_list_of_one_page_shows_nothing(self, subject):
        def target(request):
            return House()(request) if request.target == "/users" else make_response([])

        assert run_probe(NARROW_LATER, self.OPERATION, subject, target).verdicts_on("AUT-06") == {
            Verdict.NOT_APPLICABLE
        }
