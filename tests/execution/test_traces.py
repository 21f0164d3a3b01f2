"""Trace ids: one for each request, in the request, the record, and the command that repeats it."""

import re

import httpx

from conformance.execution.waits import Transmission, transmit
from conformance.model import Exchange, Request, Response
from conformance.network.channel import Channel
from conformance.network.traces import TraceNamer
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
    first, second = TraceNamer(), TraceNamer()
    names = ["xe5b185f5c2e9", "x000000000000", "xe5b185f5c2e9-sign", "x1", ""]
    traces = [namer.make_traceparent(name) for name in names for _ in range(20) for namer in (first, second)]
    assert len(set(traces)) == len(traces)
    assert all(re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-01", trace) for trace in traces)


def test_trace_ids_show_the_exchange_and_need_little_else() -> None:
    namer = TraceNamer()
    one, other = namer.make_traceparent("xe5b185f5c2e9"), namer.make_traceparent("x0123456789ab")
    assert one.count("e5b185f5c2e9") == 2
    assert other.count("0123456789ab") == 2
    assert one[:19] == other[:19]


def test_trace_is_sent_recorded_and_in_the_command() -> None:
    trace = TraceNamer().make_traceparent("x1")
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
    (wire,), _ = send(Request("GET /evses", "GET", "/evses", (own,)), TraceNamer().make_traceparent("x1"))
    assert wire.headers.get_list("traceparent") == ["00-own"]


def test_command_of_a_recorded_exchange_needs_no_trace() -> None:
    exchange = Exchange("x", Request("GET /evses", "GET", "/evses"), "http://api.example/v2/evses", 0, Response(200))
    assert exchange.sent_headers == ()
