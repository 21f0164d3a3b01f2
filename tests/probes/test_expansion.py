"""EXP-07, 09, 10 and 12: expand paths combined, in lists, undocumented and repeated."""

import itertools
from urllib.parse import parse_qs

import msgspec
import pytest

from conformance.model import Verdict
from conformance.probes.expansion.documented_paths import PROBES
from conformance.probes.expansion.list_agreement import PROBES as AGREEMENT
from conformance.probes.expansion.undocumented_paths import PROBES as STRANGE
from tests.probes.scripted import (
    BASE,
    ListTarget,
    is_affordable,
    make_id,
    make_problem,
    make_response,
    run_probe,
    whole_sample,
)

SINGLE, LISTED = PROBES
(AGREE,) = AGREEMENT
TRIM, TRIMS = "GET /vehicle_trims/{vehicle_trim_id}", "GET /vehicle_trims"


def build_item(prefix, path, **more):
    key = make_id(prefix, 1)
    return {"id": key, "url": f"{BASE}/{path}/{key}", **more}


MAKE = build_item(
    "vmak", "vehicle_makes", name="Make", icon=None, models=f"{BASE}/vehicle_models?make_id={make_id('vmak', 1)}"
)
MODEL = build_item("vmod", "vehicle_models", name="Model", make=MAKE["url"])
A_TRIM = build_item("trim", "vehicle_trims", name="Trim", model=MODEL["url"])


def expand_trim(item, paths):
    """Return a trim with its model, and the make in it, where the paths request them."""
    if item["id"] != A_TRIM["id"] or not any(path.split(".")[0] == "model" for path in paths):
        return item
    return {**item, "model": {**MODEL, "make": MAKE} if "model.make" in paths else MODEL}


def world(change=lambda paths: paths):
    shelf = ListTarget({"/vehicle_trims": [A_TRIM], "/vehicle_models": [MODEL], "/vehicle_makes": [MAKE]})

    def respond(request):
        path, _, query = request.target.partition("?")
        paths = change(parse_qs(query).get("expand", []))
        if paths is None:
            return make_problem(400)
        if path == "/vehicle_trims":
            return make_response([expand_trim(A_TRIM, paths)])
        return make_response(expand_trim(shelf.items[path], paths)) if path in shelf.items else make_problem(404)

    return respond


@pytest.mark.parametrize(("probe", "key"), [(SINGLE, TRIM), (LISTED, TRIMS)])
def test_paths_in_any_order_and_repeated_pass(subject, probe, key):
    run = run_probe(probe, key, subject, world())
    assert {"EXP-07", "EXP-12"} <= run.passed_requirements()
    assert not {"EXP-07", "EXP-12"} & run.violated_requirements()
    assert is_affordable(run, probe, key, subject)


@pytest.mark.parametrize(("probe", "key"), [(SINGLE, TRIM), (LISTED, TRIMS)])
def test_last_path_may_not_replace_the_others(subject, probe, key):
    target = world(lambda paths: paths if paths == sorted(paths) else paths[-1:])
    assert "EXP-07" in run_probe(probe, key, subject, target).violated_requirements()


@pytest.mark.parametrize(("probe", "key"), [(SINGLE, TRIM), (LISTED, TRIMS)])
@pytest.mark.parametrize("undone", [[], None])
def test_repeated_path_may_not_be_undone_or_refused(subject, probe, key, undone):
    target = world(lambda paths: undone if len(set(paths)) < len(paths) else paths)
    run = run_probe(probe, key, subject, target)
    assert "EXP-12" in run.violated_requirements()
    assert "EXP-07" not in run.violated_requirements()


@pytest.mark.parametrize("key", [TRIM, TRIMS])
def test_a_list_and_its_item_must_show_the_same(subject, key):
    good = run_probe(AGREE, key, subject, world())
    assert good.passed_requirements() == {"EXP-09"}
    assert is_affordable(good, AGREE, key, subject)
    changed_trim = {**A_TRIM, "model": {**MODEL, "make": MAKE, "name": "Other"}}

    def respond_differently(request):
        return make_response([changed_trim]) if request.target.startswith("/vehicle_trims?") else world()(request)

    assert run_probe(AGREE, key, subject, respond_differently).violated_requirements() == {"EXP-09"}


def test_expansion_without_a_list_is_not_applicable(subject):
    key = "GET /evses/{evse_id}/connectivity"
    run = run_probe(AGREE, key, subject, world())
    assert (run.requests, run.verdicts_on("EXP-09")) == ((), {Verdict.NOT_APPLICABLE})


@pytest.mark.parametrize("probe", STRANGE, ids=lambda probe: probe.name)
@pytest.mark.parametrize("key", [TRIM, TRIMS])
def test_an_undocumented_path_is_refused(subject, probe, key):
    known = {"model", "model.make"}
    good = run_probe(probe, key, subject, world(lambda paths: paths if set(paths) <= known else None))
    assert good.passed_requirements() == {"EXP-10"}
    assert is_affordable(good, probe, key, subject)
    assert run_probe(probe, key, subject, world()).violated_requirements() == {"EXP-10"}


def test_comma_form_is_noted_and_not_judged(subject):
    vehicle = build_item("vhcl", "vehicles", trim=A_TRIM["url"], user=f"{BASE}/users/{make_id('user', 1)}")
    key = "GET /vehicles/{vehicle_id}"

    def commas(request):
        if "%2C" in request.target or "," in request.target:
            return make_response({**vehicle, "trim": A_TRIM, "user": {}})
        return make_problem(400) if "expand" in request.target else ListTarget({"/vehicles": [vehicle]})(request)

    run = run_probe(STRANGE[0], key, whole_sample(subject), commas)
    assert run.violated_requirements() == set()
    assert [notice.topic for notice in run.notices] == ["unspecified"]


@pytest.mark.parametrize("body", [[], {"model": 3}, {"model": []}, None, [{"url": 7}]])
def test_hostile_expansions_raise_no_error(subject, body):
    for probe, key in ((SINGLE, TRIM), (LISTED, TRIMS), (AGREE, TRIMS), (AGREE, TRIM)):
        target = world()

        def hostile(request, target=target):
            return make_response(body) if "expand" in request.target else target(request)

        assert run_probe(probe, key, subject, hostile).outcomes


@pytest.mark.parametrize(("probe", "key"), [(SINGLE, TRIM), (LISTED, TRIMS)])
def test_stale_nested_object_is_found_by_its_list(subject, probe, key):
    stale = {**MODEL, "make": {**MAKE, "name": "Old"}}

    def respond_with_stale_make(request):
        paths = parse_qs(request.target.partition("?")[2]).get("expand", [])
        item = {**A_TRIM, "model": stale if "model.make" in paths else MODEL} if paths else A_TRIM
        if request.target.startswith("/vehicle_makes"):  # list and member
            return make_response([MAKE] if request.target.partition("?")[0] == "/vehicle_makes" else MAKE)
        if request.target.startswith("/vehicle_trims"):
            single = request.target.startswith(f"/vehicle_trims/{A_TRIM['id']}")
            return make_response(item if single else [item], Link='<about:blank>; rel="next"')
        return world()(request)

    assert "EXP-04" in run_probe(probe, key, subject, respond_with_stale_make).violated_requirements()


@pytest.mark.parametrize(("probe", "key"), [(SINGLE, TRIM), (LISTED, TRIMS)])
@pytest.mark.parametrize("period", [2, 3, 9])
def test_value_that_changes_at_each_read_is_no_violation(subject, probe, key, period):
    seen, plain = itertools.count(), world()

    def restless(request):
        response = plain(request)
        body = msgspec.json.decode(response.body)
        for item in body if isinstance(body, list) else [body]:
            item["restless"] = next(seen) % period
        return make_response(body)

    run = run_probe(probe, key, subject, restless)
    assert not {"EXP-04", "EXP-05", "EXP-07", "EXP-12"} & run.violated_requirements()
    assert {notice.topic for notice in run.notices} == {"volatile-field"}


@pytest.mark.parametrize(("probe", "key"), [(SINGLE, TRIM), (LISTED, TRIMS)])
def test_expand_may_not_change_other_properties(subject, probe, key):
    plain = world()

    def rename_items(request):
        body = msgspec.json.decode(plain(request).body)
        for item in (body if isinstance(body, list) else [body]) if "expand=" in request.target else ():
            item["name"] = "expanded"
        return make_response(body)

    assert "EXP-05" in run_probe(probe, key, subject, rename_items).violated_requirements()


@pytest.mark.parametrize(("closed", "violated"), [(slice(0), set()), (slice(1, 2), {"EXP-02"}), (slice(2), {"EXP-02"})])
def test_every_link_of_a_list_must_be_replaced(subject, closed, violated):
    """`closed` are the links that stay as they are; the first item has a single one."""
    key, path = "GET /rebate_types/{rebate_type_id}", "/rebate_types"
    operation = subject.model.operations_by_key[key]
    field, target = next((e.path, e.target) for e in operation.first_expansions if e.many)
    there = subject.model.resources_by_name[target].list_path
    links = [f"{BASE}{there}/{number}" for number in range(3)]
    items = [
        {"id": make_id("rbtt", n), "url": f"{BASE}{path}/{make_id('rbtt', n)}", field: links[: n + 1]} for n in (0, 1)
    ]
    shelf = ListTarget({path: items})

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
        return make_response(body)

    run = run_probe(SINGLE, key, subject, target_of)
    complaints = {outcome.requirement for outcome in run.outcomes if outcome.message.endswith("shows no object")}
    assert complaints == violated
    assert is_affordable(run, SINGLE, key, subject)


def shorten_list(times):
    """Return a target whose expand_trim list lacks an item whenever `times` yields a true value."""
    second_trim = {**A_TRIM, "id": make_id("trim", 2), "url": A_TRIM["url"].replace(A_TRIM["id"], make_id("trim", 2))}

    def respond(request):
        paths = parse_qs(request.target.partition("?")[2]).get("expand", [])
        if request.target.partition("?")[0] != "/vehicle_trims":
            return world()(request)
        both = [
            expand_trim(A_TRIM, paths),
            {**expand_trim(A_TRIM, paths), "id": second_trim["id"], "url": second_trim["url"]},
        ]
        return make_response(both[:1] if paths and next(times) else both)

    return respond


def test_an_expanded_list_may_not_show_fewer_items(subject):
    run = run_probe(LISTED, TRIMS, subject, shorten_list(itertools.repeat(True)))
    assert "EXP-05" in run.violated_requirements()


def test_a_list_that_grew_between_two_reads_is_no_violation(subject):
    run = run_probe(LISTED, TRIMS, subject, shorten_list(itertools.chain([True], itertools.repeat(False))))
    assert "EXP-05" not in run.violated_requirements()
    assert "volatile-field" in {notice.topic for notice in run.notices}


def test_a_path_may_be_read_without_the_blank_at_its_end(subject):
    def respond(request, *, trims):
        paths = parse_qs(request.target.partition("?")[2], keep_blank_values=True).get("expand", [])
        known = {expansion.path for expansion in subject.model.operations_by_key[TRIM].expansions}
        if any(path not in known and not path.endswith(" ") for path in paths):
            return make_problem(400)
        if request.target.partition("?")[0] == "/vehicle_trims":
            return make_response([A_TRIM])
        return make_response(expand_trim(A_TRIM, [path.strip() for path in paths] if trims else []))

    def violated(*, trims):
        runs = [run_probe(probe, TRIM, subject, lambda request: respond(request, trims=trims)) for probe in STRANGE]
        return {requirement for run in runs for requirement in run.violated_requirements()}

    assert violated(trims=True) == set()
    assert violated(trims=False) == {"EXP-10"}
