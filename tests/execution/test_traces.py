"""Trace ids: one for each request, in the request, the record, and the command that repeats it."""

import re

import httpx

from conformance.execution.waits import Transmission, transmit
from conformance.model import Exchange, Request, Response
from conformance.network.channel import Channel
from conformance.network.traces import make_traceparent
from reports.request_commands import write_curl


class OpenGate:
    """A gate that lets everything pass."""

    def check(self, *_: object) -> None:
        """Allow the request."""

    def observe(self, *_: object) -> None:
        """Learn nothing."""


def send(request: Request, traceparent: str) -> tuple[list[httpx.Request], Exchange]:
    """Send a request through a channel that keeps it; return what was sent, and the exchange."""
    sent: list[httpx.Request] = []

    def answer(wire: httpx.Request) -> httpx.Response:
        sent.append(wire)
        return httpx.Response(200)

    channel = Channel("http://api.example/v2", {}, OpenGate(), agent="test", transport=httpx.MockTransport(answer))
    return sent, transmit(channel, lambda: 1.0, Transmission(request, "x1"), traceparent).exchange


def test_trace_ids_have_the_form_of_the_standard_and_differ() -> None:
    traces = {make_traceparent() for _ in range(100)}
    assert len(traces) == 100
    assert all(re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-01", trace) for trace in traces)


def test_trace_is_sent_recorded_and_in_the_command() -> None:
    trace = make_traceparent()
    (wire,), exchange = send(Request("GET /evses", "GET", "/evses"), trace)
    assert wire.headers["traceparent"] == trace
    assert exchange.traceparent == trace
    assert exchange.request.headers == ()  # the request is the same in every run
    assert f"traceparent: {trace}" in write_curl(exchange)


def test_no_trace_is_sent_without_one() -> None:
    (wire,), exchange = send(Request("GET /evses", "GET", "/evses"), "")
    assert "traceparent" not in wire.headers
    assert "traceparent" not in write_curl(exchange)


def test_trace_of_the_request_itself_wins() -> None:
    own = ("Traceparent", "00-own")
    (wire,), _ = send(Request("GET /evses", "GET", "/evses", (own,)), make_traceparent())
    assert wire.headers.get_list("traceparent") == ["00-own"]


def test_command_of_a_recorded_exchange_needs_no_trace() -> None:
    exchange = Exchange("x", Request("GET /evses", "GET", "/evses"), "http://api.example/v2/evses", 0, Response(200))
    assert exchange.sent_headers == ()
