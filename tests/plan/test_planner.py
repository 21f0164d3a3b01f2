"""The laws of planning: nothing is lost or counted twice, no ledger is overdrawn, nothing forbidden is planned."""

from collections import Counter, defaultdict

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.applicability.selectors import API_SELECTOR, SELECTORS, WHOLE_API_KEY
from conformance.model import Effect, Kind, Profile, Verdict
from conformance.plan import PlanOptions
from conformance.plan.admission import Phase, order_by_value
from conformance.plan.candidates import list_candidates
from conformance.plan.case_selection import CaseSelection
from conformance.plan.costs import sum_costs
from conformance.probes.toolkit.base import Need
from tests.plan.conftest import ALL_IDENTITIES, target

BUDGETS = st.none() | st.integers(0, 120)
SELECTIONS = st.sampled_from(
    [(), ("EXP",), ("must",), ("!RSP & GET *",), ("/evses*", "DSC"), ("PAG & should",), ("*",), ("WRT",)]
)
TARGETS = st.builds(
    target,
    identities=st.lists(st.sampled_from(ALL_IDENTITIES), unique=True).map(tuple),
    may_write=st.booleans(),
    may_touch_hardware=st.booleans(),
)
WISHES = st.builds(
    PlanOptions,
    TARGETS,
    st.sampled_from(Profile),
    BUDGETS,
    SELECTIONS.map(CaseSelection.parse),
    st.integers(1, 4).flatmap(lambda of: st.tuples(st.integers(1, of), st.just(of))),
)


def covered(plan):
    return Counter((requirement, item.operation) for item in plan.items for requirement in item.requirements)


@settings(max_examples=40)
@given(WISHES)
def test_every_operation_is_planned_or_left_out_with_a_reason(small, wish):
    plan = small.make(wish)
    assert [each.requirement for each in plan.planned] == list(small.catalogue.requirements)
    for each in plan.planned:
        seen = Counter([*each.cases, *(key for keys in each.excluded.values() for key in keys)])
        whole = small.catalogue.requirements[each.requirement].applies == API_SELECTOR
        assert seen == Counter([WHOLE_API_KEY] if whole else list(small.model.operations_by_key))
        assert all(each.excluded), "a reason is given"


@settings(max_examples=40)
@given(WISHES)
def test_every_planned_cell_is_trusted_to_an_item_or_settled_or_folded(small, wish):
    plan = small.make(wish)
    trusted = set(covered(plan))
    settled = Counter((each.requirement, each.operation) for each in plan.known_outcomes)
    folded = {
        (case.requirement, case.operation)
        for case in plan.list_cases()
        if small.catalogue.requirements[case.requirement].kind in {Kind.STATIC, Kind.RUN}
    }
    passive, reached = small.catalogue.find_passive_requirements(), {item.operation for item in plan.items}
    folded |= {
        (case.requirement, case.operation)
        for case in plan.list_cases()
        if case.requirement in passive and case.operation in reached
    }
    assert max(settled.values(), default=1) == 1
    generated = {name for name, probe in small.catalogue.probes.items() if probe.sends_generated}
    sampling = generated if wish.profile is not Profile.DEEP else set()  # a sample may leave a case out
    certain = {(r, item.operation) for item in plan.items if item.probe not in sampling for r in item.requirements}
    assert not certain & set(settled)
    assert not trusted & {(case.requirement, case.operation) for case in plan.undecidable}
    assert trusted | set(settled) | folded == {(case.requirement, case.operation) for case in plan.list_cases()}
    assert {each.verdict for each in plan.known_outcomes} <= {Verdict.NOT_TESTED, Verdict.NOT_APPLICABLE}
    assert all(each.message for each in plan.known_outcomes)


@settings(max_examples=40)
@given(WISHES)
def test_no_ledger_pays_more_than_the_budget_and_the_cost_is_that_of_the_items(small, wish):
    plan = small.make(wish)
    assert plan.cost == {
        who: count for who, count in sum_costs(n for i in plan.items for n in i.needs).items() if count
    }
    assert wish.budget is None or max(plan.cost.values(), default=0) <= wish.budget
    assert not any(need.identity.startswith("(") for item in plan.items for need in item.needs), "somebody real pays"


@settings(max_examples=40)
@given(WISHES)
def test_nothing_forbidden_is_planned(small, wish):
    depth = list(Profile)
    for item in small.make(wish).items:
        probe, operation = small.catalogue.probes[item.probe], small.model.operations_by_key.get(item.operation)
        assert depth.index(probe.profile) <= depth.index(wish.profile)
        assert set(probe.identities) <= set(wish.target.identities)
        assert wish.target.may_write or not probe.writes
        if probe.writes and operation and operation.effect not in {Effect.NONE, Effect.WRITE}:
            assert wish.target.may_touch_hardware
            assert wish.profile is Profile.DEEP


@settings(max_examples=40)
@given(WISHES)
def test_the_same_wish_gives_the_same_plan(small, wish):
    assert msgspec.json.encode(small.make(wish)) == msgspec.json.encode(small.make(wish))


@settings(max_examples=40)
@given(WISHES)
def test_items_are_named_once_and_come_reads_first(small, wish):
    items = small.make(wish).items
    assert len({item.name for item in items}) == len(items)
    probes = small.catalogue.probes
    order = [(probes[item.probe].writes, item.part > 0, probes[item.probe].rank) for item in items]
    assert order == sorted(order), "further parts of samples come after all else"


@settings(max_examples=40)
@given(WISHES, st.integers(0, 120), st.integers(0, 120))
def test_of_two_budgets_the_larger_takes_the_first_item_that_only_one_affords(small, wish, one, other):
    """A larger budget may lose small late items to a large early one, never an early one to a late one.

    With one identity: where several may pay, a larger budget may choose another payer.
    """
    wish = msgspec.structs.replace(wish, target=msgspec.structs.replace(wish.target, identities=("full",)))
    cases = set(small.make(wish, budget=None).list_open_cases())
    groups = wish.select_groups(small.model)
    operations = [operation for operation in small.model.operations if operation.group in groups]
    candidates = list_candidates(small.catalogue, small.model, operations, wish, cases)
    ordered = [item.name for _, item in order_by_value(candidates, small.catalogue, wish.target)]
    less, more = ({item.name for item in small.make(wish, budget=n).items} for n in sorted((one, other)))
    first = next((name for name in ordered if (name in less) is not (name in more)), None)
    assert first is None or first in more


def test_what_only_one_probe_shows_goes_with_what_tries_the_case_first(desk):
    wish = PlanOptions(target(), seed=1)
    operation = desk.model.operations_by_key["GET /evses"]
    candidates = list_candidates(desk.catalogue, desk.model, [operation], wish, set(desk.make(wish).list_open_cases()))
    phases = {item.probe: phase for phase, item in order_by_value(candidates, desk.catalogue, wish.target)}
    pair = {phases["simultaneous-read-first"], phases["simultaneous-read-second"]}
    assert all(phase < Phase.AGAIN for phase in pair)
    further = {name for name, phase in phases.items() if phase is Phase.AGAIN}
    assert further
    assert not any(desk.catalogue.probes[name].is_unique_way for name in further)


@settings(max_examples=40)
@given(WISHES, st.randoms(use_true_random=False))
def test_what_is_done_stays_and_costs_nothing(small, wish, random):
    everything = small.make(wish, budget=None if wish.budget is None else 10**6).items
    done = frozenset(item.name for item in everything if random.random() < 0.5)
    rest = small.make(wish, finished_items=done)
    assert done <= {item.name for item in rest.items}
    open_needs = (need for item in rest.items if item.name not in done for need in item.needs)
    assert rest.cost == {who: count for who, count in sum_costs(open_needs).items() if count}
    if set(everything) == set(rest.items) and len(done) == len(everything):
        assert rest.cost == {}


@settings(max_examples=4)
@given(st.integers(2, 5), SELECTIONS)
def test_shards_are_the_whole_without_overlap(desk, of, selection):
    wish = PlanOptions(target(may_write=True), Profile.DEEP, None, CaseSelection.parse(selection))
    whole = desk.make(wish)
    parts = [desk.make(wish, shard=(index, of)) for index in range(1, of + 1)]
    for view in (
        lambda plan: [item.name for item in plan.items],
        lambda plan: list(plan.list_cases()),
        lambda plan: [each.case for each in plan.known_outcomes],
    ):
        together = Counter(each for part in parts for each in view(part))
        assert together == Counter(view(whole))
    groups = [{item.group for item in part.items} for part in parts]
    assert sum(map(len, groups)) == len(set().union(*groups)), "a resource stays in one shard"


@settings(max_examples=6)
@given(st.integers(2, 5), st.integers(1, 1500), st.sampled_from(Profile))
def test_shards_together_stay_within_the_budget_of_the_run(desk, of, budget, profile):
    wish = PlanOptions(target(may_write=True), profile, budget, lower_budgets={"user_b": budget // 3})
    parts = [desk.make(wish, shard=(index, of)) for index in range(1, of + 1)]
    for identity in set().union(*(part.cost for part in parts)):
        assert sum(part.cost.get(identity, 0) for part in parts) <= wish.get_limit(identity)
    shares = [msgspec.structs.replace(wish, shard=(index, of)).get_limit("full") for index in range(1, of + 1)]
    assert sum(shares) == budget
    assert max(shares) - min(shares) <= 1


def test_more_shards_than_resources_leave_some_empty(small):
    of = len({operation.group for operation in small.model.operations}) + 1
    assert small.make(PlanOptions(target(), shard=(of, of))).items == ()


def test_the_whole_api_belongs_to_the_first_shard_and_the_others_say_so(small):
    second = small.make(PlanOptions(target(), shard=(2, 2)))
    planned = next(each for each in second.planned if each.requirement == "DSC-01")
    assert (planned.cases, planned.excluded) == ((), {"another shard": (WHOLE_API_KEY,)})
    unselected = small.make(PlanOptions(target(), selection=CaseSelection.parse(("EXP",))))
    planned = next(each for each in unselected.planned if each.requirement == "DSC-01")
    assert planned.excluded == {"not selected": (WHOLE_API_KEY,)}


@pytest.mark.parametrize("profile", Profile)
def test_the_plan_of_the_bundled_description_reads_everything_that_can_be_read(desk, profile):
    plan = desk.make(PlanOptions(target(), profile, 1000))
    read = {item.operation for item in plan.items if item.probe == "read"}
    assert read == {key for key, operation in desk.model.operations_by_key.items() if operation.method == "GET"}
    assert max(plan.cost.values()) <= 1000


def test_deeper_profiles_keep_what_shallower_ones_plan(desk):
    smoke, standard, deep = (
        {item.base_name for item in desk.make(PlanOptions(target(may_write=True), profile)).items}
        for profile in Profile
    )
    assert smoke < standard < deep


@pytest.mark.parametrize(
    ("wish", "reason"),
    [
        (PlanOptions(target(), budget=0), "the budget of 0 requests is too small for it"),
        (PlanOptions(target(identities=("full",))), "no identity"),
        (PlanOptions(target(), Profile.SMOKE), "the profile smoke does not go so far"),
        (PlanOptions(target()), "writes are off"),
        (PlanOptions(target(may_write=True)), "--allow-hardware"),
    ],
)
def test_what_is_left_out_says_why(desk, wish, reason):
    assert any(reason in each.message for each in desk.make(wish).known_outcomes)


def test_shared_needs_are_paid_once_for_each_identity():
    needs = (Need("read /a"), Need("read /a"), Need("read /a", identity="x"), Need("write", 2, shared=False)) * 2
    assert sum_costs(needs) == {"full": 1 + 4, "x": 1}


@settings(max_examples=40)
@given(WISHES)
def test_nobody_pays_who_is_not_there(small, wish):
    payers = {each.partition("#")[0] for each in small.make(wish).cost}
    assert payers <= {"", "full", *wish.target.identities}


def test_every_selector_binds_something_and_none_binds_what_it_does_not_name(model):
    binding = {name: [o for o in model.operations if binds(o, model)] for name, binds in SELECTORS.items()}
    idle = {name for name, operations in binding.items() if not operations}
    assert idle == {"csv", "webhooks"}  # nothing of the kind is in the description of today
    assert set(map(id, binding["reads"])) ^ set(map(id, binding["writes"])) == set(map(id, binding["every"]))
    assert set(map(id, binding["secured"])) ^ set(map(id, binding["public"])) == set(map(id, binding["every"]))
    assert all(o.role.value == "list" for o in binding["paginated"])
    assert set(map(id, binding["page-numbered"])) ^ set(map(id, binding["cursor-paged"])) == set(
        map(id, binding["paginated"])
    )


def test_what_needs_state_is_not_observable_on_a_stateless_mock(small):
    stateful = {name for name, requirement in small.catalogue.requirements.items() if requirement.needs_state}
    plan = small.make(PlanOptions(target(answers_from_examples=True)))
    outcomes = {each.case: each for each in plan.known_outcomes if each.requirement in stateful}
    assert {case for case in plan.list_cases() if case.requirement in stateful} == set(outcomes)
    assert {each.verdict for each in outcomes.values()} <= {Verdict.NOT_OBSERVABLE, Verdict.NOT_APPLICABLE}
    assert not {requirement for item in plan.items for requirement in item.requirements} & stateful


def test_a_requirement_without_basis_is_not_applicable(small):
    silent = msgspec.structs.replace(small.model, version_header="")
    plan = type(small)(small.catalogue, silent).make(PlanOptions(target()))
    reasons = {each.message for each in plan.known_outcomes if each.requirement == "VER-01"}
    assert reasons == {"the description documents no version header"}
    assert not any("VER-01" in item.requirements for item in plan.items)
    assert not any(case.requirement == "VER-01" for case in plan.list_open_cases())


def test_equal_shared_needs_of_all_probes_have_one_count(small):
    """Otherwise the cost of a plan would depend on the order of its items."""
    counts = defaultdict(set)
    for item in small.make(PlanOptions(target(), seed=1, budget=None)).items:
        for need in (need for need in item.needs if need.shared):
            counts[need.identity, need.key].add(need.count)
    assert {key: found for key, found in counts.items() if len(found) > 1} == {}
