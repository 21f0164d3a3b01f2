"""Every fault of a receiver is found by the requirement that it violates; right receivers are accused of nothing."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from conformance.certify.webhook_receivers import certification
from conformance.certify.webhook_receivers.definitions import Stimulus
from conformance.model import Requirement, Verdict
from reports import Summary
from tests.certify.conftest import failing, verdicts
from tests.receivers.javascript import JavaScriptReceivers, has_node, serve_javascript
from tests.receivers.mutants import MUTANTS
from tests.receivers.plain import SECRET, PlainReceiver, RefusedError
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
        (CreatedOnly, {"W28"}),
        (Unclean, {f"W{number:02}" for number in (*range(2, 15), 16, 17, 18, 20, 23, 28, 30)}),
    ],
)
def test_another_reading_is_accused_of_nothing(certify_plain, receiver, warned):
    summary = certify_plain(receiver())
    assert failing(summary) <= ({"W28"} if receiver is Unclean else set()), list_findings(summary)
    assert verdicts(summary, Verdict.WARN) <= warned | {"W28"}, list_findings(summary)


@pytest.fixture(scope="module")
def javascript() -> Iterator[JavaScriptReceivers]:
    if not has_node():
        pytest.skip("node is not installed")
    with serve_javascript() as receivers:
        yield receivers


def test_each_fault_in_javascript_is_found(run_certification, javascript, tmp_path):
    missed = []
    for number, fault in enumerate(javascript.faults, 1):
        summary = run_certification(
            javascript.build_endpoint(number),
            stimuli=list_stimuli(fault.requirement),
            observed=True,
            secret=SECRET,
            directory=tmp_path / str(number),
        )
        if not is_found(summary, fault.requirement, is_warned=fault.is_warned):
            missed.append(f"{fault.requirement} {fault.name}: {list_findings(summary)}")
    assert not missed


def test_a_right_receiver_in_javascript_is_accused_of_nothing(run_certification, javascript):
    summary = run_certification(javascript.build_endpoint(0), stimuli=TABLE, observed=True, secret=SECRET)
    assert not verdicts(summary, Verdict.FAIL, Verdict.WARN, Verdict.INCONCLUSIVE), list_findings(summary)
