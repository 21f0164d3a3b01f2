"""Faults that the survey of plain requests does not show, each shown by what it says that it is shown by."""

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from conformance.mock_server import faults
from conformance.mock_server.hooks import Hook
from conformance.mock_server.seeded_faults import InstalledFault
from conformance.mock_server.world.builder import MockWorld
from conformance.model import Role, Scheme
from conformance.probes.authorization.code_challenges import hash_verifier
from conformance.validation import SchemaValidators
from strategies.case_pool import pool_cases
from tests.mock_server.conftest import load_cached
from tests.mock_server.in_process_client import BASE, Client, RequestSpec, Web, serve
from tests.mock_server.survey import survey_requests

CATALOGUE = faults.load_faults()
FULL, APP, BACK = ("evconform-full", "full-secret"), ("evconform-app", "evconform-app-secret"), "https://p.example.com/"

SQUARE = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]]}


def list_faults(shown_by: str) -> list[str]:
    return [name for name, fault in CATALOGUE.items() if fault.shown_by == shown_by]


def start_server(*planted: str) -> Client:
    return serve(load_cached("bundled"), faults=planted, rate_limit=10**9)


def buy(web: Web, application: tuple[str, str] = FULL, **form: str) -> tuple[Any, ...]:
    """Return what a client sees of a token response, and the body with the tokens last."""
    response = web.post("/o/token/", data=form, auth=application)
    body = response.json()
    shown = {name: value for name, value in body.items() if not name.endswith("_token")}
    caching = (response.headers.get("cache-control"), response.headers.get("pragma"))
    return response.status_code, caching, shown, body


def sign_in(web: Web, scope: str) -> dict[str, str]:
    """Return the tokens of a person who lets the application have a scope."""
    query = {"response_type": "code", "client_id": APP[0], "redirect_uri": BACK, "scope": scope}
    location = web.get("/o/authorize/", params=query).headers["location"]
    code = parse_qs(urlsplit(location).query)["code"][0]
    tokens: dict[str, str] = buy(web, APP, grant_type="authorization_code", code=code, redirect_uri=BACK)[-1]
    return tokens


def exchange_twice(web: Web) -> Iterator[Any]:
    """Yield what is seen where one authorization code is exchanged twice."""
    query = {"response_type": "code", "client_id": APP[0], "redirect_uri": BACK, "scope": "vehicle:read"}
    location = web.get("/o/authorize/", params=query).headers["location"]
    code = parse_qs(urlsplit(location).query)["code"][0]
    for _ in range(2):
        yield buy(web, APP, grant_type="authorization_code", code=code, redirect_uri=BACK)[:-1]


def exchange_without_redirect(web: Web) -> int:
    """Return the status of an exchange without the redirect_uri that the code was requested with."""
    query = {"response_type": "code", "client_id": APP[0], "redirect_uri": BACK, "scope": "vehicle:read"}
    location = web.get("/o/authorize/", params=query).headers["location"]
    code = parse_qs(urlsplit(location).query)["code"][0]
    return buy(web, APP, grant_type="authorization_code", code=code)[0]


def exchange_with_challenge(web: Web) -> Iterator[int]:
    """Yield the statuses of exchanges of codes with a challenge: with no, a wrong and the right verifier."""
    query = {"response_type": "code", "client_id": APP[0], "redirect_uri": BACK, "scope": "vehicle:read"}
    query |= {"code_challenge": hash_verifier("v" * 43), "code_challenge_method": "S256"}
    for sent in ({}, {"code_verifier": "w" * 43}, {"code_verifier": "v" * 43}):
        location = web.get("/o/authorize/", params=query).headers["location"]
        code = parse_qs(urlsplit(location).query)["code"][0]
        yield buy(web, APP, grant_type="authorization_code", code=code, redirect_uri=BACK, **sent)[0]


def refresh_and_revoke(web: Web) -> Iterator[Any]:
    """Yield what is seen where tokens are refreshed with more scopes, by a stranger, and after their revocation."""
    first = sign_in(web, "vehicle:read")
    more = {"grant_type": "refresh_token", "scope": "vehicle:read vehicle:write user:read"}
    *shown, second = buy(web, APP, **more, refresh_token=first["refresh_token"])
    yield shown
    *shown, _ = buy(web, FULL, grant_type="refresh_token", refresh_token=second["refresh_token"])
    yield shown
    tokens = [sign_in(web, "vehicle:read")]
    for _ in range(2):
        tokens.append(buy(web, APP, grant_type="refresh_token", refresh_token=tokens[-1]["refresh_token"])[-1])
    web.post("/o/revoke_token/", data={"token": tokens[-1]["refresh_token"]}, auth=APP)
    for held in tokens:
        yield web.get("/v2/vehicles", headers={"authorization": f"Bearer {held['access_token']}"}).status_code
    yield buy(web, APP, grant_type="refresh_token", refresh_token=tokens[-1]["refresh_token"])[0]


def use_and_revoke(web: Web) -> Iterator[int]:
    """Yield the status of a read with a token before and after its revocation."""
    token = buy(web, grant_type="client_credentials")[-1]["access_token"]
    for _ in range(2):
        yield web.get("/v2/vehicles", headers={"authorization": f"Bearer {token}"}).status_code
        web.post("/o/revoke_token/", data={"token": token}, auth=FULL)


def read_with_scopes(client: Client, web: Web) -> Iterator[int]:
    """Yield the status of every read, and of changes without a body, with a token of one scope and of all but one."""
    scopes = {scope for operation in client.model.operations for scope in operation.scopes}
    choices = [{scope} for scope in sorted(scopes)] + [scopes - {scope} for scope in sorted(scopes)]
    reads = [operation for operation in client.model.operations if operation.is_safe and operation.scopes]
    requests = [request for operation in reads for request in list(client.good(operation))[:1]]
    changes = [o for o in client.model.operations if o.method == "PATCH" and o.scopes and client.path_of(o)]
    for chosen in choices:
        token = buy(web, grant_type="client_credentials", scope=" ".join(sorted(chosen)))[-1]["access_token"]
        for request in requests:
            yield client.request("GET", request.target, token=token, headers=dict(request.headers)).status
        for operation in changes:
            yield client.request("PATCH", str(client.path_of(operation)), token=token, json_body=[]).status


def tell_of_tokens(*planted: str) -> Iterator[Any]:
    client = start_server(*planted)
    web = Web(client.server)
    secrets = ("full-secret", "full-secrex", "full-secre", "another-one", "full-other1")
    for secret in secrets:
        yield buy(web, (FULL[0], secret), grant_type="client_credentials")[:-1]
    yield from exchange_twice(web)
    yield exchange_without_redirect(web)
    yield from exchange_with_challenge(web)
    yield from refresh_and_revoke(web)
    yield from use_and_revoke(web)
    yield from read_with_scopes(client, web)


@cache
def tokens_of_the_plain_server() -> list[Any]:
    return list(tell_of_tokens())


@pytest.mark.parametrize("name", list_faults("tokens"))
def test_tokens_show_a_fault(name: str) -> None:
    assert any(
        seen != expected for seen, expected in zip(tell_of_tokens(name), tokens_of_the_plain_server(), strict=True)
    )


def list_foreign_references(client: Client) -> Iterator[RequestSpec]:
    """Yield writes of a user, each with a link to what another user has."""
    user = client.records(client.world.shape.user_resource)[0].key
    for operation in client.model.operations:
        path, body = client.path_of(operation), client.body_for(operation)
        if operation.is_safe or not path or not isinstance(body, dict):
            continue
        targets = client.server.api.writes._bodies.find_link_targets(operation, body)
        for name, resources in targets.items():
            foreign = [r for resource in resources for r in client.records(resource) if r.owner not in {None, user}]
            for record in foreign[:1] if name in body else ():
                link = [BASE + record.path] if isinstance(body[name], list) else BASE + record.path
                sent = {name: link} if operation.method == "PATCH" else {**body, name: link}
                headers = {**client.headers(operation), "content-type": "application/json"}
                yield RequestSpec(operation, operation.method, path, "token-user-a", headers, json.dumps(sent).encode())


def list_foreign_reads(client: Client) -> Iterator[RequestSpec]:
    """Yield reads by a user of what another user has, each below a parent of their own."""
    user = client.records(client.world.shape.user_resource)[0].key
    for operation in client.model.operations:
        if operation.role is not Role.ITEM or operation.path.count("{") < 2:
            continue
        records = client.records(operation.resource)
        own = next((r.parent for r in records if r.parent and r.parent.owner == user), None)
        foreign = next((r for r in records if r.owner not in {None, user}), None)
        if own and foreign and foreign.parent:
            path = foreign.path.replace(foreign.parent.path, own.path)
            yield RequestSpec(operation, "GET", path, "token-user-a", dict(client.headers(operation)))


@pytest.mark.parametrize("name", list_faults("references"))
def test_references_show_a_fault(name: str) -> None:
    clean, faulty = start_server(), start_server(name)
    requests = [*list_foreign_references(clean), *list_foreign_reads(clean)]
    assert [clean.send(r).status for r in requests] != [faulty.send(r).status for r in requests]


def watch_hooks(planted: InstalledFault, world: MockWorld, acts: list[str]) -> InstalledFault:
    """Return a fault whose hooks note each time that they decide or store something else than the server does."""

    def watch(place: str, hook: Hook) -> Hook:
        def act(*arguments: Any) -> Any:
            revision = world.store.revision
            result = hook(*arguments)
            if result != arguments[-1] or world.store.revision != revision:
                acts.append(place)
            return result

        return act

    return replace(planted, hooks={place: watch(place, hook) for place, hook in planted.hooks.items()})


def list_chosen_requests(client: Client) -> Iterator[RequestSpec]:
    """Yield requests with values that a rule in words is about, which no schema names."""
    program, region = client.records("programs")[0].key, {"name": "Here", "geometries": [SQUARE]}
    queries = {
        "GET /vehicle_models": ["ordering=no_such_order"],
        "GET /vehicle_compatibility/check": ["country=GB", f"program_id={program}&country=GB"],
        "GET /evse_compatibility/check": [f"program_id={program}"],
        "GET /charging_sub_sessions/{charging_sub_session_id}/energy_usage": ["merge_consecutive_intervals=true"],
        "GET /hem_systems/{hem_system_id}/energy_stats": [
            "start=2026-01-01T00:00:00Z&end=2026-02-01T00:17:00Z&resolution=PT30M",
            "start=2026-01-01T00:00:00Z&end=2026-01-01T10:17:00Z&resolution=PT30M",
        ],
    }
    bodies = {
        "POST /region_groups:validate": [{"name": "All", "regions": regions} for regions in ([region], [region] * 2)],
        "POST /region_groups": [{"name": "All", "regions": [region] * 2}],
        "PATCH /users/{user_id}/notification_preferences": [{"groups": {}}],
        "PATCH /users/{user_id}": [{"email": "another@example.com"}],
        "PATCH /users/{user_id}/saved_routes/{saved_route_id}": [{"name": "null"}, {"name": ""}],
    }
    for operation in client.model.operations:
        good = next(client.good(operation), None)
        for query in queries.get(operation.key, ()) if good else ():
            joint = "&" if "?" in good.target else "?"
            headers = {**good.headers, "accept-language": "de-DE"}
            yield replace(good, target=f"{good.target}{joint}{query}", headers=headers)
        for body in bodies.get(operation.key, ()) if good else ():
            if "groups" in body:
                body["groups"] = dict([next(iter(json.loads(client.get(good.target).body)["groups"].items()))])
            yield replace(good, body=json.dumps(body).encode())
        if operation.key == "POST /users/{user_id}/saved_routes":  # without the time that has a default
            chosen = {name: value for name, value in json.loads(good.body).items() if name != "last_used_at"}
            yield replace(good, body=json.dumps(chosen).encode())


def list_further_reads(client: Client) -> Iterator[RequestSpec]:
    """Yield reads of lists with each of their expansions, and after an id that no item has."""
    for operation in client.model.operations:
        good = next(client.good(operation), None) if operation.role is Role.LIST else None
        queries = [f"expand={expansion.path}" for expansion in operation.first_expansions]
        if operation.pagination and operation.pagination.scheme is Scheme.CURSOR:
            prefix = client.world.shape.resources[operation.resource].prefix
            queries.append(f"{operation.pagination.after}={prefix}{'0' * 26}")
        queries += [f"{operation.ordering.parameter}=-unknown"] if operation.ordering else []
        for query in queries if good else ():
            yield replace(good, target=f"{good.target}{'&' if '?' in good.target else '?'}{query}")


@pytest.mark.parametrize("name", list_faults("rules"))
def test_fault_of_a_rule_acts(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    acts: list[str] = []
    place_fault = faults.place_fault
    monkeypatch.setattr(faults, "place_fault", lambda name, world: watch_hooks(place_fault(name, world), world, acts))
    client = start_server(name)
    operations = place_fault(name, client.world).operations
    survey = survey_requests(client, operations, writes=True)
    requests = chain(list_chosen_requests(client), list_further_reads(client), survey)
    assert any(client.send(request) and acts for request in requests)


@cache
def start_clean_server() -> Client:
    """Return a clean server for requests that only read."""
    return start_server()


@pytest.fixture(scope="module")
def pool_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cases")


@pytest.mark.parametrize("name", list_faults("generated"))
def test_generated_case_shows_a_fault(name: str, pool_folder: Path) -> None:
    clean, faulty = start_clean_server(), start_server(name)
    validators = SchemaValidators(load_cached("bundled"))
    for key in faults.place_fault(name, clean.world).operations or ():
        operation = clean.world.shape.model.operations_by_key[key]
        first = next(clean.good(operation))
        for entry in pool_cases(operation, validators, seed=1, directory=pool_folder):
            query = entry.case.request.target.partition("?")[2]
            request = replace(first, target=f"{first.target.partition('?')[0]}?{query}")
            if faulty.send(request).status != clean.send(request).status:
                return
    pytest.fail("no generated case shows it")
