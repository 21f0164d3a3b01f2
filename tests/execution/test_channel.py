"""The edge to the network, against real sockets that misbehave and against respx."""

import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

import httpx
import pytest
import respx

from conformance.model import Request, Target, TargetKind
from conformance.network.channel import Channel, Limits, NoResponseError, NotSentError
from conformance.safety.gate import Gate


def gate_to(base):
    return Gate(Target("test", TargetKind.URL, base), ())


class Hasty(Limits):
    connect_s = 1.0
    idle_s = 0.3
    total_s = 0.6
    body_bytes = 10_000


@contextmanager
def talking(*chunks, pause=0.0, endless=b""):
    """A server of one connection that says these bytes whatever it is asked."""
    server = socket.create_server(("127.0.0.1", 0))
    done = threading.Event()

    def serve():
        try:
            peer, _ = server.accept()
        except OSError:
            return
        with peer:
            peer.recv(65536)
            try:
                for chunk in chunks:
                    peer.sendall(chunk)
                    done.wait(pause)
                while endless and not done.wait(0.05):
                    peer.sendall(endless)
            except OSError:
                return

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/v2"
    finally:
        done.set()
        server.shutdown(socket.SHUT_RDWR)  # wakes one that nobody connected to
        server.close()
        thread.join(5)


@contextmanager
def answering_together(count):
    """A server that answers so many requests at a time, all at once; with it, the list of connections it took."""
    server = socket.create_server(("127.0.0.1", 0))
    together, taken = threading.Barrier(count), []

    def converse(peer):
        with suppress(OSError):  # the test has ended and closed it
            while peer.recv(65536):
                together.wait(5)
                peer.sendall(b"HTTP/1.1 204 Fine\r\n\r\n")

    def accept():
        while True:
            try:
                taken.append(server.accept()[0])
            except OSError:
                return
            threading.Thread(target=converse, args=taken[-1:], daemon=True).start()

    thread = threading.Thread(target=accept)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/v2", taken
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join(5)
        for each in taken:
            each.close()


@contextmanager
def talking_once_each(*answers):
    """A server that gives each connection one answer, and is silent on it from then on."""
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(5)
    peers = []

    def serve():
        for each in answers:
            peers.append(server.accept()[0])
            peers[-1].recv(65536)
            peers[-1].sendall(each)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/v2"
    finally:
        thread.join(5)
        for each in (*peers, server):
            each.close()


def get(base, target="/", **more):
    with Channel(
        base, {"full": (("Authorization", "Bearer t"),)}, gate_to(base), agent="tests", limits=Hasty
    ) as channel:
        return channel.send(Request("GET /", "GET", target, **more))


def test_an_answer_is_read_whole():
    with talking(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-A: 1\r\nX-A: 2\r\n\r\nhi") as base:
        answer = get(base)
    assert (answer.status, answer.body, answer.cut) == (200, b"hi", False)
    assert [value for name, value in answer.headers if name == "X-A"] == ["1", "2"]


def test_a_request_that_needs_its_own_connection_gets_one_and_leaves_none():
    with answering_together(1) as (base, taken), Channel(base, {}, gate_to(base), agent="tests") as channel:
        for own in (False, True, True, False):
            channel.send(Request("GET /", "GET", "/", identity="", own_connection=own))
        assert len(taken) == 3


def test_a_body_that_never_ends_is_given_up():
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    with talking(head, endless=b"1\r\nx\r\n") as base, pytest.raises(NoResponseError, match="did not end"):
        get(base)


def test_headers_that_never_end_are_given_up_too():
    with talking(b"HTTP/1.1 200 OK\r\n", endless=b"X-A: 1\r\n") as base, pytest.raises(NoResponseError) as caught:
        get(base)
    assert caught.value.slow


def test_informational_responses_without_end_are_given_up():
    hint = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
    with talking(hint, endless=hint) as base, pytest.raises(NoResponseError) as caught:
        get(base)
    assert caught.value.slow


def test_a_body_beyond_the_limit_is_cut():
    with talking(b"HTTP/1.1 200 OK\r\nContent-Length: 50000\r\n\r\n" + b"x" * 50_000) as base:
        answer = get(base)
    assert answer.cut
    assert len(answer.body) == Hasty.body_bytes


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (b"", "breaks HTTP"),
        (b"rubbish\r\n\r\n", "breaks HTTP"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx", "breaks HTTP"),
    ],
)
def test_half_an_answer_is_none(said, words):
    with talking(said) as base, pytest.raises(NoResponseError, match=words):
        get(base)


def test_silence_is_given_up():
    with talking(b"", pause=2.0) as base, pytest.raises(NoResponseError, match="in time"):
        get(base)


def test_nobody_there():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(NoResponseError, match="no connection"):
        get(f"http://127.0.0.1:{port}/v2")


def test_a_redirect_is_an_answer():
    with respx.mock(base_url="http://api.example/v2") as router:
        router.get("/").respond(302, headers={"Location": "http://elsewhere.example/"})
        assert get("http://api.example/v2").status == 302


def test_an_own_header_replaces_the_credentials():
    with respx.mock(base_url="http://api.example/v2") as router:
        route = router.get("/").respond(200)
        get("http://api.example/v2", headers=(("authorization", "Bearer other"),))
        get("http://api.example/v2", identity="")
    sent = [call.request.headers.get_list("authorization") for call in route.calls]
    assert sent == [["Bearer other"], []]


@pytest.mark.parametrize("target", ["/evses/a%00b", "/evses/%0A?x=%F0%9F%9A%97", "/evses?created_at__gte=a%2Bb&b=c,d"])
def test_the_bytes_that_were_meant_go_out(target):
    seen = []
    transport = httpx.MockTransport(lambda request: seen.append(request.url.raw_path) or httpx.Response(200))
    with Channel(
        "http://127.0.0.1:1/v2", {}, gate_to("http://127.0.0.1:1/v2"), agent="tests", transport=transport
    ) as channel:
        channel.send(Request("GET /", "GET", target))
    assert seen == [b"/v2" + target.encode()]


def test_a_header_that_http_cannot_carry_is_not_sent():
    with talking(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") as base, pytest.raises(NotSentError):
        get(base, headers=(("X-Odd", "a\nb"),))


def test_a_body_that_is_not_encoded_as_it_says_is_no_answer():
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\n"
    with talking(head + b"plain") as base, pytest.raises(NoResponseError, match="Content-Encoding"):
        get(base)


def test_a_connection_on_which_the_server_failed_is_not_used_again():
    answers = [b"HTTP/1.1 %d Said\r\nContent-Length: 0\r\n\r\n" % status for status in (500, 200)]
    with talking_once_each(*answers) as base, Channel(base, {}, gate_to(base), agent="tests", limits=Hasty) as channel:
        assert [channel.send(Request("GET /", "GET", "/")).status for _ in answers] == [500, 200]


def test_no_connection_is_closed_while_others_are_in_use():
    crowd = 50  # the pool's default would keep 20, and close in one thread what another has just begun to use
    with (
        answering_together(crowd) as (base, taken),
        Channel(base, {}, gate_to(base), agent="tests") as channel,
        ThreadPoolExecutor(crowd) as pool,
    ):
        for _ in range(3):
            said = list(pool.map(lambda _: channel.send(Request("GET /", "GET", "/")).status, range(crowd)))
            assert said == [204] * crowd
        assert len(taken) == crowd


def test_no_answer_changes_a_later_request():
    def answer(request):
        sent.append(request.headers.get("cookie"))
        return httpx.Response(200, headers={"Set-Cookie": "a=1"})

    sent = []
    with Channel(
        "http://127.0.0.1:1/v2",
        {},
        gate_to("http://127.0.0.1:1/v2"),
        agent="tests",
        transport=httpx.MockTransport(answer),
    ) as channel:
        for _ in range(2):
            channel.send(Request("GET /", "GET", "/"))
    assert sent == [None, None]


@pytest.fixture
def proxied(monkeypatch):
    """Names a proxy in the environment, and no exemption."""
    for name in ("HTTP_PROXY", "http_proxy", "NO_PROXY", "no_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    return lambda base: monkeypatch.setenv("http_proxy", base.removeprefix("http://").removesuffix("/v2"))


def test_other_hosts_are_asked_through_the_proxy(proxied):
    with talking(b"HTTP/1.1 418 Proxy\r\nContent-Length: 0\r\n\r\n") as proxy:
        proxied(proxy)
        assert get("http://api.invalid/v2").status == 418


def test_loopback_is_asked_without_a_proxy(proxied):
    proxied("http://127.0.0.1:1/v2")
    with talking(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") as base:
        assert get(base).status == 200
