"""What needs a clock that can be moved, or an address that only a certified endpoint has."""

import time
from collections.abc import Callable

import httpx
import pytest

from conformance.certify.webhook_receivers import stimulus_runner
from conformance.certify.webhook_receivers.definitions import Stimulus
from conformance.certify.webhook_receivers.sender import MessageSender
from conformance.certify.webhook_receivers.stimuli import STIMULI
from conformance.model import Verdict
from tests.certify.conftest import failing, verdicts
from tests.receivers.sample import FORGETS, Receiver

CONTROL = STIMULI[0]


def about(*requirements: str) -> tuple[Stimulus, ...]:
    """Return the stimuli of requirements, but for those that only need many messages."""
    listed = (stimulus for stimulus in STIMULI if not any(step.others for step in stimulus.steps))
    return (CONTROL, *(stimulus for stimulus in listed if stimulus.requirement in requirements))


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


def list_findings(summary, requirement: str) -> set[tuple[Verdict, str]]:
    findings = [finding for finding in summary.findings if finding.requirement == requirement]
    return {(finding.verdict, finding.message.partition(":")[0]) for finding in findings}


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("", set()),
        ("forgets after a day", {(Verdict.WARN, "retry after 27 h 35 min")}),
        ("forgets after two minutes", {(Verdict.FAIL, "retry after 5 min"), (Verdict.WARN, "retry after 27 h 35 min")}),
    ],
)
def test_retries_come_after_minutes_and_after_a_day(run_certification, clock, fault, expected):
    receiver = Receiver(fault, clock=clock.now)
    summary = run_certification(
        receiver.app, stimuli=about("W24"), observed=True, longest_wait_s=1e6, clock=clock.now, sleep=clock.sleep
    )
    assert clock.slept == [305, 99_300]
    assert list_findings(summary, "W24") == expected
    assert verdicts(summary, Verdict.FAIL, Verdict.WARN) == ({"W24"} if expected else set())
    assert expected or "W24" in verdicts(summary, Verdict.PASS)
    assert set(FORGETS) >= {fault} - {""}


def test_a_wait_that_is_too_long_is_left_out_and_said(run_certification, clock):
    receiver = Receiver("forgets after a day", clock=clock.now)
    summary = run_certification(receiver.app, stimuli=about("W24"), observed=True, clock=clock.now, sleep=clock.sleep)
    assert clock.slept == [305]
    assert not list_findings(summary, "W24")
    assert any("retry after 27 h 35 min: not sent" in notice.message for notice in summary.notices)


@pytest.mark.parametrize("rate", [0.2, 0.5])
def test_a_message_is_as_old_as_it_says_however_long_its_turn_takes(run_certification, clock, rate):
    receiver = Receiver(clock=clock.now)
    stimuli = about("W12", "W13")
    summary = run_certification(receiver.app, stimuli=stimuli, rate=rate, clock=clock.now, sleep=clock.sleep)
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
    run_certification, clock, monkeypatch, name, late, verdict
):
    monkeypatch.setattr(MessageSender, "_send", _add_clock_time(MessageSender._send, clock))
    receiver = Receiver(clock=clock.now)
    stimuli = (CONTROL, *(stimulus for stimulus in STIMULI if stimulus.name == name))
    summary = run_certification(
        receiver.app, stimuli=stimuli, observed=True, transport=Late(clock, late), clock=clock.now, sleep=clock.sleep
    )
    (result,) = [case for case in summary.case_results if case.requirement == stimuli[1].requirement]
    assert result.verdict is verdict, result.reason
    tries = [exchange for exchange in summary.exchanges if name.replace(" ", "-") in exchange.id]
    assert len(tries) == (2 if late == 1 else stimulus_runner._TRIES)


def _add_clock_time(send: Callable, clock: Clock) -> Callable:
    """Add the time by which the test's clock moves to the response time."""
    import msgspec

    def send_with_clock_time(self, message, name):
        ahead = clock.ahead
        sent = send(self, message, name)
        if sent.exchange.response is None:
            return sent
        took = sent.exchange.response.elapsed_s + clock.ahead - ahead
        response = msgspec.structs.replace(sent.exchange.response, elapsed_s=took)
        return msgspec.structs.replace(sent, exchange=msgspec.structs.replace(sent.exchange, response=response))

    return send_with_clock_time


def serve_both(plain: Callable[[httpx.Request], httpx.Response]) -> httpx.MockTransport:
    """Return a receiver on https://partner.example, with a separate handler for plain http."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.scheme == "http":
            assert not request.content
            assert not [name for name in request.headers if name.startswith("svix")]
            return plain(request)
        return httpx.Response(204 if request.method == "POST" else 405)

    return httpx.MockTransport(answer)


def refuse_connection(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("connection refused")


@pytest.mark.parametrize(
    ("plain", "verdict"),
    [
        (lambda _: httpx.Response(204), Verdict.FAIL),
        (lambda _: httpx.Response(301, headers={"location": "https://partner.example/"}), Verdict.PASS),
        (lambda _: httpx.Response(403), Verdict.PASS),
        (refuse_connection, Verdict.PASS),
    ],
)
def test_plain_http_beside_https_must_not_be_accepted(run_certification, monkeypatch, plain, verdict):
    monkeypatch.setattr(MessageSender, "probe_old_tls", lambda self: False)
    summary = run_certification("https://partner.example/webhook", stimuli=about("W30"), transport=serve_both(plain))
    (result,) = [case for case in summary.case_results if case.requirement == "W30"]
    assert result.verdict is verdict, result.reason
    assert failing(summary) == ({"W30"} if verdict is Verdict.FAIL else set())
    assert any(exchange.url == "http://partner.example/webhook" for exchange in summary.exchanges)


@pytest.mark.parametrize(("seen", "verdict"), [(True, Verdict.FAIL), (False, Verdict.PASS), (None, Verdict.PASS)])
def test_old_tls_must_not_be_accepted(run_certification, monkeypatch, seen, verdict):
    monkeypatch.setattr(MessageSender, "probe_old_tls", lambda self: seen)
    summary = run_certification(
        "https://partner.example/webhook", stimuli=about("W30"), transport=serve_both(refuse_connection)
    )
    (result,) = [case for case in summary.case_results if case.requirement == "W30"]
    assert result.verdict is verdict, result.reason
    assert ("TLS 1.1" in result.reason) is (seen is True)


def test_an_endpoint_of_plain_http_that_is_not_local_fails(run_certification):
    transport = httpx.MockTransport(lambda request: httpx.Response(204 if request.method == "POST" else 405))
    summary = run_certification("http://partner.example/webhook", stimuli=about("W30"), transport=transport)
    assert failing(summary) == {"W30"}
