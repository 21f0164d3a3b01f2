"""Versions, media types, users, limits, tokens, paging and bad input."""

import json
from pathlib import Path

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.mock_server import clock
from conformance.mock_server.identities import IDENTITIES_BY_NAME
from conformance.model import Scheme
from tests.mock_server.in_process_client import BASE, Client, Web


def body(reply) -> object:
    return json.loads(reply.body)


def link(reply) -> dict[str, str]:
    links = {}
    for part in dict(reply.headers)["Link"].split(", <"):
        url, _, rel = part.lstrip("<").partition('>; rel="')
        links[rel.rstrip('"')] = url
    return links


def test_every_response_has_a_version(reader: Client) -> None:
    for target in ("/vehicles", "/nothing", "/vehicles/x", "/vehicles?page_size=0"):
        assert dict(reader.get(target).headers)["EvEnergy-Version"] == "2"


def test_unsupported_version_is_refused(reader: Client) -> None:
    assert reader.get("/vehicles", headers={"evenergy-version": "3"}).status == 400
    assert reader.get("/vehicles", headers={"evenergy-version": "2"}).status == 200


@pytest.mark.parametrize(
    ("accept", "status"),
    [("*/*", 200), ("application/*;q=0.1", 200), ("image/png", 406), ("application/json;q=0", 406)],
)
def test_accept(reader: Client, accept: str, status: int) -> None:
    assert reader.get("/vehicles", headers={"accept": accept}).status == status


def test_method_not_allowed_lists_allowed_methods(reader: Client) -> None:
    reply = reader.request("PUT", "/vehicles")
    assert reply.status == 405
    assert dict(reply.headers)["Allow"] == "GET, HEAD, POST"


def test_head_is_get_without_a_body(reader: Client) -> None:
    get, head = reader.get("/vehicle_makes"), reader.request("HEAD", "/vehicle_makes")
    assert head.body == b""
    assert dict(head.headers)["Content-Length"] == str(len(get.body))


def test_tokens(reader: Client) -> None:
    for token in ("", "unknown", IDENTITIES_BY_NAME["expired"].token):
        reply = reader.get("/vehicles", token=token)
        assert reply.status == 401
        assert dict(reply.headers)["WWW-Authenticate"].startswith("Bearer")
    assert reader.get("/vehicles", token=IDENTITIES_BY_NAME["noscope"].token).status == 403
    assert reader.get("/vehicle_makes", token="").status == 200
    assert reader.get("/vehicles?access_token=token-full", token="").status == 401


def test_every_secured_operation_needs_token_and_scope(reader: Client) -> None:
    for operation in reader.model.operations:
        path = reader.path_of(operation)
        if operation.is_secured and path:
            assert reader.request(operation.method, path, token="").status == 401, operation.key
            if operation.scopes:
                assert reader.request(operation.method, path, token="token-noscope").status == 403, operation.key


def test_users_see_their_own(reader: Client) -> None:
    mine, theirs = (body(reader.get("/vehicles?page_size=100", token=f"token-user-{x}")) for x in "ab")
    assert mine
    assert theirs
    assert not {vehicle["id"] for vehicle in mine} & {vehicle["id"] for vehicle in theirs}
    assert reader.get(theirs[0]["url"], token="token-user-a").status == 404
    assert reader.get(theirs[0]["url"] + "/status_logs", token="token-user-a").status == 404


def test_user_header_narrows_by_id_and_url(reader: Client) -> None:
    user = reader.records("users")[0]
    plain = reader.get("/vehicles?page_size=100", headers={"evenergy-user": user.key})
    by_url = reader.get("/vehicles?page_size=100", headers={"evenergy-user": BASE + user.path})
    assert plain.body == by_url.body
    assert {vehicle["user"] for vehicle in body(plain)} == {BASE + user.path}
    assert reader.get("/vehicles", headers={"evenergy-user": "nonsense"}).status == 400


def test_rate_limit_rolls(bundled: Client) -> None:
    from tests.mock_server.conftest import load_cached
    from tests.mock_server.in_process_client import serve

    client = serve(load_cached("bundled"), rate_limit=3)
    assert [client.get("/users").status for _ in range(4)] == [200, 200, 200, 429]
    spent = client.get("/users")
    assert 0 < int(dict(spent.headers)["Retry-After"]) <= 3600
    assert body(spent)["type"].endswith("/problems/rate-limit-exceeded/")
    assert client.get("/users", token="token-user-a").status == 200
    client.server.clock.advance(3600 * clock.SECOND)
    assert client.get("/users").status == 200


def walk(client: Client, target: str, rel: str = "next") -> list[list[str]]:
    pages = []
    while target != "about:blank":
        reply = client.get(target)
        assert reply.status == 200, reply.body
        pages.append([item.get("id") or item.get("url") or json.dumps(item) for item in body(reply)])
        target = link(reply)[rel]
    return pages


def test_every_paged_list_is_walked_without_gap_or_repeat(reader: Client) -> None:
    for operation in reader.model.operations:
        path = reader.path_of(operation) if operation.pagination and not operation.items_at else None
        if path is None or operation.user_required:
            continue
        size = f"?{operation.pagination.size}=7" if operation.pagination.size else ""
        keys = [key for page in walk(reader, path + size) for key in page]
        assert len(keys) == len(set(keys)) or operation.resource.endswith("levels"), operation.key
        chain = reader.world.find_ancestors(operation)
        parent = reader.records(chain[-1].name)[0].path if chain else ""
        assert len(keys) == len(reader.world.store.get_collection(operation.resource, parent)), operation.key


@settings(max_examples=25, deadline=None)
@given(size=st.integers(1, 100))
def test_page_size_does_not_change_the_walk(reader: Client, size: int) -> None:
    for target in ("/evses", "/suppliers"):
        pages = walk(reader, f"{target}?page_size={size}")
        assert all(len(page) == size for page in pages[:-1])
        assert sum(pages, []) == sum(walk(reader, f"{target}?page_size=100"), [])  # noqa: RUF017


def test_walking_back_gives_the_same_pages(reader: Client) -> None:
    forward = walk(reader, "/evses?page_size=10&expand=model")
    last = reader.get("/evses?page_size=10&expand=model")
    while (following := link(last)["next"]) != "about:blank":
        assert "expand=model" in following
        last = reader.get(following)
    back = [[item["id"] for item in body(last)], *walk(reader, link(last)["previous"], "previous")]
    assert back[::-1] == forward


@settings(max_examples=30, deadline=None)
@given(bound=st.integers(0, 50_000))
def test_bounds_partition(reader: Client, bound: int) -> None:
    name = "energy_delivered_watt_hours"
    everything = {record.key for record in reader.records("charging_sub_sessions")}
    below = {k for page in walk(reader, f"/charging_sub_sessions?{name}__lte={bound}") for k in page}
    above = {k for page in walk(reader, f"/charging_sub_sessions?{name}__gte={bound + 1}") for k in page}
    assert below | above == everything
    assert not below & above


def test_isnull_partitions_and_ordering_orders(reader: Client) -> None:
    nulls = walk(reader, "/support_tickets?priority__isnull=true")
    rest = walk(reader, "/support_tickets?priority__isnull=false")
    assert len(sum(nulls, [])) + len(sum(rest, [])) == len(reader.records("support_tickets"))  # noqa: RUF017
    names = [model["name"] for model in body(reader.get("/vehicle_models?ordering=name&page_size=100"))]
    assert names == sorted(names)
    assert names == [model["name"] for model in body(reader.get("/vehicle_models?ordering=-name&page_size=100"))][::-1]


@pytest.mark.parametrize(
    "target",
    [
        "/evses?page_size=0",
        "/evses?page_size=101",
        "/evses?page_size=x",
        "/evses?page_after=nonsense",
        "/evses?page_after=vhcl01HRFF3SEVSCRAV9B3CHVDFN0H",
        "/suppliers?page=0",
        "/support_tickets?created_at__gte=yesterday",
        "/evses?expand=owner",
    ],
)
def test_malformed_parameters_are_refused(reader: Client, target: str) -> None:
    reply = reader.get(target)
    assert reply.status == 400
    assert body(reply)["type"].startswith(BASE + "/problems/")


def test_page_beyond_the_end_is_not_found(reader: Client) -> None:
    assert reader.get("/suppliers?page=99").status == 404
    assert reader.model.operations_by_key["GET /suppliers"].pagination.scheme is Scheme.PAGE


@pytest.mark.parametrize(
    "change",
    [
        str.lower,
        lambda key: key + "0",
        lambda key: key[:-1],
        lambda key: "evse" + key[4:],
        lambda key: key + "%0A",
        lambda key: "%00",
        lambda _key: "x" * 4096,
        lambda _key: "%F0%9F%9A%97",
    ],
)
def test_near_miss_ids_are_not_found(reader: Client, change) -> None:
    key = reader.records("vehicles")[0].key
    assert reader.get(f"/vehicles/{change(key)}").status == 404


def test_problem_instance_is_a_uri_for_any_path(reader: Client) -> None:
    from conformance.mock_server.api import WireRequest

    request = WireRequest("GET", "/vehicles/[a]?b%\u00fc", BASE, (), {}, b"")
    assert body(reader.server.api.handle_request(request))["instance"] == f"{BASE}/vehicles/%5Ba%5D%3Fb%25%C3%BC"


HOSTILE = [
    b"{", b"[]", b"null", b'"text"', b"\xff\xfe", b'{"a":' * 5000, b"[" * 100_000, b'{"email": "\\ud800"}', b'{"email": 1e999}',  # noqa: E501
    b'{"email": "\\u0000"}', b'{"battery_size_watt_hours": ' + b"9" * 5000 + b"}", b'{"email": "' + b"x" * 100_000 + b'"}',  # noqa: E501
]  # fmt: skip


@pytest.mark.parametrize("raw", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_bodies_get_a_problem(bundled: Client, raw: bytes) -> None:
    user = bundled.records("users")[0].key
    for operation in bundled.model.operations:
        path = bundled.path_of(operation)
        if operation.body and operation.body.media and path:
            headers = {operation.user_header.lower(): user} if operation.user_header else {}
            reply = bundled.request(operation.method, path, body=raw, headers=headers)
            assert reply.status < 500 or reply.status == 503, (operation.key, reply.body)


@settings(max_examples=60, deadline=None)
@given(path=st.text(max_size=60), query=st.lists(st.tuples(st.text(max_size=10), st.text(max_size=20)), max_size=20))
def test_no_request_fails(reader: Client, path: str, query: list[tuple[str, str]]) -> None:
    from conformance.mock_server.api import WireRequest

    for prefix in ("", "vehicles/", "evses?"):
        reply = reader.server.api.handle_request(WireRequest("GET", f"/{prefix}{path}", BASE, tuple(query), {}, b""))
        assert reply.status < 500


@pytest.fixture(scope="module")
def web(reader: Client) -> Web:
    return Web(reader.server)


def test_large_body_is_refused(web: Web) -> None:
    headers = {"authorization": "Bearer token-full", "content-type": "application/json"}
    assert web.post("/v2/regions", content=b" " * (5 << 20), headers=headers).status_code == 413
    assert web.post("/v2/users", content=b" " * (5 << 20), headers=headers).status_code in {400, 413}


def test_hundreds_of_parameters(web: Web) -> None:
    query = "&".join(f"p{n}={n}" for n in range(3000))
    assert web.get(f"/v2/vehicle_makes?{query}").status_code == 200


def test_redirects(web: Web, reader: Client) -> None:
    user, make = reader.records("users")[0].key, reader.records("vehicle_makes")[0].key
    query = {"user_id": user, "client_id": "x", "make_id": make}
    reply = web.get("/v2/vehicle_onboarding", params=query)
    assert reply.status_code == 302
    assert httpx.URL(reply.headers["location"]).scheme == "https"
    response = web.get("/v2/vehicle_onboarding", params={**query, "response_type": "json"})
    assert response.status_code == 200
    assert httpx.URL(response.json()["url"]).scheme == "https"


def test_readme_lists_every_identity() -> None:
    text = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    for identity in IDENTITIES_BY_NAME.values():
        row = next(line for line in text.splitlines() if line.startswith("| ") and f"`{identity.token}`" in line)
        assert f"`{identity.name}`" in row
        assert identity.client_id in row
        assert identity.client_secret in row
        assert not identity.allowance or f"{identity.allowance} requests" in row
