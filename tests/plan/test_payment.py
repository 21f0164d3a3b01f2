"""Who pays: of the identities that may, the one with most left; what only one can pay for is left to it."""

from hypothesis import given
from hypothesis import strategies as st

from conformance.evidence.payers import (
    ANY_READER,
    ANY_WRITER,
    READER,
    UNPRIVILEGED,
    USER,
    choose_reader_kind,
    has_choice,
    is_payer_kind,
    list_payers,
)
from conformance.plan import PlanItem, PlanOptions
from conformance.plan.costs import sum_costs
from conformance.plan.payment import Accounts, bill_item
from conformance.probes.toolkit.base import Need
from tests.plan.conftest import ALL_IDENTITIES, target

KINDS = (READER, ANY_READER, ANY_WRITER, USER, UNPRIVILEGED)
NEEDS = st.lists(
    st.builds(
        Need,
        st.sampled_from("abc"),
        st.integers(1, 9),
        st.sampled_from((*KINDS, "full", "user_a", "")),
        st.booleans(),
    ),
    min_size=1,
    max_size=5,
).map(tuple)


def open_accounts(budget=100, claimants=(), **options):
    return Accounts(PlanOptions(target(**options.pop("target", {})), budget=budget, **options), claimants)


def pay(accounts, *needs):
    bill = accounts.find_bill(needs)
    accounts.pay(bill)
    return bill


def test_the_identity_with_most_left_pays():
    accounts = open_accounts(budget=1000)
    payers = {pay(accounts, Need(f"read /{number}", 50, ANY_READER)).payers[ANY_READER] for number in range(4)}
    assert payers == {"user_a", "user_b", "readonly", "full"}


def test_what_only_one_identity_can_pay_for_is_left_to_it():
    accounts = open_accounts(claimants=[Need("write", 60, "readonly", shared=False)])
    assert pay(accounts, Need("read /a", 10, READER)).payers == {READER: "full"}
    assert pay(open_accounts(), Need("read /a", 10, READER)).payers == {READER: "readonly"}, "nobody claims anything"


def test_who_has_paid_for_a_shared_read_before_pays_for_what_rests_on_it():
    accounts = open_accounts()
    first = pay(accounts, Need("read /a", 1, ANY_READER), Need("x", 9, ANY_READER, shared=False))
    second = pay(accounts, Need("read /a", 1, ANY_READER), Need("y", 1, ANY_READER, shared=False))
    assert (second.payers, second.cost.total()) == (first.payers, 1)


def test_one_who_has_not_enough_left_gives_way_to_another():
    accounts = open_accounts(lower_budgets={"readonly": 3})
    assert pay(accounts, Need("read /a", 5, READER)).payers == {READER: "full"}
    assert accounts.find_bill((Need("read /b", 99, READER),)) is None
    assert accounts.find_exhausted((Need("read /b", 99, READER),)) in {"readonly", "full"}


def test_without_a_limit_the_preferred_identity_pays_for_all():
    accounts = open_accounts(budget=None)
    assert [pay(accounts, Need(f"read /{n}", 50, READER)).payers for n in range(3)] == [{READER: "readonly"}] * 3


@given(st.lists(NEEDS, max_size=8), st.lists(st.sampled_from(ALL_IDENTITIES), unique=True).map(tuple))
def test_bills_are_paid_by_those_who_may_and_their_sum_is_the_cost_of_the_items(parts, identities):
    accounts = open_accounts(budget=60, target={"identities": identities})
    billed = []
    for needs in parts:
        bill = accounts.find_bill(needs)
        if bill is None:
            continue
        accounts.pay(bill)
        item = bill_item(PlanItem("probe", "GET /a", "a", ("EXP-02",), needs), bill)
        assert all(name in list_payers(kind, target(identities=identities)) for kind, name in item.payers)
        assert not any(is_payer_kind(need.identity) for need in item.needs)
        billed.append(item)
    assert +accounts.total == +sum_costs(need for item in billed for need in item.needs)
    assert max(accounts.total.values(), default=0) <= 60


@given(st.sampled_from(KINDS), st.lists(st.sampled_from(ALL_IDENTITIES), unique=True).map(tuple))
def test_somebody_can_always_pay_and_only_who_is_configured(kind, identities):
    payers = list_payers(kind, target(identities=identities))
    assert payers
    assert {*payers} <= {"full", *identities}
    assert has_choice(kind, target(identities=identities)) == (len(payers) > 1)


def test_reads_of_what_belongs_to_one_user_are_judged_by_all_the_data(model):
    private, public = model.operations_by_key["GET /vehicles"], model.operations_by_key["GET /timezones"]
    assert choose_reader_kind(private, model) == READER
    assert choose_reader_kind(public, model) == ANY_READER
