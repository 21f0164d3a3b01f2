"""RSP-12: a correct request for something that exists succeeds; what is documented to be absent may be absent."""

import msgspec
import pytest

from conformance.description import load_description
from conformance.model import Verdict
from conformance.probes.responses.plain_reads import PROBES
from tests.probes.scripted import BASE, ListTarget, make_id, make_problem, make_subject, run_probe

(READ,) = PROBES
CURRENT = "GET /programs/{program_id}/participation_agreement_versions/current"
PROGRAMS = [{"id": make_id("prog", 1), "url": f"{BASE}/programs/{make_id('prog', 1)}"}]
MAKES = [{"id": make_id("emak", 1), "url": f"{BASE}/evse_makes/{make_id('emak', 1)}"}]


def without_404(subject, key):
    """Return the subject with an operation that documents no 404."""
    description = load_description()
    operations = tuple(
        msgspec.structs.replace(o, responses=tuple(r for r in o.responses if r.status != "404")) if o.key == key else o
        for o in description.model.operations
    )
    changed = make_subject(description)
    model = msgspec.structs.replace(description.model, operations=operations)
    return msgspec.structs.replace(changed, description=type(description)({}, model, description.digest, "test"))


def test_a_part_that_is_documented_to_be_absent_is_not_applicable(subject):
    run = run_probe(READ, CURRENT, subject, ListTarget({"/programs": PROGRAMS}))
    assert run.verdicts_on("RSP-12") == {Verdict.NOT_APPLICABLE}


def test_a_part_that_is_absent_without_documentation_is_for_review(subject):
    run = run_probe(READ, CURRENT, without_404(subject, CURRENT), ListTarget({"/programs": PROGRAMS}))
    assert run.verdicts_on("RSP-12") == {Verdict.REVIEW}


@pytest.mark.parametrize("key", ["GET /evse_makes/{evse_make_id}", "GET /evse_makes"])
def test_a_listed_resource_or_a_list_that_is_not_found_is_a_violation(subject, key):
    shelf = ListTarget({"/evse_makes": MAKES})
    path = "/evse_makes" + (f"/{MAKES[0]['id']}" if key.endswith("}") else "")
    run = run_probe(READ, key, subject, lambda request: make_problem(404) if request.target == path else shelf(request))
    assert run.violated_requirements() == {"RSP-12"}


def test_an_id_that_the_path_does_not_take_makes_no_correct_request(subject):
    odd = [{"id": "string", "url": f"{BASE}/evse_makes/string"}]
    target = ListTarget({"/evse_makes": odd}, more={"/evse_makes/string": make_problem(400)})
    run = run_probe(READ, "GET /evse_makes/{evse_make_id}", subject, target)
    assert run.verdicts_on("RSP-12") == {Verdict.NOT_OBSERVABLE}


def test_the_member_that_shows_most_is_read(subject):
    names = [{"id": (key := make_id("csub", n)), "url": f"{BASE}/charging_sub_sessions/{key}"} for n in (1, 2, 3)]
    members = [{**names[0], "end": None}, {**names[1], "end": "2026-03-02T22:00:00Z"}, {**names[2], "end": None}]
    shelf = ListTarget({"/charging_sub_sessions": members})
    run = run_probe(READ, "GET /charging_sub_sessions/{charging_sub_session_id}", subject, shelf)
    assert [request.target for request in run.requests][-1].partition("?")[0].endswith(members[1]["id"])
