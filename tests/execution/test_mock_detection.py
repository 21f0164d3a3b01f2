"""A stateless mock is known by what it answers to reads of members that nobody has."""

import httpx
import pytest

from conformance.description import load_description
from conformance.execution.preflight import detect_stateless_mock
from conformance.model import Target, TargetKind
from conformance.network.channel import Channel
from conformance.safety.gate import Gate

BASE = "http://127.0.0.1:1/v2"
SHOWN = "01HRFF3SEVSCRAV9B3CHVDFN0H"


@pytest.fixture(scope="module")
def model():
    return load_description().model


def detect(model, respond):
    target = Target("test", TargetKind.URL, BASE)
    transport = httpx.MockTransport(respond)
    with Channel(BASE, {"full": ()}, Gate(target, ()), agent="tests", transport=transport) as channel:
        return detect_stateless_mock(channel, model, BASE)


def show_member(host):
    def respond(request):
        key = request.url.path.rpartition("/")[2][:4] + SHOWN
        return httpx.Response(200, json={"id": key, "url": f"{host}/x/{key}", "make": f"{host}/x/1"})

    return respond


def test_a_mock_shows_other_members_and_links_to_another_host(model):
    assert detect(model, show_member("https://api.example.com/v2")) == (4, True)


def test_a_server_that_shows_other_members_of_its_own_is_no_mock(model):
    assert detect(model, show_member(BASE)) == (4, False)


def test_a_server_that_holds_data_is_sent_one_request(model):
    assert detect(model, lambda request: httpx.Response(404)) == (1, False)


def test_a_server_that_invents_the_member_is_no_mock(model):
    def respond(request):
        return httpx.Response(200, json={"id": request.url.path.rpartition("/")[2], "url": "https://x.example/1"})

    assert detect(model, respond) == (1, False)
