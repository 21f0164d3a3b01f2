"""A conforming response to start from, and all checks at once to judge what a test makes of it."""

from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest

from conformance import checks
from conformance.checks import Check
from conformance.description import load_description
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Exchange, Headers, Operation, Outcome, Request, Response, Target, TargetKind, Verdict
from conformance.tools.registry import collect_members
from conformance.validation import SchemaValidators, SecondOpinion

BASE = "http://127.0.0.1:1/v2"
NOW = 1_800_000_000.0  # 2027
LIST, ITEM = "GET /vehicle_models", "GET /vehicle_models/{vehicle_model_id}"
WRAPPED = "GET /carbon_feeds/{carbon_feed_id}/carbon_intensities"
DELETE = "DELETE /users/{user_id}/payout_method"
HEADERS = {"EvEnergy-Version": "2", "X-RateLimit-Limit": "1000", "X-RateLimit-Remaining": "999"}
CHECKS = collect_members(checks, "CHECKS", Check)


def make_model(number: int = 1, **changes: Any) -> dict[str, Any]:
    """Return a conforming vehicle model, with changes."""
    key = f"vmod01KJQXEFCAEH83HWXJHR{number:06d}"
    return {
        "id": key,
        "url": f"{BASE}/vehicle_models/{key}",
        "name": "Kite",
        "make": f"{BASE}/vehicle_makes/vmak01KAEZ8C369F713H5FF9879KHV",
        "onboarding_url": None,
        "vehicle_trims": f"{BASE}/vehicle_trims?model_id={key}",
        "default_battery_size_watt_hours": 77000,
        "default_connector_type": "CCS",
        **changes,
    }


def make_vehicle_make() -> dict[str, Any]:
    """Return a conforming vehicle make."""
    return {
        "id": "vmak01KAEZ8C369F713H5FF9879KHV",
        "url": f"{BASE}/vehicle_makes/vmak01KAEZ8C369F713H5FF9879KHV",
        "name": "Aurora",
        "icon": "https://files.example.com/icon.png",
        "onboarding_url": None,
        "models": f"{BASE}/vehicle_models?make_id=vmak01KAEZ8C369F713H5FF9879KHV",
    }


def make_problem(status: int, **changes: Any) -> dict[str, Any]:
    """Return a conforming problem document, with changes."""
    return {"title": "Refused", "detail": "In words.", "status": status, **changes}


class CheckBench:
    """Judge of responses against the bundled description."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject

    def operation(self, key: str, **changes: Any) -> Operation:
        """Return an operation, with changes."""
        return msgspec.structs.replace(self.subject.model.operations_by_key[key], **changes)

    def judge(
        self,
        key: str | Operation,
        body: Any,
        status: int = 200,
        *,
        media: str = "",
        method: str = "",
        query: str = "",
        identity: str = "full",
        cut: bool = False,
        headers: dict[str, str | None] | None = None,
        sent: Headers = (),
    ) -> list[Outcome]:
        """Return all outcomes on one exchange; a header that is None is left out, a body of bytes is sent as it is.

        `sent` are headers of the request.
        """
        operation = self.operation(key) if isinstance(key, str) else key
        media = media or ("application/problem+json" if status >= 400 else "application/json")
        all_headers = {"Content-Type": media, **HEADERS, **(headers or {})}
        response = Response(
            status,
            tuple((name, value) for name, value in all_headers.items() if value is not None),
            body if isinstance(body, bytes) else msgspec.json.encode(body),
            cut=cut,
        )
        request = Request(operation.key, method or operation.method, operation.path + query, sent, identity=identity)
        exchange = Exchange("x1", request, BASE + request.target, NOW, response)
        return list(self._outcomes(OperationResponse(exchange, operation)))

    def _outcomes(self, answer: OperationResponse) -> Iterator[Outcome]:
        for check in CHECKS:
            for outcome in check.judge(answer, self.subject):
                assert outcome.requirement in check.requirements
                assert outcome.operation == answer.operation.key
                yield outcome


def violated_requirements(outcomes: list[Outcome]) -> set[str]:
    """Return the requirements with a violation."""
    return {outcome.requirement for outcome in outcomes if outcome.verdict is Verdict.FAIL}


def passed_requirements(outcomes: list[Outcome]) -> set[str]:
    """Return the requirements that were judged and hold."""
    return {outcome.requirement for outcome in outcomes if outcome.verdict is Verdict.PASS} - violated_requirements(
        outcomes
    )


def outcomes_on(outcomes: list[Outcome], requirement: str) -> list[Outcome]:
    """Return the outcomes on one requirement."""
    return [outcome for outcome in outcomes if outcome.requirement == requirement]


@pytest.fixture(scope="session")
def subject() -> Subject:
    description = load_description()
    target = Target("test", TargetKind.URL, BASE, identities=("full",))
    return Subject(description, SchemaValidators(description), SecondOpinion(description), target)


@pytest.fixture(scope="session")
def bench(subject: Subject) -> CheckBench:
    return CheckBench(subject)


@pytest.fixture(scope="session")
def judge(bench: CheckBench) -> Callable[..., list[Outcome]]:
    return bench.judge
