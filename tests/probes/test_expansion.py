"""EXP-07, 09, 10 and 12: expand paths combined, in lists, undocumented and repeated."""

import itertools
from urllib.parse import parse_qs

import msgspec
import pytest
from scripted import BASE, Shelf, affordable, drive, problem, reply, ulid

from conformance.model import Verdict
from conformance.probes.expansion.documented_paths import PROBES
from conformance.probes.expansion.list_agreement import PROBES as AGREEMENT
from conformance.probes.expansion.undocumented_paths import PROBES as STRANGE

SINGLE, LISTED = PROBES
(AGREE,) = AGREEMENT
TRIM, TRIMS = "GET /vehicle_trims/{vehicle_trim_id}", "GET /vehicle_trims"


def build_item(prefix, path, **more):
    key = ulid(prefix, 1)
    return {"id": key, "url": f"{BASE}/{path}/{key}", **more}


MAKE = build_item(
    "vmak", "vehicle_makes", name="Make", icon=None, models=f"{BASE}/vehicle_models?make_id={ulid('vmak', 1)}"
)
MODEL = build_item("vmod", "vehicle_models", name="Model", make=MAKE["url"])
A_TRIM = build_item("trim", "vehicle_trims", name="Trim", model=MODEL["url"])


def expand_trim(item, paths):
    """Return a trim with its model, and the make in it, where the paths request them."""
    if item["id"] != A_TRIM["id"] or not any(path.split(".")[0] == "model" for path in paths):
        return item
    return {**item, "model": {**MODEL, "make": MAKE} if "model.make" in paths else MODEL}


def world(change=lambda paths: paths):
    shelf = Shelf({"/vehicle_trims": [A_TRIM], "/vehicle_models": [MODEL], "/vehicle_makes": [MAKE]})

    def respond(request):
        path, _, query = request.target.partition("?")
        paths = change(parse_qs(query).get("expand", []))
        if paths is None:
            return problem(400)
        if path == "/vehicle_trims":
            return reply([expand_trim(A_TRIM, paths)])
        return reply(expand_trim(shelf.items[path], paths)) if path in shelf.items else problem(404)

    return respond


@pytest.mark.parametrize(("probe", "key"), [(SINGLE, TRIM), (LISTED, TRIMS)])
def test_paths_in_any_order_and_repeated_pass(subject, probe, key):
    run = drive(probe, key, subject, world())
    assert {"EXP-07", "EXP-12"} <= run.passed()
    assert not {"EXP-07", "EXP-12"} & run.violated()
    assert affordable(run, probe, key, subject)


@pytest.mark.parametrize(("probe", "key"), [(SINGLE, TRIM), (LISTED, TRIMS)])
def test_last_path_may_not_replace_the_others(subject, probe, key):
    target = world(lambda paths: paths if paths == sorted(paths) else paths[-1:])
    assert "EXP-07" in drive(probe, key, subject, target).violated()


@pytest.mark.parametrize(("probe", "key"), [(SINGLE, TRIM), (LISTED, TRIMS)])
@pytest.mark.parametrize("undone", [[], None])
def test_repeated_path_may_not_be_undone_or_refused(subject, probe, key, undone):
    target = world(lambda paths: undone if len(set(paths)) < len(paths) else paths)
    run = drive(probe, key, subject, target)
    assert "EXP-12" in run.violated()
    assert "EXP-07" not in run.violated()


@pytest.mark.parametrize("key", [TRIM, TRIMS])
def test_a_list_and_its_item_must_show_the_same(subject, key):
    good = drive(AGREE, key, subject, world())
    assert good.passed() == {"EXP-09"}
    assert affordable(good, AGREE, key, subject)
    changed_trim = {**A_TRIM, "model": {**MODEL, "make": MAKE, "name": "Other"}}

    def respond_differently(request):
        return reply([changed_trim]) if request.target.startswith("/vehicle_trims?") else world()(request)

    assert drive(AGREE, key, subject, respond_differently).violated() == {"EXP-09"}


def test_expansion_without_a_list_is_not_applicable(subject):
    key = "GET /evses/{evse_id}/connectivity"
    run = drive(AGREE, key, subject, world())
    assert (run.requests, run.verdicts("EXP-09")) == ((), {Verdict.NOT_APPLICABLE})


@pytest.mark.parametrize("probe", STRANGE, ids=lambda probe: probe.name)
@pytest.mark.parametrize("key", [TRIM, TRIMS])
def test_an_undocumented_path_is_refused(subject, probe, key):
    known = {"model", "model.make"}
    good = drive(probe, key, subject, world(lambda paths: paths if set(paths) <= known else None))
    assert good.passed() == {"EXP-10"}
    assert affordable(good, probe, key, subject)
    assert drive(probe, key, subject, world()).violated() == {"EXP-10"}


def test_comma_form_is_noted_and_not_judged(subject):
    vehicle = build_item("vhcl", "vehicles", trim=A_TRIM["url"], user=f"{BASE}/users/{ulid('user', 1)}")
    key = "GET /vehicles/{vehicle_id}"

    def commas(request):
        if "%2C" in request.target or "," in request.target:
            return reply({**vehicle, "trim": A_TRIM, "user": {}})
        return problem(400) if "expand" in request.target else Shelf({"/vehicles": [vehicle]})(request)

    run = drive(STRANGE[1], key, subject, commas)
    assert run.violated() == set()
    assert [notice.topic for notice in run.notices] == ["unspecified"]


@pytest.mark.parametrize("body", [[], {"model": 3}, {"model": []}, None, [{"url": 7}]])
def test_hostile_expansions_raise_no_error(subject, body):
    for probe, key in ((SINGLE, TRIM), (LISTED, TRIMS), (AGREE, TRIMS), (AGREE, TRIM)):
        target = world()

        def hostile(request, target=target):
            return reply(body) if "expand" in request.target else target(request)

        assert drive(probe, key, subject, hostile).outcomes


@pytest.mark.parametrize(("probe", "key"), [(SINGLE, TRIM), (LISTED, TRIMS)])
def test_stale_nested_object_is_found_by_its_list(subject, probe, key):
    stale = {**MODEL, "make": {**MAKE, "name": "Old"}}

    def respond_with_stale_make(request):
        paths = parse_qs(request.target.partition("?")[2]).get("expand", [])
        item = {**A_TRIM, "model": stale if "model.make" in paths else MODEL} if paths else A_TRIM
        if request.target.startswith("/vehicle_makes"):  # list and member
            return reply([MAKE] if request.target.partition("?")[0] == "/vehicle_makes" else MAKE)
        if request.target.startswith("/vehicle_trims"):
            single = request.target.startswith(f"/vehicle_trims/{A_TRIM['id']}")
            return reply(item if single else [item], Link='<about:blank>; rel="next"')
        return world()(request)

    assert "EXP-04" in drive(probe, key, subject, respond_with_stale_make).violated()


@pytest.mark.parametrize(("probe", "key"), [(SINGLE, TRIM), (LISTED, TRIMS)])
@pytest.mark.parametrize("period", [2, 3, 9])
def test_value_that_changes_at_each_read_is_no_violation(subject, probe, key, period):
    seen, plain = itertools.count(), world()

    def restless(request):
        response = plain(request)
        body = msgspec.json.decode(response.body)
        for item in body if isinstance(body, list) else [body]:
            item["restless"] = next(seen) % period
        return reply(body)

    run = drive(probe, key, subject, restless)
    assert not {"EXP-04", "EXP-05", "EXP-07", "EXP-12"} & run.violated()
    assert {notice.topic for notice in run.notices} == {"volatile-field"}


@pytest.mark.parametrize(("probe", "key"), [(SINGLE, TRIM), (LISTED, TRIMS)])
def test_expand_may_not_change_other_properties(subject, probe, key):
    plain = world()

    def rename_items(request):
        body = msgspec.json.decode(plain(request).body)
        for item in (body if isinstance(body, list) else [body]) if "expand=" in request.target else ():
            item["name"] = "expanded"
        return reply(body)

    assert "EXP-05" in drive(probe, key, subject, rename_items).violated()


@pytest.mark.parametrize(("closed", "violated"), [(slice(0), set()), (slice(1, 2), {"EXP-02"}), (slice(2), {"EXP-02"})])
def test_every_link_of_a_list_must_be_replaced(subject, closed, violated):
    """`closed` are the links that stay as they are; the first item has a single one."""
    key, path = "GET /rebate_types/{rebate_type_id}", "/rebate_types"
    operation = subject.model.by_key[key]
    field, target = next((e.path, e.target) for e in operation.first_expansions if e.many)
    there = subject.model.by_name[target].list_path
    links = [f"{BASE}{there}/{number}" for number in range(3)]
    items = [{"id": ulid("rbtt", n), "url": f"{BASE}{path}/{ulid('rbtt', n)}", field: links[: n + 1]} for n in (0, 1)]
    shelf = Shelf({path: items})

    def target_of(request):
        plain = shelf(request)
        if "expand=" not in request.target:
            return plain
        body = msgspec.json.decode(plain.body)
        shown = body if isinstance(body, list) else [body]
        for item in shown:
            several = len(item[field]) > 1
            keep = item[field][closed] if several else []
            item[field] = [url if url in keep else {"url": url} for url in item[field]]
        return reply(body)

    run = drive(SINGLE, key, subject, target_of)
    complaints = {outcome.requirement for outcome in run.outcomes if outcome.message.endswith("shows no object")}
    assert complaints == violated
    assert affordable(run, SINGLE, key, subject)


def shorten_list(times):
    """Return a target whose expand_trim list lacks an item whenever `times` yields a true value."""
    second_trim = {**A_TRIM, "id": ulid("trim", 2), "url": A_TRIM["url"].replace(A_TRIM["id"], ulid("trim", 2))}

    def respond(request):
        paths = parse_qs(request.target.partition("?")[2]).get("expand", [])
        if request.target.partition("?")[0] != "/vehicle_trims":
            return world()(request)
        both = [
            expand_trim(A_TRIM, paths),
            {**expand_trim(A_TRIM, paths), "id": second_trim["id"], "url": second_trim["url"]},
        ]
        return reply(both[:1] if paths and next(times) else both)

    return respond


def test_an_expanded_list_may_not_show_fewer_items(subject):
    run = drive(LISTED, TRIMS, subject, shorten_list(itertools.repeat(True)))
    assert "EXP-05" in run.violated()


def test_a_list_that_grew_between_two_reads_is_no_violation(subject):
    run = drive(LISTED, TRIMS, subject, shorten_list(itertools.chain([True], itertools.repeat(False))))
    assert "EXP-05" not in run.violated()
    assert "volatile-field" in {notice.topic for notice in run.notices}
