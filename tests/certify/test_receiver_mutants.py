"""Every fault of a receiver is found by the requirement that it violates; right receivers are accused of nothing."""

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from conformance.certify.webhook_receivers import certification
from conformance.certify.webhook_receivers.definitions import Stimulus
from conformance.model import Requirement, Verdict
from reports import Summary
from tests.certify.conftest import failing, verdicts
from tests.receivers.javascript import JavaScriptReceivers, has_node, serve_javascript
from tests.receivers.mutants import MUTANTS
from tests.receivers.plain import SECRET, Delivery, PlainReceiver, RefusedError
from tests.receivers.plain_certification import TABLE, certify_plain_receiver, is_found, list_stimuli

Certify = Callable[..., Summary]


@pytest.fixture(scope="module")
def requirements() -> tuple[Requirement, ...]:
    return certification.load_receiver_requirements()


@pytest.fixture
def certify_plain(description, world, tmp_path: Path, requirements, monkeypatch) -> Certify:
    """Return a function that certifies a receiver without a network; what every run has in common is read once."""
    monkeypatch.setattr(certification, "load_receiver_requirements", lambda: requirements)
    monkeypatch.setattr(certification, "digest_suite", lambda: "0" * 64)
    monkeypatch.setattr("conformance.execution.unscheduled_run.find_places", lambda *_: {})

    def certify(receiver: PlainReceiver, stimuli: tuple[Stimulus, ...] = TABLE) -> Summary:
        return certify_plain_receiver(receiver, description, world, tmp_path / "report", stimuli)

    return certify


def list_findings(summary: Summary) -> list[str]:
    return [f"{one.requirement} {one.verdict} {one.message} {one.actual}" for one in summary.findings]


SAMPLE = tuple({mutant.requirement: mutant for mutant in MUTANTS[::-1]}.values())
"""One mutant of each requirement; `tox run -e receivers` tries them all."""


@pytest.mark.parametrize("mutant", SAMPLE, ids=str)
def test_each_fault_is_found(certify_plain, mutant):
    summary = certify_plain(mutant.receiver(), list_stimuli(mutant.requirement))
    assert is_found(summary, mutant.requirement, is_warned=mutant.is_warned), list_findings(summary)


def test_a_right_receiver_is_accused_of_nothing(certify_plain):
    summary = certify_plain(PlainReceiver())
    assert not failing(summary), list_findings(summary)
    assert verdicts(summary, Verdict.WARN) <= {"W28"}  # without a network a body is read before it is refused


class Strict(PlainReceiver):
    """Tolerates one minute, forgets early, and refuses larger bodies."""

    tolerance_s, max_bytes, accepted = 60, 60_000, 202


class SvixOnly(PlainReceiver):
    """Knows one family of headers, and answers 200."""

    accepted = 200

    def choose_family(self, headers: httpx.Headers) -> str:
        return "svix"


class NaturalKey(PlainReceiver):
    """Tells messages apart by their type and resource, which is as good as the id."""

    def act(self, delivery, payload) -> None:
        key = f"{payload['type']} {payload['data'].get('id')}"
        if key not in self.seen:
            super().act(delivery, payload)
        self.seen.add(key)


class ForgetsAfterTenMinutes(PlainReceiver):
    """Keeps the ids of messages for ten minutes."""

    kept_s = 600

    def __init__(self) -> None:
        super().__init__()
        self.first_seen: dict[str, float] = {}

    def is_duplicate(self, delivery) -> bool:
        now = time.monotonic()
        self.first_seen = {key: at for key, at in self.first_seen.items() if now - at < self.kept_s}
        return self.first_seen.setdefault(self.key(delivery), now) != now


class CreatedOnly(PlainReceiver):
    """Uses one kind of event, and keeps no state."""

    def is_known_type(self, kind: str) -> bool:
        return kind.endswith(".created")

    def observe(self, message: str) -> httpx.Response:
        return httpx.Response(200, json={"effects": self.effects[message]})


class EndedOnly(CreatedOnly):
    """Uses the end alone."""

    def is_known_type(self, kind: str) -> bool:
        return kind.endswith(".ended")


class EndHeldBack(PlainReceiver):
    """Holds an end back until it knows the beginning."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting: dict[str, tuple[Delivery, Any]] = {}

    def act(self, delivery, payload) -> None:
        thing = str(payload["data"].get("id", ""))
        if payload["type"].endswith(".ended") and thing not in self.states:
            self.waiting[thing] = delivery, payload
            return
        super().act(delivery, payload)
        if thing in self.waiting:
            super().act(*self.waiting.pop(thing))


class LateBeginningIgnored(PlainReceiver):
    """Gives no effect to a beginning after the end."""

    def act(self, delivery, payload) -> None:
        if self.states.get(str(payload["data"].get("id", ""))) != "ended":
            super().act(delivery, payload)


class LatestTimestamp(PlainReceiver):
    """Gives no effect to an event that is older than what it knows of the resource; at a tie an end counts."""

    def __init__(self) -> None:
        super().__init__()
        self.times: dict[str, tuple[str, bool]] = {}

    def act(self, delivery, payload) -> None:
        thing = str(payload["data"].get("id", ""))
        time_of_event = (str(payload.get("timestamp", ""))[:19], payload["type"].endswith(".ended"))
        if self.is_known_type(payload["type"]) and time_of_event >= self.times.get(thing, ("", False)):
            self.times[thing] = time_of_event
            super().act(delivery, payload)


class Background(PlainReceiver):
    """Accepts at once and works through a queue, one event with each look at the effects."""

    accepted = 202

    def __init__(self) -> None:
        super().__init__()
        self.queue: deque[tuple[Delivery, Any]] = deque()

    def act(self, delivery, payload) -> None:
        self.queue.append((delivery, payload))

    def observe(self, message: str) -> httpx.Response:
        if self.queue:
            super().act(*self.queue.popleft())
        return super().observe(message)


class Stack(Background):
    """Works through the latest events first."""

    def observe(self, message: str) -> httpx.Response:
        self.queue.reverse()
        response = super().observe(message)
        self.queue.reverse()
        return response


class Batch(Background):
    """Works through everything at once, some time later; until then its hook knows nothing of an event."""

    looks_before = 5000

    def observe(self, message: str) -> httpx.Response:
        self.looks_before -= 1
        if not self.looks_before:
            while self.queue:
                super().observe(message)
        return PlainReceiver.observe(self, message) if self.effects else httpx.Response(404)


class Unclean(PlainReceiver):
    """Answers 500 to everything that it refuses."""

    def refuse(self, refused: RefusedError) -> httpx.Response:
        return httpx.Response(500)


@pytest.mark.parametrize(
    ("receiver", "warned"),
    [
        (Strict, {"W12", "W13"}),
        (SvixOnly, {"W28"}),
        (NaturalKey, {"W28"}),
        (ForgetsAfterTenMinutes, {"W28"}),
        *((receiver, {"W28"}) for receiver in (CreatedOnly, EndedOnly, EndHeldBack, LateBeginningIgnored)),
        *((receiver, {"W28"}) for receiver in (LatestTimestamp, Background, Stack, Batch)),
        (Unclean, {f"W{number:02}" for number in (*range(2, 15), 16, 17, 18, 20, 23, 28, 30)}),
    ],
)
def test_another_reading_is_accused_of_nothing(certify_plain, receiver, warned):
    summary = certify_plain(receiver())
    assert failing(summary) <= ({"W28"} if receiver is Unclean else set()), list_findings(summary)
    assert verdicts(summary, Verdict.WARN) <= warned | {"W28"}, list_findings(summary)
    assert not verdicts(summary, Verdict.INCONCLUSIVE), list_findings(summary)


@pytest.fixture(scope="module")
def javascript() -> Iterator[JavaScriptReceivers]:
    if not has_node():
        pytest.skip("node is not installed")
    with serve_javascript() as receivers:
        yield receivers


def find_missed(run_certification, javascript: JavaScriptReceivers, chosen: Iterable[int], folder: Path) -> list[str]:
    """Return what was not found of the chosen faults in JavaScript, by their numbers from 1."""
    missed = []
    for number in chosen:
        fault = javascript.faults[number - 1]
        summary = run_certification(
            javascript.build_endpoint(number),
            stimuli=list_stimuli(fault.requirement),
            observed=True,
            secret=SECRET,
            directory=folder / str(number),
        )
        if not is_found(summary, fault.requirement, is_warned=fault.is_warned):
            missed.append(f"{fault.requirement} {fault.name}: {list_findings(summary)}")
    return missed


def test_a_fault_of_each_requirement_in_javascript_is_found(run_certification, javascript, tmp_path):
    first = {fault.requirement: number for number, fault in reversed([*enumerate(javascript.faults, 1)])}
    assert not find_missed(run_certification, javascript, first.values(), tmp_path)


@pytest.mark.long
def test_each_fault_in_javascript_is_found(run_certification, javascript, tmp_path):
    assert not find_missed(run_certification, javascript, range(1, len(javascript.faults) + 1), tmp_path)


def test_a_right_receiver_in_javascript_is_accused_of_nothing(run_certification, javascript):
    summary = run_certification(javascript.build_endpoint(0), stimuli=TABLE, observed=True, secret=SECRET)
    assert not verdicts(summary, Verdict.FAIL, Verdict.WARN, Verdict.INCONCLUSIVE), list_findings(summary)
