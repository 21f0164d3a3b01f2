"""Every response of the clean server is valid for two validators, for good and bad requests alike."""

import json

import pytest

from conformance.description import Description
from conformance.mock_server.api import WireResponse
from conformance.model import Exchange, Request, Response
from conformance.validation import SchemaValidators, SecondOpinion
from tests.mock_server.in_process_client import BASE, NOW, Client, RequestSpec, serve

# Statuses that the description does not document, and a server must send nevertheless.
UNDOCUMENTED = {400, 401, 403, 413}


@pytest.fixture(scope="module")
def second(description: Description) -> SecondOpinion:
    return SecondOpinion(description)


def judge(request: RequestSpec, reply: WireResponse, compiled: SchemaValidators, second: SecondOpinion) -> list[str]:
    operation = request.operation
    headers = dict(reply.headers)
    media = headers.get("Content-Type", "")
    documented = operation.find_response(reply.status)
    if documented is None:
        return [] if reply.status in UNDOCUMENTED else [f"{request}: {reply.status} is not documented"]
    if reply.status >= 500 and not (reply.status == 503 and documented.status == "503"):
        return [f"{request}: {reply.status}"]
    problems = []
    if reply.body:
        errors = compiled.validate_response_body(operation, reply.status, media, json.loads(reply.body))
        problems += [f"{request}: {reply.status} {error}" for error in errors or ()]
    for name, value in headers.items():
        problems += [
            f"{request}: {name} {error}"
            for error in compiled.validate_response_header(operation, reply.status, name, value) or ()
        ]
    model_request = Request(operation.key, request.method, request.target, tuple(request.headers.items()), request.body)
    model_response = Response(reply.status, reply.headers, reply.body)
    exchange = Exchange("x", model_request, BASE + request.target, NOW / 1e6, model_response)
    problems += [f"{request}: openapi-core: {error}" for error in second.validate_response(operation, exchange)]
    return problems


def test_every_good_request_succeeds_validly(description: Description, second: SecondOpinion) -> None:
    compiled, client = SchemaValidators(description), serve(description)
    problems, sent_to = [], set()
    for operation in description.model.operations:
        fresh = client if operation.is_safe else serve(description, client.world)
        for request in fresh.good(operation):
            reply = fresh.send(request)
            problems += judge(request, reply, compiled, second)
            if operation.is_safe and reply.status not in {200, 302}:
                problems.append(f"{request}: {reply.status} {reply.body[:200]!r}")
            sent_to.add(operation.key)
    assert not problems, "\n".join(problems[:20])
    missing = {operation.key for operation in description.model.operations} - sent_to
    assert len(description.model.operations) - len(missing) >= 208, missing


def test_every_bad_request_is_refused_validly(description: Description, second: SecondOpinion) -> None:
    compiled, client = SchemaValidators(description), serve(description)
    problems, undocumented = [], set()
    for operation in description.model.operations:
        for request in client.bad(operation):
            reply = client.send(request)
            problems += judge(request, reply, compiled, second)
            if operation.find_response(reply.status) is None:
                undocumented.add((operation.key, reply.status))
    assert not problems, "\n".join(problems[:20])
    assert len(undocumented) < 25  # the description's own gaps, no more


def test_client_has_many_requests(reader: Client) -> None:
    assert sum(len(list(reader.bad(o))) for o in reader.model.operations) > 1000
