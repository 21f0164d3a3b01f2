"""The baseline gets the reads of the target and nothing else; what lasts is a regression, what moves is none."""

import json
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from conformance.description import load_description
from conformance.errors import UsageError
from conformance.execution.baseline import connect_baseline
from conformance.execution.mirrored_channel import Baseline
from conformance.execution.setup import RunOptions
from conformance.execution.spec import RunSpec
from conformance.model import Request, Response, Target, TargetKind
from conformance.network.channel import NoResponseError
from conformance.regressions.mirror import Mirror, Regression

URLS = ("http://a.example/v2", "http://b.example/v2")
Answer = Callable[[Request], Any]


class ScriptedChannel:
    """A channel to a baseline that answers by a function, and keeps what it was sent."""

    def __init__(self, answer: Answer) -> None:
        self.sent: list[Request] = []
        self._answer = answer

    def send(self, request: Request) -> Response:
        """Answer a request."""
        self.sent.append(request)
        return respond(self._answer(request))


def respond(body: Any) -> Response:
    """Return a response: a status, or a JSON body."""
    if isinstance(body, int):
        return Response(body)
    return Response(200, (("Content-Type", "application/json"),), json.dumps(body).encode(), 0.01)


def run(
    target: Answer, baseline: Answer, *requests: Request, limit: int | None = None
) -> tuple[list[Regression], ScriptedChannel]:
    """Send requests to both; return the regressions, and the channel of the baseline."""
    channel = ScriptedChannel(baseline)
    mirror = Mirror(channel, URLS, frozenset({"full"}), limit)  # type: ignore[arg-type]
    for request in requests:
        mirror.compare(request, respond(target(request)), lambda request=request: respond(target(request)))
    return list(mirror.list_regressions()), channel


def read(path: str = "/evses", **more: Any) -> Request:
    """Return a read."""
    return Request("GET /evses", "GET", path, **more)


def test_difference_that_lasts_is_a_regression_with_its_operation_and_place() -> None:
    (regression,), _ = run(lambda _: {"a": 1}, lambda _: {"a": 1, "b": 2}, read())
    assert (regression.operation, regression.kind, regression.pointer) == ("GET /evses", "gone", "/b")
    assert regression.is_grave
    assert "gone at /b: 2 before, nothing now" in regression.sentence


def test_what_was_added_breaks_no_client() -> None:
    (regression,), _ = run(lambda _: {"a": 1, "b": 2}, lambda _: {"a": 1}, read())
    assert not regression.is_grave


def test_what_differs_between_two_reads_of_either_is_noise() -> None:
    numbers = count()
    assert run(lambda _: {"n": 0}, lambda _: {"n": next(numbers)}, read())[0] == []
    assert run(lambda _: {"n": next(numbers)}, lambda _: {"n": 0}, read())[0] == []


def test_nothing_but_reads_reaches_the_baseline() -> None:
    _, channel = run(
        lambda _: {}, lambda _: {}, read(), Request("POST /evses", "POST", "/evses"), read("/o", authority="http://x"),
        read("/t", token_in="query"), read("/i", identity="other"),
    )  # fmt: skip
    assert [request.target for request in channel.sent] == ["/evses"]


def test_limit_of_the_baseline_holds() -> None:
    _, channel = run(lambda _: {}, lambda _: {}, *(read(f"/evses?page_size={n}") for n in range(9)), limit=3)
    assert len(channel.sent) == 3


def test_baseline_that_refuses_gets_no_more() -> None:
    _, channel = run(lambda _: {}, lambda _: 429, *(read(f"/evses?page_size={n}") for n in range(9)))
    assert len(channel.sent) == 3


def test_urls_in_headers_are_those_of_the_baseline() -> None:
    _, channel = run(lambda _: {}, lambda _: {}, read(headers=(("User", f"{URLS[0]}/users/x"),)))
    assert channel.sent[0].headers == (("User", f"{URLS[1]}/users/x"),)


def test_values_of_different_worlds_are_no_regressions_and_what_is_always_absent_is() -> None:
    def answer(number: int, **more: Any) -> Answer:
        return lambda request: [{"n": number + n, "m": 7 * number + n, **more} for n in range(5)]

    requests = [read(f"/evses?page_size={n}") for n in range(5)]
    assert run(answer(1), answer(50), *requests)[0] == []
    (regression,), _ = run(answer(1), answer(50, gone="x"), *requests)
    assert (regression.kind, regression.pointer) == ("gone", "/*/gone")


def test_other_ids_show_another_world() -> None:
    ours, theirs = ({"id": f"evse01K8MDG{n}Y7JC3T3ZKDQ3RPVVB4", "name": f"n{n}"} for n in (2, 5))
    assert run(lambda _: ours, lambda _: theirs, read())[0] == []
    assert run(lambda _: ours, lambda _: ours | {"name": "other"}, read())[0][0].kind == "other value"


def test_lost_baseline_accuses_nobody() -> None:
    def lose(_: Request) -> Any:
        raise NoResponseError("gone")

    assert run(lambda _: {"a": 1}, lose, read())[0] == []


@pytest.mark.parametrize(
    ("against", "message"), [("builtin", "configured target or a URL"), (URLS[0], "target itself")]
)
def test_baseline_must_be_another_target(against: str, message: str) -> None:
    target = Target("a", TargetKind.URL, URLS[0], identities=("full",))
    spec = RunSpec("r", "/tmp/r", target, {}, {})  # noqa: S108 - never written
    with pytest.raises(UsageError, match=message):
        connect_baseline(spec, RunOptions(against=against), load_description())


def test_baseline_shows_no_secret() -> None:
    baseline = Baseline(Target("a", TargetKind.URL, URLS[0]), {"full": (("Authorization", "Bearer secret"),)})
    assert "secret" not in repr(baseline)
