"""Webhooks signed, sent, judged and recorded, against httpx posting the same bytes; then a whole certification.

The receiver is a trivial one, a thread of this process: what it costs stands in both figures.
"""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import httpx

from conformance.certify.webhook_receivers.certification import ReceiverOptions, open_runner, select_stimuli
from conformance.certify.webhook_receivers.live_resources import serve_resources
from conformance.certify.webhook_receivers.stimuli import STIMULI
from conformance.description import load_description
from conformance.model import Profile
from conformance.webhooks.loopback_server import serve_on_loopback
from tests.receivers.sample import SECRET, Receiver

TIMES = 1000
TRIALS = 3


class Trivial:
    """Answers 204 to everything."""

    async def __call__(self, scope, receive, send) -> None:
        while (await receive()).get("more_body"):
            pass
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def bare(url: str, body: bytes) -> None:
    """Posts of the same size, nothing else."""
    with httpx.Client(trust_env=False) as client:
        for _ in range(TIMES):
            client.post(url, content=body, headers={"content-type": "application/json"}).raise_for_status()


def main() -> None:
    """Measure and print the best of several trials each."""
    description = load_description()
    with tempfile.TemporaryDirectory() as scratch, serve_resources(description) as world:
        control = STIMULI[1]  # valid, about something that has ended
        with serve_on_loopback(Trivial()) as origin:
            ours, theirs = [], []
            for trial in range(TRIALS):
                options = ReceiverOptions(f"{origin}/webhook", SECRET, Path(scratch) / str(trial), rate=0.0)
                with open_runner(options, description, world) as stage:
                    ours.append(seconds(lambda stage=stage: stage.run_stimuli((control,) * TIMES)))
                body = b"x" * 2000
                theirs.append(seconds(lambda body=body: bare(f"{origin}/webhook", body)))
        print(f"deliveries: {TIMES / min(ours):,.0f}/s signed, sent, judged and recorded")
        print(f"httpx: {TIMES / min(theirs):,.0f}/s posted, ratio {min(theirs) / min(ours):.2f}")
        with serve_on_loopback(Receiver().app) as origin:
            options = ReceiverOptions(f"{origin}/webhook", SECRET, Path(scratch) / "whole", observe=f"{origin}/effects")
            with open_runner(options, description, world) as stage:
                took = seconds(lambda: stage.run_stimuli(select_stimuli((), Profile.STANDARD)))
        print(f"certification: {took:.1f} s at 25 deliveries a second")


if __name__ == "__main__":
    main()
