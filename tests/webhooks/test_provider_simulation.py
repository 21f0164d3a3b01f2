"""`webhooks send`: real deliveries of the built-in server, to a receiver that counts them."""

import pytest

from conformance.errors import UsageError
from conformance.webhooks.listener import Listener
from conformance.webhooks.loopback_server import serve_on_loopback
from conformance.webhooks.provider_simulation import SimulatedDay, send_day
from tests.webhooks.conftest import CREATED, ENDED, KEY, SECRET


@pytest.mark.parametrize(("events", "expected"), [((), {CREATED, ENDED}), ((ENDED,), {ENDED})])
def test_the_events_of_a_day_are_delivered_signed(sender, events, expected):
    listener, lines = Listener(refusals=1), list[str]()
    with serve_on_loopback(listener) as url:
        messages = send_day(SimulatedDay(url, SECRET, events), sender.description, lines.append)
    arrived = [listener.arrived.get() for _ in range(listener.arrived.qsize())]
    assert {delivery.event for delivery in arrived} == expected == {message.event for message in messages}
    assert all(message.is_delivered for message in messages)
    assert messages[0].statuses[:2] == (503, 200)
    assert len(arrived) == sum(len(message.statuses) for message in messages)
    for delivery in arrived:
        headers = [delivery.find_header(f"svix-{part}") for part in ("id", "timestamp")]
        assert KEY.has_valid_signature(*headers, delivery.body, delivery.find_header("svix-signature"))
    assert any(messages[0].id in line and "503, 200" in line for line in lines)


def test_a_receiver_that_is_down_is_told(sender):
    lines = list[str]()
    messages = send_day(SimulatedDay("http://127.0.0.1:9/", SECRET, (CREATED,)), sender.description, lines.append)
    assert messages
    assert not any(message.is_delivered for message in messages)
    assert "no response" in lines[-1]


@pytest.mark.parametrize(
    "day",
    [
        SimulatedDay("ftp://x.example/", SECRET),
        SimulatedDay("https://api.ev.energy/hook", SECRET),
        SimulatedDay("http://[x/", SECRET),
        SimulatedDay("http://127.0.0.1:9/", "whsec_short"),
        SimulatedDay("http://127.0.0.1:9/", SECRET, ("tariff.published",)),
    ],
)
def test_a_wrong_option_sends_nothing(sender, day):
    with pytest.raises(UsageError):
        send_day(day, sender.description, lambda _: None)
