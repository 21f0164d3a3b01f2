"""What needs a clock that can be moved, or an address that only a certified endpoint has."""

import time
from collections.abc import Callable

import httpx
import pytest

from conformance.certify.webhook_receivers import performing
from conformance.certify.webhook_receivers.sender import Sender
from conformance.certify.webhook_receivers.stimuli import STIMULI, Stimulus
from conformance.model import Verdict
from tests.certify.conftest import failing, verdicts
from tests.receivers.sample import FORGETS, Receiver

CONTROL = STIMULI[0]


def about(*requirements: str) -> tuple[Stimulus, ...]:
    return (CONTROL, *(each for each in STIMULI if each.requirement in requirements))


class Clock:
    """The real time, moved by what was slept."""

    def __init__(self) -> None:
        self.ahead, self.slept = 0.0, []

    def now(self) -> float:
        return time.time() + self.ahead

    def sleep(self, seconds: float) -> None:
        self.ahead += seconds
        self.slept.append(seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def told(summary, requirement: str) -> set[tuple[Verdict, str]]:
    found = [each for each in summary.findings if each.requirement == requirement]
    return {(each.verdict, each.message.partition(":")[0]) for each in found}


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("", set()),
        ("forgets after a day", {(Verdict.WARN, "retry after 27 h 35 min")}),
        ("forgets after two minutes", {(Verdict.FAIL, "retry after 5 min"), (Verdict.WARN, "retry after 27 h 35 min")}),
    ],
)
def test_retries_come_after_minutes_and_after_a_day(certified, clock, fault, expected):
    receiver = Receiver(fault, clock=clock.now)
    summary = certified(
        receiver.app, stimuli=about("W24"), observed=True, longest_wait_s=1e6, clock=clock.now, sleep=clock.sleep
    )
    assert clock.slept == [305, 99_300]
    assert told(summary, "W24") == expected
    assert verdicts(summary, Verdict.FAIL, Verdict.WARN) == ({"W24"} if expected else set())
    assert expected or "W24" in verdicts(summary, Verdict.PASS)
    assert set(FORGETS) >= {fault} - {""}


def test_a_wait_that_is_too_long_is_left_out_and_said(certified, clock):
    receiver = Receiver("forgets after a day", clock=clock.now)
    summary = certified(receiver.app, stimuli=about("W24"), observed=True, clock=clock.now, sleep=clock.sleep)
    assert clock.slept == [305]
    assert not told(summary, "W24")
    assert any("retry after 27 h 35 min: not tried" in each.message for each in summary.notices)


@pytest.mark.parametrize("rate", [0.2, 0.5])
def test_a_message_is_as_old_as_it_says_however_long_its_turn_takes(certified, clock, rate):
    receiver = Receiver(clock=clock.now)
    stimuli = about("W12", "W13")
    summary = certified(receiver.app, stimuli=stimuli, rate=rate, clock=clock.now, sleep=clock.sleep)
    assert sum(clock.slept) > (len(stimuli) - 1) / rate / 2
    assert verdicts(summary, Verdict.PASS) >= {"W12", "W13"}
    assert not verdicts(summary, Verdict.FAIL, Verdict.WARN, Verdict.INCONCLUSIVE)


class Late(httpx.HTTPTransport):
    """A busy machine: from the second delivery on, so many come three seconds after they were made."""

    def __init__(self, clock: Clock, late: int) -> None:
        super().__init__()
        self.clock, self.left, self.first = clock, late, True

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if not self.first and self.left:
            self.left -= 1
            self.clock.ahead += 3
        self.first = False
        return super().handle_request(request)


@pytest.mark.parametrize("name", ["302 s ahead", "299 s old"])
@pytest.mark.parametrize(("late", "verdict"), [(1, Verdict.PASS), (100, Verdict.INCONCLUSIVE)])
def test_what_is_delivered_late_is_tried_again_and_never_a_violation(
    certified, clock, monkeypatch, name, late, verdict
):
    monkeypatch.setattr(Sender, "_sent", _timed(Sender._sent, clock))
    receiver = Receiver(clock=clock.now)
    stimuli = (CONTROL, *(each for each in STIMULI if each.name == name))
    summary = certified(
        receiver.app, stimuli=stimuli, observed=True, transport=Late(clock, late), clock=clock.now, sleep=clock.sleep
    )
    (cell,) = [each for each in summary.cells if each.requirement == stimuli[1].requirement]
    assert cell.verdict is verdict, cell.reason
    tries = [each for each in summary.exchanges if name.replace(" ", "-") in each.id]
    assert len(tries) == (2 if late == 1 else performing._TRIES)


def _timed(send: Callable, clock: Clock) -> Callable:
    """The answer takes as long as the clock that is moved says."""
    import msgspec

    def timed(self, message, name):
        ahead = clock.ahead
        sent = send(self, message, name)
        if sent.exchange.response is None:
            return sent
        took = sent.exchange.response.elapsed_s + clock.ahead - ahead
        response = msgspec.structs.replace(sent.exchange.response, elapsed_s=took)
        return msgspec.structs.replace(sent, exchange=msgspec.structs.replace(sent.exchange, response=response))

    return timed


def behind(plain: Callable[[httpx.Request], httpx.Response]) -> httpx.MockTransport:
    """A receiver on https://partner.example; what comes by plain http is answered apart."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.scheme == "http":
            assert not request.content
            assert not [name for name in request.headers if name.startswith("svix")]
            return plain(request)
        return httpx.Response(204 if request.method == "POST" else 405)

    return httpx.MockTransport(answer)


def refused(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("connection refused")


@pytest.mark.parametrize(
    ("plain", "verdict"),
    [
        (lambda _: httpx.Response(204), Verdict.FAIL),
        (lambda _: httpx.Response(301, headers={"location": "https://partner.example/"}), Verdict.PASS),
        (lambda _: httpx.Response(403), Verdict.PASS),
        (refused, Verdict.PASS),
    ],
)
def test_plain_http_beside_https_must_not_be_accepted(certified, monkeypatch, plain, verdict):
    monkeypatch.setattr(Sender, "old_tls", lambda self: False)
    summary = certified("https://partner.example/webhook", stimuli=about("W30"), transport=behind(plain))
    (cell,) = [each for each in summary.cells if each.requirement == "W30"]
    assert cell.verdict is verdict, cell.reason
    assert failing(summary) == ({"W30"} if verdict is Verdict.FAIL else set())
    assert any(each.url == "http://partner.example/webhook" for each in summary.exchanges)


@pytest.mark.parametrize(("seen", "verdict"), [(True, Verdict.FAIL), (False, Verdict.PASS), (None, Verdict.PASS)])
def test_old_tls_must_not_be_accepted(certified, monkeypatch, seen, verdict):
    monkeypatch.setattr(Sender, "old_tls", lambda self: seen)
    summary = certified("https://partner.example/webhook", stimuli=about("W30"), transport=behind(refused))
    (cell,) = [each for each in summary.cells if each.requirement == "W30"]
    assert cell.verdict is verdict, cell.reason
    assert ("TLS 1.1" in cell.reason) is (seen is True)


def test_an_endpoint_of_plain_http_that_is_not_local_fails(certified):
    transport = httpx.MockTransport(lambda request: httpx.Response(204 if request.method == "POST" else 405))
    summary = certified("http://partner.example/webhook", stimuli=about("W30"), transport=transport)
    assert failing(summary) == {"W30"}
