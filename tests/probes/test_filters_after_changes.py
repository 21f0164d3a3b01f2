"""AFT-02: the filters of a list follow the changes of its members."""

import msgspec
import pytest

from conformance.model import Verdict
from conformance.probes.writes.updates import PROBES
from tests.probes.scripted import BASE, ListTarget, is_affordable, make_id, make_problem, make_response, run_probe

(UPDATE,) = PROBES
PATCH = "PATCH /support_tickets/{support_ticket_id}"
LABELS = ("human_verified_category", "human_verified_subcategory", "ai_generated_category", "ai_generated_subcategory")


class Desk:
    """Support tickets whose labels can be changed; `stale` labels are filtered by what they were at first."""

    def __init__(self, *stale, together=200):
        self.together = together
        self.tickets = [self.make_ticket(number) for number in range(3)]
        first = {ticket["id"]: dict(ticket) for ticket in self.tickets}
        selects = {
            name: lambda item, value, name=name: (first[item["id"]] if name in stale else item)[name] == value
            for name in LABELS
        }
        self.target = ListTarget({"/support_tickets": self.tickets}, selects=selects)

    def make_ticket(self, number):
        key = make_id("tick", number)
        labels = dict.fromkeys(LABELS[::2], "ACCOUNT") | dict.fromkeys(LABELS[1::2], "ACCESSIBILITY")
        url = f"{BASE}/support_tickets/{key}"
        return {
            "id": key,
            "url": url,
            "external_ticket_id": str(number),
            "created_at": "2026-01-01T00:00:00Z",
            **labels,
        }

    def __call__(self, request):
        if request.method == "PATCH":
            key = request.target.partition("?")[0].rpartition("/")[2]
            ticket = next(ticket for ticket in self.tickets if ticket["id"] == key)
            ticket.update({k: v for k, v in msgspec.json.decode(request.body).items() if k in LABELS})
            return make_response(ticket)
        if self.together != 200 and sum(f"{name}=" in request.target for name in LABELS) > 1:
            return make_problem(self.together)
        return self.target(request)


def test_a_changed_resource_is_found_by_its_new_values(subject):
    desk = Desk()
    run = run_probe(UPDATE, PATCH, subject, desk)
    assert run.violated_requirements() == set()
    assert "AFT-02" in run.passed_requirements()
    assert is_affordable(run, UPDATE, PATCH, subject)
    assert any(all(f"{name}=" in request.target for name in LABELS) for request in run.requests)


@pytest.mark.parametrize("name", LABELS)
def test_a_filter_that_keeps_the_old_value_is_a_violation(subject, name):
    run = run_probe(UPDATE, PATCH, subject, Desk(name))
    (outcome,) = (outcome for outcome in run.outcomes_on("AFT-02") if outcome.verdict is Verdict.FAIL)
    assert name in outcome.message


def test_filters_that_are_refused_together_are_tried_alone(subject):
    assert run_probe(UPDATE, PATCH, subject, Desk(together=400)).violated_requirements() == set()
    stale = run_probe(UPDATE, PATCH, subject, Desk("ai_generated_category", together=400))
    assert "AFT-02" in stale.violated_requirements()
