from collections.abc import Callable, Iterator
from pathlib import Path
from types import MappingProxyType

import httpx
import pytest

from conformance.description import load_description
from conformance.evidence.subject import Subject
from conformance.execution.driver import Driver
from conformance.execution.redactor import Redactor
from conformance.execution.sending_context import SendingContext
from conformance.execution.store import SharedStore
from conformance.model import Event, Exchanged, Kind, Level, Passed, Profile, Requirement, Source, Target, TargetKind
from conformance.network.channel import Channel
from conformance.plan import Catalogue, PlanItem
from conformance.probes.toolkit.base import Probe
from conformance.safety.gate import Gate
from conformance.validation import SchemaValidators, SecondOpinion

BASE = "http://127.0.0.1:1/v2"
OPERATION = "GET /vehicle_makes"
TOKEN = "a-very-secret-token"


def requirement(name: str, level: Level = Level.MUST) -> Requirement:
    return Requirement(name, level, f"{name} holds.", Source("a document", "1"), Kind.PROBE, "every")


@pytest.fixture(scope="session")
def subject() -> Subject:
    description = load_description()
    target = Target("test", TargetKind.URL, BASE, identities=("full",), may_write=True, may_touch_hardware=True)
    return Subject(description, SchemaValidators(description), SecondOpinion(description), target)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SharedStore]:
    opened = SharedStore(tmp_path / "shared.sqlite")
    yield opened
    opened.close()


class Bench:
    """A driver with scripted HTTP responses and one probe, and everything that it writes."""

    def __init__(self, subject: Subject, store: SharedStore) -> None:
        self.subject, self.store = subject, store
        self.events: list[Event] = []
        self.slept: list[float] = []
        credentials = {"full": (("Authorization", f"Bearer {TOKEN}"),)}
        answering = httpx.MockTransport(lambda request: self.handler(request))  # noqa: PLW0108 - it is set later
        self.channel = Channel(
            BASE, credentials, Gate(subject.target, subject.model.operations), agent="tests", transport=answering
        )

    def run(
        self,
        steps: Callable,
        handler: Callable[[httpx.Request], httpx.Response],
        again: Callable | None = None,
        **more: object,
    ) -> tuple:
        judged = ("EXP-01", "EXP-10")
        probe = Probe("probe", judged, lambda o, m: True, lambda o, m: (), steps, Profile.SMOKE, again=again)
        known = {"EXP-01": requirement("EXP-01"), "EXP-10": requirement("EXP-10", Level.SHOULD)}
        catalogue = Catalogue(MappingProxyType(known), (), MappingProxyType({"probe": probe}))
        self.handler = handler
        context = SendingContext(
            BASE, self.channel, self.store, Redactor({"full.token": TOKEN}), self.events.append,
            clock=lambda: 1_000.0, sleep=self.slept.append, **more,
        )  # fmt: skip
        driver = Driver(self.subject, catalogue, context, lambda r, o: True, lambda r, o: True)
        return driver.run(PlanItem("probe", OPERATION, "vehicle_makes", ("EXP-01", "EXP-10"), ()))

    def outcomes(self) -> list:
        passed = [outcome for event in self.events if isinstance(event, Passed) for outcome in event.list_outcomes()]
        return passed + [event.outcome for event in self.events if hasattr(event, "outcome")]

    def exchanges(self) -> list:
        return [event.exchange for event in self.events if isinstance(event, Exchanged)]


@pytest.fixture
def bench(subject: Subject, store: SharedStore) -> Bench:
    return Bench(subject, store)
