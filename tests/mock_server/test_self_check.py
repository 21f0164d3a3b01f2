"""Every answer of the clean server is valid in the eyes of two validators, for good and bad requests alike."""

import json

import pytest

from conformance.description import Description
from conformance.mock_server.api import Reply
from conformance.model import Exchange, Request, Response
from conformance.validation import SecondOpinion, Validators
from tests.mock_server.wire import BASE, NOW, Ask, Client, serve

# What the description forgets to document, and a server must answer all the same.
UNDOCUMENTED = {400, 401, 403, 413}


@pytest.fixture(scope="module")
def second(description: Description) -> SecondOpinion:
    return SecondOpinion(description)


def judge(ask: Ask, reply: Reply, compiled: Validators, second: SecondOpinion) -> list[str]:
    operation = ask.operation
    headers = dict(reply.headers)
    media = headers.get("Content-Type", "")
    spec = operation.response(reply.status)
    if spec is None:
        return [] if reply.status in UNDOCUMENTED else [f"{ask}: {reply.status} is not documented"]
    if reply.status >= 500 and not (reply.status == 503 and spec.status == "503"):
        return [f"{ask}: {reply.status}"]
    found = []
    if reply.body:
        errors = compiled.body(operation, reply.status, media, json.loads(reply.body))
        found += [f"{ask}: {reply.status} {each}" for each in errors or ()]
    for name, value in headers.items():
        found += [f"{ask}: {name} {each}" for each in compiled.header(operation, reply.status, name, value) or ()]
    request = Request(operation.key, ask.method, ask.target, tuple(ask.headers.items()), ask.body)
    response = Response(reply.status, reply.headers, reply.body)
    exchange = Exchange("x", request, BASE + ask.target, NOW / 1e6, response)
    found += [f"{ask}: openapi-core: {each}" for each in second.response(operation, exchange)]
    return found


def test_every_good_request_succeeds_validly(description: Description, second: SecondOpinion) -> None:
    compiled, client = Validators(description), serve(description)
    found, asked = [], set()
    for operation in description.model.operations:
        fresh = client if operation.safe else serve(description, client.world)
        for ask in fresh.good(operation):
            reply = fresh.send(ask)
            found += judge(ask, reply, compiled, second)
            if operation.safe and reply.status not in {200, 302}:
                found.append(f"{ask}: {reply.status} {reply.body[:200]!r}")
            asked.add(operation.key)
    assert not found, "\n".join(found[:20])
    missing = {each.key for each in description.model.operations} - asked
    assert len(description.model.operations) - len(missing) >= 208, missing


def test_every_bad_request_is_refused_validly(description: Description, second: SecondOpinion) -> None:
    compiled, client = Validators(description), serve(description)
    found, undocumented = [], set()
    for operation in description.model.operations:
        for ask in client.bad(operation):
            reply = client.send(ask)
            found += judge(ask, reply, compiled, second)
            if operation.response(reply.status) is None:
                undocumented.add((operation.key, reply.status))
    assert not found, "\n".join(found[:20])
    assert len(undocumented) < 25  # the description's own gaps, no more


def test_client_has_many_requests(reader: Client) -> None:
    assert sum(len(list(reader.bad(o))) for o in reader.model.operations) > 1000
