"""IDS-06 and IDS-07: near misses of ids, and the urls of listed items."""

from urllib.parse import unquote

import msgspec
import pytest

from conformance.model import Verdict
from conformance.probes.ids.item_urls import PROBES as URLS
from conformance.probes.ids.near_misses import _LENIENT, _SPOILT
from conformance.probes.ids.near_misses import PROBES as NEAR
from strategies.near_misses import MALFORMATIONS
from tests.probes.scripted import BASE, ListTarget, is_affordable, make_id, make_problem, make_response, run_probe

BY_NAME = {probe.name: probe for probe in (*NEAR, *URLS)}
OWN = BY_NAME["list-item-url"]
ITEM, LIST = "GET /evse_makes/{evse_make_id}", "GET /evse_makes"
MAKES = [{"id": make_id("emak", n), "url": f"{BASE}/evse_makes/{make_id('emak', n)}"} for n in range(3)]


@pytest.mark.parametrize("probe", NEAR, ids=lambda probe: probe.name)
def test_near_miss_of_an_id_must_be_refused(subject, probe):
    good = run_probe(probe, ITEM, subject, ListTarget({"/evse_makes": MAKES}))
    assert good.passed_requirements() == {"IDS-06"}
    assert is_affordable(good, probe, ITEM, subject)

    def respond_with_first_make(request):
        return make_response(MAKES) if request.target == "/evse_makes" else make_response(MAKES[0])

    assert run_probe(probe, ITEM, subject, respond_with_first_make).violated_requirements() == {"IDS-06"}

    def fail_on_items(request):
        return make_response(MAKES) if request.target == "/evse_makes" else make_problem(500)

    assert run_probe(probe, ITEM, subject, fail_on_items).violated_requirements() == {"IDS-06"}


def test_every_malformation_is_sent_to_some_collection(subject):
    assert {name for kind in _LENIENT for name in kind} | {*_SPOILT} >= set(MALFORMATIONS)
    keyed = [operation for operation in subject.model.operations if NEAR[0].applies(operation, subject.model)]
    assert len(keyed) >= 3 * max(len(_SPOILT), *(len(kind) for kind in _LENIENT))


@pytest.mark.parametrize(
    "decode",
    [
        lambda key: key[:30],  # cuts
        lambda key: key[:4].lower() + key[4:].upper(),
        lambda key: "emak" + key[-26:],  # looks at the ULID alone
        lambda key: key[:4] + key[4:].translate(str.maketrans("ILO", "110")),
    ],
)
def test_lenient_id_decoding_is_found_on_every_collection(subject, decode):
    shelf = ListTarget({"/evse_makes": MAKES})

    def lenient(request):
        path, _, key = request.target.rpartition("/")
        return shelf(msgspec.structs.replace(request, target=f"{path}/{decode(unquote(key))}") if path else request)

    runs = [run_probe(probe, ITEM, subject, lenient) for probe in NEAR]
    assert any("IDS-06" in run.violated_requirements() for run in runs)


def test_near_miss_needs_an_existing_id(subject):
    run = run_probe(BY_NAME["near-existing-id"], ITEM, subject, ListTarget({"/evse_makes": []}))
    assert run.verdicts_on("IDS-06") == {Verdict.NOT_TESTED}


def test_the_items_at_the_edges_are_found_at_their_urls(subject):
    run = run_probe(OWN, LIST, subject, ListTarget({"/evse_makes": MAKES}))
    assert run.passed_requirements() == {"IDS-07"}
    assert [request.target.rpartition("/")[2] for request in run.requests[1:]] == [MAKES[1]["id"], MAKES[-1]["id"]]
    assert is_affordable(run, OWN, LIST, subject)


def test_unreadable_item_is_inconclusive(subject):
    cut = msgspec.structs.replace(make_response(MAKES[1]), body=b'{"id": "')
    run = run_probe(OWN, LIST, subject, ListTarget({"/evse_makes": MAKES}, {f"/evse_makes/{MAKES[1]['id']}": cut}))
    assert run.violated_requirements() == set()
    assert Verdict.INCONCLUSIVE in run.verdicts_on("IDS-07")


@pytest.mark.parametrize("place", [1, -1])
@pytest.mark.parametrize("answer", [make_response(MAKES[0]), make_problem(404), make_response([])])
def test_another_item_or_none_at_the_url_is_a_violation(subject, answer, place):
    shelf = ListTarget({"/evse_makes": MAKES}, {f"/evse_makes/{MAKES[place]['id']}": answer})
    assert run_probe(OWN, LIST, subject, shelf).violated_requirements() == {"IDS-07"}


def test_item_that_left_the_list_is_inconclusive(subject):
    seen = []

    def empty_after_first(request):
        seen.append(request)
        return make_response(MAKES) if len(seen) == 1 else ListTarget({"/evse_makes": []})(request)

    assert run_probe(OWN, LIST, subject, empty_after_first).verdicts_on("IDS-07") == {Verdict.INCONCLUSIVE}


@pytest.mark.parametrize("url", [None, 3, "https://elsewhere.example/v2/evse_makes/1", f"{BASE}/users/1"])
def test_a_url_that_leads_elsewhere_is_not_followed(subject, url):
    run = run_probe(OWN, LIST, subject, ListTarget({}, {"/evse_makes": make_response([{**MAKES[0], "url": url}])}))
    assert run.verdicts_on("IDS-07") == {Verdict.NOT_APPLICABLE}
    assert len(run.requests) == 1


def test_list_without_item_reads_is_not_applicable(subject):
    run = run_probe(OWN, "GET /dispatcher_logs", subject, ListTarget({}))
    assert run.verdicts_on("IDS-07") == {Verdict.NOT_APPLICABLE}
    assert run.requests == ()
