"""RSP-07 and LIM-01 as far as they are judged by all exchanges of a run together."""

import random

import msgspec
import pytest

from conformance.evidence.documented_fields import find_documented_fields
from conformance.execution.folds import FallingAllowance, judge_exchanges
from conformance.execution.shared_allowance import SharedAllowance
from conformance.execution.stated_allowance import StatedAllowance
from conformance.model import Exchange, Request, Response, Verdict

LIST, ITEM = "GET /vehicle_makes", "GET /vehicle_makes/{vehicle_make_id}"


def exchange(number, left, operation=LIST, identity="full", at=None, took=0.5, **more):
    response = Response(200, (("X-RateLimit-Limit", "1000"), ("X-RateLimit-Remaining", str(left))), b"", took)
    request = Request(operation, "GET", f"/{number}", identity=identity, **more)
    return Exchange(f"x{number}", request, "", float(number if at is None else at), response)


def violations(exchanges):
    allowance = FallingAllowance()
    for exchange in exchanges:
        allowance.add_exchange(exchange)
    return {(outcome.requirement, outcome.operation) for outcome in allowance.judge()}


class TestAllowance:
    def test_an_allowance_that_falls_is_right(self):
        assert violations(exchange(n, 100 - n) for n in range(20)) == set()

    def test_an_allowance_that_stays_is_a_violation(self):
        assert violations(exchange(n, 100) for n in range(20)) == {("LIM-01", LIST)}

    def test_an_operation_that_is_not_counted_is_a_violation(self):
        exchanges, left = [], 500
        for n in range(200):
            free = n % 20 in {0, 7}
            left -= not free
            exchanges.append(exchange(n, left, ITEM if free else LIST))
        assert violations(exchanges) == {("LIM-01", ITEM)}

    def test_concurrent_requests_are_not_compared(self):
        lefts = [100 - n for n in range(30)]
        random.Random(1).shuffle(lefts)  # noqa: S311
        assert violations(exchange(n, left, took=60.0) for n, left in enumerate(lefts)) == set()

    def test_each_identity_has_an_allowance_of_its_own(self):
        pairs = [exchange(2 * n, 100 - n) for n in range(20)] + [
            exchange(2 * n + 1, 900 - n, identity="user_a") for n in range(20)
        ]
        assert violations(pairs) == set()

    def test_a_moving_window_is_no_violation(self):
        lefts = [50 if n % 3 else 49 for n in range(60)]
        assert violations(exchange(n, left, ITEM if n % 2 else LIST) for n, left in enumerate(lefts)) == set()

    @pytest.mark.parametrize(
        "more", [{"identity": ""}, {"token_in": "query"}, {"headers": (("EvEnergy-User", "user01"),)}]
    )
    def test_requests_with_another_bucket_are_ignored(self, more):
        assert violations(exchange(n, 100, **more) for n in range(20)) == set()

    @pytest.mark.parametrize("left", ["", "many", "1.5", "-1"])
    def test_values_that_are_no_number_are_ignored(self, left):
        assert violations(exchange(n, left) for n in range(20)) == set()


class TestSharedAllowance:
    def judge(self, exchanges):
        allowance = SharedAllowance()
        for each in exchanges:
            allowance.add_exchange(each)
        return [outcome.verdict for outcome in allowance.judge()]

    def take_turns(self, left, others=("user_a", "user_b"), **more):
        return [exchange(n, left(n), identity=others[n // 2 % 2], **more) for n in range(80)]

    def test_two_users_with_one_allowance_are_for_review(self):
        assert self.judge(self.take_turns(lambda n: 900 - n)) == [Verdict.REVIEW]

    def test_one_allowance_is_seen_while_its_window_moves_on(self):
        assert self.judge(self.take_turns(lambda n: 900 - n + 30 * (n > 40))) == [Verdict.REVIEW]

    @pytest.mark.parametrize("apart", [0, 1, 500])
    def test_allowances_of_their_own_are_right(self, apart):
        assert self.judge(self.take_turns(lambda n: 900 - n // 4 * 2 - n % 2 - apart * (n // 2 % 2))) == []

    def test_other_identities_may_share_one(self):
        assert self.judge(self.take_turns(lambda n: 900 - n, others=("full", "readonly"))) == []

    def test_requests_that_overlap_are_not_compared(self):
        assert self.judge(self.take_turns(lambda n: 900 - n, took=60.0)) == []


class TestStatedAllowance:
    @pytest.fixture
    def judge(self, subject):
        def judge(*exchanges):
            allowance = StatedAllowance(subject)
            for each in exchanges:
                allowance.add_exchange(each)
            return [(outcome.operation, outcome.verdict) for outcome in allowance.judge()]

        return judge

    def test_a_server_without_rate_limit_is_for_a_person_to_judge(self, judge):
        assert judge(untold(1), untold(2, ITEM)) == [(LIST, Verdict.REVIEW), (ITEM, Verdict.REVIEW)]

    def test_one_operation_that_does_not_tell_it_is_a_violation(self, judge):
        assert judge(exchange(1, 100), untold(2, ITEM)) == [(ITEM, Verdict.FAIL)]

    @pytest.mark.parametrize("more", [{"identity": ""}, {"status": 404}])
    def test_errors_and_anonymous_requests_may_be_without(self, judge, more):
        assert judge(exchange(1, 100), untold(2, ITEM, **more)) == []


def untold(number, operation=LIST, status=200, identity="full"):
    request = Request(operation, "GET", f"/{number}", identity=identity)
    return Exchange(f"x{number}", request, "", float(number), Response(status, (), b"", 0.5))


class TestFields:
    def judge(self, subject, *bodies):
        exchanges = [
            Exchange(f"x{n}", Request(LIST, "GET", f"/{n}"), "", 0.0,
                     Response(200, (("Content-Type", "application/json"),), msgspec.json.encode(body)))
            for n, body in enumerate(bodies)
        ]  # fmt: skip
        return [outcome for outcome in judge_exchanges(exchanges, subject) if outcome.requirement == "RSP-07"]

    @pytest.fixture
    def names(self, subject):
        operation = subject.model.operations_by_key[LIST]
        properties = subject.description.dereference(subject.description.resolve(operation.item_schema))["properties"]
        return list(properties)

    def test_fields_may_appear_in_different_responses(self, names, subject):
        (outcome,) = self.judge(subject, *([{name: "x"}] for name in names))
        assert outcome.verdict is Verdict.PASS

    def test_a_field_that_never_appears_is_named(self, names, subject):
        (outcome,) = self.judge(subject, [dict.fromkeys(names[:-1], "x")])
        assert outcome.verdict is Verdict.WARN
        assert names[-1] in outcome.message

    def test_an_empty_list_is_not_judged(self, subject):
        assert self.judge(subject, []) == []

    def test_circular_references_end(self, subject):
        for operation in subject.model.operations:
            if operation.method == "GET" and operation.item_schema:
                assert find_documented_fields(operation.item_schema, subject.description)
