"""Reading of responses: arbitrary bodies, and URLs that may lead anywhere."""

import string
from functools import cache
from urllib.parse import quote

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.description import load_description
from conformance.evidence.differences import get_value as pointed
from conformance.evidence.json_bodies import UNREADABLE, parse_json
from conformance.evidence.responses import (
    OperationResponse,
    escape_pointer_token,
    find_expanded,
    find_reader,
    find_resources,
    find_urls,
    find_values,
)
from conformance.evidence.urls import extract_path, match_path, strip_base_url
from conformance.model import Effect, Exchange, Expansion, Link, LinkKind, Operation, Request, Response, Role

BASE = "https://api.example.com/v2"
LIST = Operation("GET /x", "x", "GET", "/x", "", Role.LIST, Effect.NONE, "x")


@pytest.fixture(scope="module")
def model():
    return load_description().model


def answer(body, operation=LIST, status=200, method="GET", media="application/json"):
    data = body if isinstance(body, bytes) else msgspec.json.encode(body)
    request = Request(operation.key, method, operation.path)
    response = Response(status, (("Content-Type", media),), data)
    return OperationResponse(Exchange("x", request, BASE, 0.0, response), operation)


def change_operation(operation, **more):
    return msgspec.structs.replace(operation, **more)


class TestBodies:
    @pytest.mark.parametrize(
        "body", [b"", b"{", b"NaN", b'"\xff"', b"\xef\xbb\xbf{}", b"\0", b"[1,]", b"Infinity", b"{'a':1}"]
    )
    def test_invalid_json_is_unreadable(self, body):
        assert answer(body).json is UNREADABLE
        assert answer(body).unreadable_reason == ""

    @pytest.mark.parametrize(
        "body", [b'"\\ud800"', b"1e999", b"9" * 5000, b"[" * 65 + b"]" * 65, b"[" * 9000 + b"]" * 9000]
    )
    def test_json_that_some_readers_refuse_is_marked(self, body):
        assert answer(body).json is UNREADABLE
        assert answer(body).unreadable_reason

    @pytest.mark.parametrize(
        "body", [b"null", b"[" * 64 + b"]" * 64, b'"\\u0000"', b" {} \n", b"[" + b"{}," * 99 + b"{}]"]
    )
    def test_json_is_read(self, body):
        assert answer(body).json is not UNREADABLE
        assert answer(body).unreadable_reason == ""

    def test_an_exchange_without_response_has_no_body(self):
        nothing = OperationResponse(Exchange("x", Request(LIST.key, "GET", "/x"), BASE, 0.0, failure="lost"), LIST)
        assert (nothing.status, nothing.is_success, nothing.json, nothing.items, nothing.spec) == (
            0,
            False,
            UNREADABLE,
            (),
            None,
        )

    @pytest.mark.parametrize(
        ("media", "expected"),
        [
            ("application/json", True),
            ("Application/JSON; charset=utf-8", True),
            ("application/problem+json", True),
            ("text/json", False),
            ("application/jsonp", False),
            ("", False),
        ],
    )
    def test_media_types_that_say_json(self, media, expected):
        assert answer({}, media=media).is_json is expected


class TestItems:
    @pytest.mark.parametrize("body", [{}, {"a": []}, "x", 1, None, b"["])
    def test_a_list_that_is_none_has_no_items(self, body):
        assert answer(body).items == ()

    def test_members_are_items_whatever_they_are(self):
        assert answer([1, {"a": 1}, None]).items == (("/0", 1), ("/1", {"a": 1}), ("/2", None))
        assert answer([1, {"a": 1}, None]).objects == (("/1", {"a": 1}),)

    def test_a_wrapped_list_is_unwrapped(self):
        assert answer({"a": [1]}, change_operation(LIST, items_at="a")).items == (("/a/0", 1),)
        assert answer([1], change_operation(LIST, items_at="a")).items == ()
        assert answer({"a": {}}, change_operation(LIST, items_at="a")).items == ()

    @pytest.mark.parametrize("body", [[], "x", None])
    def test_a_single_response_has_one_item_or_none(self, body):
        single = change_operation(LIST, role=Role.ITEM)
        assert answer(body, single).items == ()
        assert answer({"a": 1}, single).items == (("", {"a": 1}),)

    @pytest.mark.parametrize(
        ("status", "method"), [(404, "GET"), (302, "GET"), (200, "OPTIONS"), (200, "HEAD"), (200, "POST")]
    )
    def test_other_responses_have_no_items(self, status, method):
        assert answer([{}], status=status, method=method).items == ()


NAMES = st.text(string.ascii_lowercase + "~/", min_size=1, max_size=4)


class TestValues:
    @pytest.mark.parametrize(
        ("item", "path", "expected"),
        [
            ({"a": 1}, "a", [("/a", 1)]),
            ({"a": None}, "a", [("/a", None)]),
            ({}, "a", []),
            ([], "a", []),
            (None, "a", []),
            ({"a": {"b": 1}}, "a.b", [("/a/b", 1)]),
            ({"a": "x"}, "a.b", []),
            ({"a": [{"b": 1}, {"b": 2}, 3]}, "a[].b", [("/a/0/b", 1), ("/a/1/b", 2)]),
            ({"a": [{"b": 1}]}, "a.b", [("/a/0/b", 1)]),
            ({"a": [1, 2]}, "a", [("/a", [1, 2])]),
            ({"a": [1, 2]}, "a[]", [("/a/0", 1), ("/a/1", 2)]),
            ({"a": 1}, "a[]", [("/a", 1)]),
            ({"a": []}, "a[].b", []),
            ({"a": [[{"b": 1}]]}, "a[].b", []),
            ({"x/y": {"~": 1}}, "x/y.~", [("/x~1y/~0", 1)]),
        ],
    )
    def test_values(self, item, path, expected):
        assert list(find_values(item, path)) == expected

    @given(
        st.recursive(st.none() | st.text(), lambda v: st.lists(v, max_size=3) | st.dictionaries(NAMES, v, max_size=3)),
        st.data(),
    )
    def test_each_value_stands_where_its_pointer_says(self, item, data):
        name = st.sampled_from(sorted(item)) if isinstance(item, dict) and item else NAMES
        path = ".".join([data.draw(name), *data.draw(st.lists(NAMES, max_size=2))])
        for pointer, value in find_values(item, path):
            assert pointed(item, pointer) is value

    def test_urls_skip_other_types(self):
        link = Link("a", LinkKind.ITEM)
        assert list(find_urls({"a": "u"}, link)) == [("/a", "u")]
        assert list(find_urls({"a": ["u", None, {}, 1, "v"]}, link)) == [("/a/0", "u"), ("/a/4", "v")]
        assert list(find_urls({"a": {"url": "u"}}, link)) == []

    def test_pointers_are_escaped(self):
        assert escape_pointer_token("a~/b") == "a~0~1b"

    def test_expand_paths_start_where_the_model_says(self):
        plain, wrapped = change_operation(LIST, role=Role.ITEM), change_operation(LIST, items_at="rows")
        inner = Expansion("link", within="rows[]")
        assert list(find_expanded(answer([{"link": "u"}]), Expansion("link"))) == [("/0/link", "u")]
        assert list(find_expanded(answer({"link": "u", "rows": [{}]}, wrapped), Expansion("link"))) == [("/link", "u")]
        assert list(find_expanded(answer({"rows": [{"link": "u"}]}, plain), inner)) == [("/rows/0/link", "u")]
        assert list(find_expanded(answer({"link": "u"}, wrapped, status=500), Expansion("link"))) == []


class TestBelow:
    @pytest.mark.parametrize(
        ("url", "expected"),
        [
            (f"{BASE}/evses/x?page=2&a=b", "/evses/x?page=2&a=b"),
            (BASE, "/"),
            (f"{BASE}/", "/"),
            (f"{BASE}/x#fragment", "/x"),
            ("HTTPS://API.Example.COM/v2/x", "/x"),
            ("https://api.example.com:443/v2/x", "/x"),
            (f"{BASE}//[x", "//[x"),
            (f"{BASE}//other.example/x", "//other.example/x"),
            (f"{BASE}/a..b/...", "/a..b/..."),
        ],
    )
    def test_below(self, url, expected):
        assert strip_base_url(BASE, url) == expected

    @pytest.mark.parametrize(
        "url",
        [
            "", "/v2/x", "v2/x", "//api.example.com/v2/x", "about:blank",
            "http://api.example.com/v2/x",
            "https://api.example.com:8443/v2/x", "https://api.example.com:80/v2/x",
            "https://api.example.com.evil.example/v2/x", "https://evil.example/v2/x", "https://api.example.com./v2/x",
            "https://api.example.com@evil.example/v2/x", "https://evil.example#@api.example.com/v2/x",
            "https://user@api.example.com/v2/x", "https://:secret@api.example.com/v2/x", "https://@api.example.com/v2/x",
            "https://api.example.com/", "https://api.example.com/v1/x", "https://api.example.com/v22/x", "https://api.example.com/V2/x",
            f"{BASE}/../v1/x", f"{BASE}/x/..", f"{BASE}/./x", f"{BASE}/%2e%2e/v1", f"{BASE}/.%2E/v1",
            "https://api.example.com:x/v2", "https://api.example.com:99999/v2", "https://[::1/v2", "https://[x]/v2",
            "https://api.example.com\\@evil.example/v2/x",
        ],
    )  # fmt: skip
    def test_elsewhere(self, url):
        assert strip_base_url(BASE, url) is None

    def test_the_port_of_the_base_counts(self):
        assert strip_base_url("http://127.0.0.1:8001/v2", "http://127.0.0.1:8001/v2/x") == "/x"
        assert strip_base_url("http://127.0.0.1:8001/v2", "http://127.0.0.1:8002/v2/x") is None
        assert strip_base_url("http://127.0.0.1:8001/v2", "http://127.0.0.1/v2/x") is None

    @given(st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("[]@:/\\?#%."), max_size=30))
    def test_any_text_is_somewhere_or_elsewhere(self, text):
        for url in (text, f"https://{text}", f"https://api.example.com{text}", f"{BASE}/{text}"):
            target = strip_base_url(BASE, url)
            assert target is None or target.startswith(("/", "?"))
            if target is not None:
                extract_path(target)

    @given(st.lists(st.text(min_size=1, max_size=6).filter(lambda s: s not in {".", ".."}), min_size=1, max_size=3))
    def test_a_path_joined_to_the_base_is_below_it(self, segments):
        target = "".join("/" + quote(segment, safe="") for segment in map(_encodable, segments))
        assert strip_base_url(BASE, BASE + target) == target


def _encodable(text):
    return text.encode("utf-8", "replace").decode()


VALUES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)


@cache
def list_operations():
    return load_description().model.operations


class TestPaths:
    @given(st.data())
    def test_a_rendered_path_is_matched_back(self, data):
        operation = data.draw(st.sampled_from(list_operations()))
        values = {path_parameter.name: data.draw(VALUES) for path_parameter in operation.path_parameters}
        path = operation.path
        for name, value in values.items():
            path = path.replace("{" + name + "}", quote(value, safe=""))
        assert match_path(operation.path, path) == values
        assert match_path(operation.path, path.removesuffix("/") + "/") == values

    @pytest.mark.parametrize(
        ("template", "path"),
        [
            ("/evses/{id}", "/evses"),
            ("/evses/{id}", "/evses/"),
            ("/evses/{id}", "/evses/a/b"),
            ("/evses/{id}", "/Evses/a"),
            ("/evses/{id}", "//evses/a"),
            ("/evses/{id}/logs", "/evses//logs"),
            ("/rebates/{id}:submit", "/rebates/:submit"),
            ("/rebates/{id}:submit", "/rebates/a"),
            ("/", "/a"),
        ],
    )
    def test_a_path_that_does_not_match_is_none(self, template, path):
        assert match_path(template, path) is None

    def test_the_root_is_a_path_too(self):
        assert match_path("/", "/") == match_path("/", "") == {}

    @pytest.mark.parametrize(
        ("target", "key"),
        [
            ("/evses", "GET /evses"),
            ("/evses?user=/vehicles", "GET /evses"),
            ("/evses/x/", "GET /evses/{evse_id}"),
            ("/support_tickets/categories", "GET /support_tickets/categories"),
            ("/support_tickets/x", "GET /support_tickets/{support_ticket_id}"),
            ("/", "GET /"),
        ],
    )
    def test_readers(self, model, target, key):
        assert find_reader(target, model).key == key

    @pytest.mark.parametrize("target", ["/nothing", "//evil.example/evses", "//[evses", "/evses/x/y/z", "//evses"])
    def test_nobody_reads_the_rest(self, model, target):
        assert find_reader(target, model) is None


class TestThings:
    def test_expanded_resources_are_things_too(self, model):
        body = [{"id": "a", "model": {"id": "b", "make": {"id": "c"}}, "user": "u"}, {"model": None}, 5]
        resources = [
            (thing.pointer, thing.resource.name)
            for thing in find_resources(answer(body, model.operations_by_key["GET /evses"]), model)
        ]
        assert resources == [
            ("/0", "evses"),
            ("/0/model", "evse_models"),
            ("/0/model/make", "evse_makes"),
            ("/1", "evses"),
        ]

    @pytest.mark.parametrize(
        "key", ["DELETE /users/{user_id}/payout_method", "GET /evse_onboarding", "GET /evse_compatibility/check"]
    )
    def test_responses_without_resource_have_no_things(self, model, key):
        operation = model.operations_by_key[key]
        assert list(find_resources(answer({"id": "x"}, operation, method=operation.method), model)) == []

    def test_the_deepest_body_that_is_read_is_walked(self, model):
        body = {"id": "a"}
        for _ in range(31):
            body = {"latest_status_log": {"evse": body}}
        found_things = list(find_resources(answer(body, model.operations_by_key["GET /evses/{evse_id}"]), model))
        assert len(found_things) == 63


@pytest.mark.parametrize(
    "body",
    [
        b"[" + b"{}," * 60_000 + b"{}]",
        b"[" + b"0," * 60_000 + b"0]",
        b"{" + b",".join(b'"a%d":1' % number for number in range(3_000)) + b"}",
    ],
)
def test_a_body_that_is_too_wide_is_not_read(body):
    assert parse_json(body) is UNREADABLE
    assert parse_json(body[:1000].rpartition(b",")[0] + body[-1:]) is not UNREADABLE
