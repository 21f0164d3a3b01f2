"""A probe's requests go out as the identity that pays; where that may not send one, as `full` from then on."""

import pytest

from conformance.model import Noticed, Request, Response
from conformance.probes.toolkit.payment import send_as
from tests.probes.scripted import make_exchange


def run(steps, status_of):
    sent, other = [], []
    step = next(steps, None)
    while step is not None:
        if isinstance(step, Request):
            sent.append(step)
            answer = make_exchange(step, Response(status_of(step)))
        else:
            other.append(step)
            answer = None
        try:
            step = steps.send(answer)
        except StopIteration:
            break
    return sent, other


def read(*identities):
    received = []
    for number, identity in enumerate(identities):
        exchange = yield Request("*", "GET", f"/{number}", identity=identity)
        received.append((exchange.request.identity, exchange.status))
        yield Noticed("seen", "text", "*")
    assert received


def test_the_payer_sends_what_names_nobody_and_nothing_else():
    sent, other = run(send_as("readonly", read("full", "user_b", "", "full")), lambda _: 200)
    assert [request.identity for request in sent] == ["readonly", "user_b", "", "readonly"]
    assert len(other) == 4


@pytest.mark.parametrize("status", [401, 403])
def test_full_sends_again_what_the_payer_may_not_and_all_that_follows(status):
    answers = {"readonly": status, "full": 200}
    sent, _ = run(send_as("readonly", read("full", "full")), lambda request: answers[request.identity])
    assert [(request.target, request.identity) for request in sent] == [
        ("/0", "readonly"), ("/0", "full"), ("/1", "full"),
    ]  # fmt: skip


def test_a_refusal_of_full_itself_is_not_repeated():
    sent, _ = run(send_as("full", read("full", "full")), lambda _: 403)
    assert len(sent) == 2


def test_steps_that_send_nothing_end_at_once():
    assert run(send_as("readonly", iter(())), lambda _: 200) == ([], [])
