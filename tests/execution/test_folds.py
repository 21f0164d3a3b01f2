"""RSP-07 and the falling allowance: what only the exchanges of a run together show."""

import random

import msgspec
import pytest

from conformance.execution.folds import FallingAllowance, documented, folded
from conformance.model import Exchange, Request, Response, Verdict

LIST, ITEM = "GET /vehicle_makes", "GET /vehicle_makes/{vehicle_make_id}"


def exchange(number, left, operation=LIST, identity="full", at=None, took=0.5, **more):
    response = Response(200, (("X-RateLimit-Limit", "1000"), ("X-RateLimit-Remaining", str(left))), b"", took)
    request = Request(operation, "GET", f"/{number}", identity=identity, **more)
    return Exchange(f"x{number}", request, "", float(number if at is None else at), response)


def blamed(exchanges):
    allowance = FallingAllowance()
    for each in exchanges:
        allowance.take(each)
    return {(each.requirement, each.operation) for each in allowance.outcomes()}


class TestAllowance:
    def test_it_falls(self):
        assert blamed(exchange(n, 100 - n) for n in range(20)) == set()

    def test_it_stays(self):
        assert blamed(exchange(n, 100) for n in range(20)) == {("LIM-01", LIST)}

    def test_one_operation_does_not_count(self):
        found, left = [], 500
        for n in range(200):
            free = n % 20 in {0, 7}
            left -= not free
            found.append(exchange(n, left, ITEM if free else LIST))
        assert blamed(found) == {("LIM-01", ITEM)}

    def test_requests_under_way_together_prove_nothing(self):
        lefts = [100 - n for n in range(30)]
        random.Random(1).shuffle(lefts)  # noqa: S311
        assert blamed(exchange(n, left, took=60.0) for n, left in enumerate(lefts)) == set()

    def test_each_identity_has_its_own(self):
        pairs = [exchange(2 * n, 100 - n) for n in range(20)] + [
            exchange(2 * n + 1, 900 - n, identity="user_a") for n in range(20)
        ]
        assert blamed(pairs) == set()

    def test_older_requests_that_leave_the_window_prove_nothing(self):
        lefts = [50 if n % 3 else 49 for n in range(60)]
        assert blamed(exchange(n, left, ITEM if n % 2 else LIST) for n, left in enumerate(lefts)) == set()

    @pytest.mark.parametrize(
        "more", [{"identity": ""}, {"token_in": "query"}, {"headers": (("EvEnergy-User", "user01"),)}]
    )
    def test_requests_of_nobody_known_are_left_out(self, more):
        assert blamed(exchange(n, 100, **more) for n in range(20)) == set()

    @pytest.mark.parametrize("left", ["", "many", "1.5", "-1"])
    def test_what_is_no_number_is_left_to_others(self, left):
        assert blamed(exchange(n, left) for n in range(20)) == set()


class TestFields:
    def seen(self, subject, *bodies):
        exchanges = [
            Exchange(f"x{n}", Request(LIST, "GET", f"/{n}"), "", 0.0,
                     Response(200, (("Content-Type", "application/json"),), msgspec.json.encode(body)))
            for n, body in enumerate(bodies)
        ]  # fmt: skip
        return [each for each in folded(exchanges, subject) if each.requirement == "RSP-07"]

    @pytest.fixture
    def names(self, subject):
        operation = subject.model.by_key[LIST]
        properties = subject.description.deref(subject.description.resolve(operation.item_schema))["properties"]
        return list(properties)

    def test_every_field_is_seen_in_one_answer_or_another(self, names, subject):
        (outcome,) = self.seen(subject, *([{name: "x"}] for name in names))
        assert outcome.verdict is Verdict.PASS

    def test_a_field_that_nothing_shows_is_named(self, names, subject):
        (outcome,) = self.seen(subject, [dict.fromkeys(names[:-1], "x")])
        assert outcome.verdict is Verdict.WARN
        assert names[-1] in outcome.message

    def test_an_empty_list_gives_no_occasion(self, subject):
        assert self.seen(subject, []) == []

    def test_references_that_lead_round_end(self, subject):
        for operation in subject.model.operations:
            if operation.method == "GET" and operation.item_schema:
                assert documented(operation.item_schema, subject)
