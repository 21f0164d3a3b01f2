"""Relations between recorded exchanges: what is proven, what is for review, and what is nobody's fault."""

import json
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import Any

import msgspec
import pytest

from conformance.description import load_description
from conformance.evidence.subject import Subject
from conformance.execution import sightings as sightings_module
from conformance.execution.sightings import MAX_SIGHTINGS, Sighting, Sightings
from conformance.model import Exchange, Outcome, Target, TargetKind, Verdict
from conformance.traffic.exchanges import ExchangeReader
from conformance.traffic.formats.har import read_entry
from conformance.traffic.operation_index import OperationIndex
from conformance.traffic.relations import judge_relations
from conformance.traffic.relations.reads import Reads
from conformance.validation import SchemaValidators, SecondOpinion
from tests.traffic.sample_recording import Recording, build_server

DESCRIPTION = load_description()
SERVER = build_server(DESCRIPTION)
VALIDATORS, OPINION = SchemaValidators(DESCRIPTION), SecondOpinion(DESCRIPTION)
Edit = Callable[[Any], Any]


def judge_all(exchanges: list[Exchange], subject: Subject) -> Iterator[Outcome]:
    """Yield the outcomes of all relations between exchanges."""
    sightings = Sightings(subject)
    for exchange in exchanges:
        sightings.add_exchange(exchange)
    return judge_relations(Reads(exchanges, DESCRIPTION.model), sightings, subject)


class Traffic:
    """Traffic with the built-in server, of which single responses can be edited."""

    def __init__(self) -> None:
        self._recording = Recording(SERVER)
        self.base_url = self._recording.base_url

    def get(self, target: str, edit: Edit | None = None, status: int | None = None) -> Any:
        """Read a target; what is recorded is the body as edited, with another status where one is given."""
        body = self._recording.get(target)
        if status is not None:
            self._recording.entries[-1]["response"]["status"] = status
        if edit is not None:
            content = self._recording.entries[-1]["response"]["content"]
            content["text"] = json.dumps(edit(json.loads(content["text"])))
        return body

    def find_next(self) -> str:
        """Return the URL of the next page."""
        return self._recording.find_next()

    def list_exchanges(self) -> list[Exchange]:
        """Return the recorded exchanges."""
        reader = ExchangeReader(self.base_url, OperationIndex(DESCRIPTION.model), 0.0)
        return list(reader.read(map(read_entry, self._recording.entries)))

    def judge(self) -> list[Outcome]:
        """Return the outcomes that are no PASS."""
        target = Target("traffic", TargetKind.URL, self.base_url)
        subject = Subject(DESCRIPTION, VALIDATORS, OPINION, target)
        return [o for o in judge_all(self.list_exchanges(), subject) if o.verdict is not Verdict.PASS]


def set_value(name: str, value: Any) -> Edit:
    """Return an edit that sets a property of an object, or of each object of a list."""

    def edit(body: Any) -> Any:
        return [item | {name: value} for item in body] if isinstance(body, list) else body | {name: value}

    return edit


def summarize(outcomes: Iterable[Outcome]) -> set[tuple[str, str]]:
    """Return requirements and verdicts."""
    return {(outcome.requirement, outcome.verdict) for outcome in outcomes}


@pytest.fixture
def traffic() -> Traffic:
    return Traffic()


def test_reads_of_a_conforming_server_accuse_nobody(traffic: Traffic) -> None:
    vehicles = traffic.get("/vehicles?page_size=2")
    traffic.get(traffic.find_next())
    traffic.get(vehicles[0]["url"])
    traffic.get(f"{vehicles[0]['url']}?expand=model")
    traffic.get("/vehicles?expand=model")
    traffic.get("/vehicles")
    assert traffic.judge() == []


def test_item_that_differs_from_its_list_before_and_after_is_a_violation(traffic: Traffic) -> None:
    url = traffic.get("/vehicles")[0]["url"]
    traffic.get(url, set_value("description", "Another one"))
    traffic.get("/vehicles")
    assert summarize(traffic.judge()) == {("CON-02", "FAIL")}


def test_item_that_may_have_changed_since_is_for_review(traffic: Traffic) -> None:
    url = traffic.get("/vehicles")[0]["url"]
    traffic.get(url, lambda body: {k: v for k, v in body.items() if k != "updated_at"} | {"description": "Another one"})
    (outcome,) = traffic.judge()
    assert outcome.verdict is Verdict.REVIEW
    assert "It changed between the two exchanges" in outcome.message


def test_three_items_that_differ_at_once_are_a_violation(traffic: Traffic) -> None:
    for vehicle in traffic.get("/vehicles")[:3]:
        traffic.get(vehicle["url"], lambda body: {**body, "description": "Another", "updated_at": None})
    assert ("CON-02", "FAIL") in summarize(traffic.judge())


def test_measured_value_that_moves_accuses_nobody(traffic: Traffic) -> None:
    for power in (1, 2, 1, 2):
        for evse in traffic.get("/evses", set_value("max_current", power))[:3]:
            traffic.get(evse["url"], set_value("max_current", power + 2))
    assert traffic.judge() == []


def test_expansion_that_shows_a_link_is_a_violation(traffic: Traffic) -> None:
    url = traffic.get("/vehicles")[0]["url"]
    traffic.get(url)
    traffic.get(f"{url}?expand=user", set_value("user", "https://api.example/v2/users/x"))
    assert ("EXP-02", "FAIL") in summarize(traffic.judge())


def test_expansion_that_changes_another_property_is_a_violation(traffic: Traffic) -> None:
    url = traffic.get("/vehicles")[0]["url"]
    traffic.get(url)
    traffic.get(f"{url}?expand=user", set_value("description", "Another one"))
    traffic.get(url)
    assert summarize(traffic.judge()) == {("EXP-05", "FAIL")}


def test_link_to_another_resource_is_a_violation(traffic: Traffic) -> None:
    vehicle = traffic.get("/vehicles")[0]
    traffic.get(vehicle["user"], set_value("url", f"{vehicle['user']}X"))
    traffic.get("/vehicles")
    assert ("LNK-03", "FAIL") in summarize(traffic.judge())


def test_link_to_another_collection_is_a_violation_at_any_time(traffic: Traffic) -> None:
    evse = traffic.get("/evses")[0]
    traffic.get("/vehicles", set_value("user", evse["url"]))
    traffic.get(evse["url"])
    assert ("LNK-03", "FAIL") in summarize(traffic.judge())


def test_link_to_the_list_of_another_resource_is_a_violation_at_any_time(traffic: Traffic) -> None:
    lists = [vehicle["charging_sub_sessions"] for vehicle in traffic.get("/vehicles")]
    traffic.get("/vehicles?page_size=2", lambda body: [body[0], body[1] | {"charging_sub_sessions": lists[0]}])
    traffic.get(lists[0])
    assert ("LNK-05", "FAIL") in summarize(traffic.judge())


@pytest.mark.parametrize(("ending", "verdict"), [("/", "FAIL"), ("X", "REVIEW")])
def test_url_with_a_slash_at_one_place_alone_is_a_violation(traffic: Traffic, ending: str, verdict: str) -> None:
    vehicle = traffic.get("/vehicles")[0]
    traffic.get(vehicle["url"], lambda body: body | {"user": f"{body['user']}{ending}"})
    assert ("CON-02", verdict) in summarize(traffic.judge())


@pytest.mark.parametrize("status", [400, 403, 406, 429])
def test_refusal_that_is_about_the_request_says_nothing_of_the_link(traffic: Traffic, status: int) -> None:
    vehicle = traffic.get("/vehicles")[0]
    traffic.get(vehicle["user"], status=status)
    traffic.get("/vehicles")
    assert traffic.judge() == []


def test_link_to_nothing_is_a_violation(traffic: Traffic) -> None:
    vehicle = traffic.get("/vehicles")[0]
    traffic.get(vehicle["user"], status=404)
    traffic.get("/vehicles")
    assert ("LNK-02", "FAIL") in summarize(traffic.judge())


def test_filter_in_another_case_may_find_nothing(traffic: Traffic) -> None:
    name = traffic.get("/regions")[0]["name"]
    traffic.get(f"/regions?name={name.swapcase()}", lambda _: [])
    traffic.get("/regions")
    assert traffic.judge() == []


def test_item_shown_on_two_pages_is_a_violation_where_the_list_stood_still(traffic: Traffic) -> None:
    first = traffic.get("/vehicles")
    page = traffic.get("/vehicles?page_size=2")
    traffic.get(traffic.find_next(), lambda body: [page[0], *body[1:]])
    traffic.get("/vehicles")
    assert len(first) > 3
    assert ("PAG-03", "FAIL") in summarize(traffic.judge())


def test_page_after_an_item_that_shows_it_again_is_a_violation_at_any_time(traffic: Traffic) -> None:
    page = traffic.get("/vehicles?page_size=2")
    traffic.get(traffic.find_next(), lambda body: [page[1], *body])
    assert ("PAG-03", "FAIL") in summarize(traffic.judge())


def test_filter_that_loses_an_item_is_a_violation(traffic: Traffic) -> None:
    make = traffic.get("/inverter_models")[0]["make"].rpartition("/")[2]
    traffic.get(f"/inverter_models?make_id={make}", lambda body: body[1:])
    traffic.get("/inverter_models")
    assert ("FLT-02", "FAIL") in summarize(traffic.judge())


def show_often(traffic: Traffic, names: Iterable[str]) -> list[Sighting]:
    """Return the sightings of a vehicle that is read every second and has these names."""
    vehicle = traffic.get("/vehicles")[0]
    traffic.get(vehicle["url"])
    exchange = traffic.list_exchanges()[1]
    target = Target("traffic", TargetKind.URL, traffic.base_url)
    sightings = Sightings(Subject(DESCRIPTION, VALIDATORS, OPINION, target))
    for moment, name in enumerate(names):
        response = msgspec.structs.replace(exchange.response, body=msgspec.json.encode(vehicle | {"name": name}))
        sightings.add_exchange(msgspec.structs.replace(exchange, sent_at=float(moment), response=response))
    return sightings.find_history(vehicle["url"])


def test_sightings_of_one_resource_are_bounded(traffic: Traffic) -> None:
    assert len(show_often(traffic, (str(number) for number in range(MAX_SIGHTINGS + 5)))) == MAX_SIGHTINGS


def test_of_sightings_that_show_the_same_the_first_and_the_last_are_kept(traffic: Traffic) -> None:
    history = show_often(traffic, ["a"] * 500 + ["b"] + ["a"] * 500)
    assert len(history) < 100
    names = [sighting.body["name"] for sighting in history]
    assert [name for name, _ in groupby(names)] == ["a", "b", "a"]
    assert history[0].began == 0
    assert history[-1].began == 1000
    assert history[names.index("b") - 1].began == 499


def test_bodies_beyond_a_size_are_kept_compressed(traffic: Traffic, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [str(number // 3) for number in range(60)]
    expected = show_often(traffic, names)
    monkeypatch.setattr(sightings_module, "_MAX_PARSED_BYTES", 4_000)
    history = show_often(traffic, names)
    assert history == expected
    assert len({id(sighting.body) for sighting in history}) == 20  # equal ones are one object


def test_what_was_written_between_two_reads_accuses_nobody(traffic: Traffic) -> None:
    url = traffic.get("/vehicles")[0]["url"]
    traffic.get(url, set_value("description", "Written"))
    traffic.get("/vehicles")
    exchanges = traffic.list_exchanges()
    request = msgspec.structs.replace(exchanges[1].request, method="PATCH", operation="PATCH /vehicles/{vehicle_id}")
    write = msgspec.structs.replace(exchanges[1], id="w", request=request, sent_at=exchanges[0].sent_at + 0.01)
    undo = msgspec.structs.replace(write, id="u", sent_at=exchanges[1].sent_at + 0.01)
    subject = Subject(
        DESCRIPTION, VALIDATORS, OPINION, Target("traffic", TargetKind.URL, traffic.base_url),
    )  # fmt: skip
    outcomes = judge_all([exchanges[0], write, exchanges[1], undo, exchanges[2]], subject)
    assert Verdict.FAIL not in {outcome.verdict for outcome in outcomes}


def test_expanded_page_that_ends_early_is_a_violation(traffic: Traffic) -> None:
    traffic.get("/vehicles?page_size=3")
    traffic.get("/vehicles?page_size=3&expand=user", lambda body: body[:2])
    assert ("EXP-05", "FAIL") in summarize(traffic.judge())


def test_expanded_page_of_a_list_that_became_shorter_is_none(traffic: Traffic) -> None:
    traffic.get("/vehicles?page_size=3")
    traffic.get("/vehicles?page_size=3&expand=user", lambda body: body[1:])
    assert ("EXP-05", "FAIL") not in summarize(traffic.judge())


def test_dotted_path_that_leaves_its_first_level_a_link_is_a_violation(traffic: Traffic) -> None:
    traffic.get("/inverters?expand=model.make", set_value("model", f"{traffic.base_url}/inverter_models/x"))
    assert ("EXP-06", "FAIL") in summarize(traffic.judge())
