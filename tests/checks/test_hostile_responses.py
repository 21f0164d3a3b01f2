"""Checks judge whatever a target responds; they never raise."""

import string

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.description import load_description
from tests.checks.conftest import BASE, DELETE, ITEM, LIST, WRAPPED, make_model, make_problem

OPERATIONS = [
    LIST, ITEM, WRAPPED, DELETE,
    "GET /",
    "GET /evses",
    "GET /users/{user_id}",
    "POST /users",
    "GET /charging_sub_sessions",
    "GET /charging_sub_sessions/{charging_sub_session_id}/schedule_plans",
    "GET /evses/{evse_id}/status_logs",
    "GET /support-ticket-stats/sankey",
    "GET /evse_onboarding",
    "PATCH /solar_arrays/{solar_array_id}",
]  # fmt: skip
WORDS = sorted(
    {"id", "url", "type", "title", "detail", "status", "field_errors", "carbon_intensities", "schedule_plans"}
    | {
        part
        for key in OPERATIONS
        for r in [load_description().model.operations_by_key[key]]
        for link in r.links
        for part in link.path.split(".")
    }
)
NAMES = st.sampled_from(WORDS) | st.text(max_size=3)
TEXTS = st.sampled_from(
    [
        "", "\0", "\u2028", f"{BASE}//[x", f"{BASE}/evses/[", "http://[", f"{BASE}/%00", "//", "about:blank", "http://h:x/",
        make_model()["id"], make_model()["url"], "evse" + "9" * 26, "vmod" + "Z" * 26, "vmod" + "\uff10" * 26,
        "9" * 5000,
    ]
) | st.text(st.characters(exclude_categories=["Cs"]), max_size=12)  # fmt: skip
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=6), max_leaves=25
)
BYTES = st.binary(max_size=40) | st.sampled_from(
    [
        b'"\\ud800"', b'{"id": "\\udfff"}', b"[" * 9999, b"[" * 9999 + b"]" * 9999, b'{"a":' * 60 + b"1" + b"}" * 60,
        b"\xff\xfe", b"\0", b"9" * 5000, b"-1e999", b'{"id":1,"id":2}',
    ]
)  # fmt: skip
VALUES = st.sampled_from(
    [
        "", "2", "-1", "9" * 5000, "1e3", "٣", "²", "0x1", "2, 2", "\xe9", '"', "2;x=y", "<", "max-age=²",
        "@9999999999999", "Sun, 99 Feb 99999 25:61:61 GMT", "bytes 9-1/0", "//[",
    ]
) | st.text(st.characters(max_codepoint=255, exclude_characters="\r\n\0"), max_size=8)  # fmt: skip
HEADERS = st.dictionaries(
    st.sampled_from(
        [
            "Access-Control-Allow-Origin", "Allow", "Cache-Control", "Content-Encoding", "Content-Length",
            "Content-Range", "Date", "Deprecation", "ETag", "EvEnergy-Version", "Expires", "Last-Modified", "Link",
            "Location", "Retry-After", "Set-Cookie", "Sunset", "Vary", "WWW-Authenticate", "X-RateLimit-Limit",
            "X-RateLimit-Remaining",
        ]
    ),
    st.none() | VALUES,
)  # fmt: skip
MEDIA = st.sampled_from(
    [
        "application/json", "application/problem+json", "text/html", "text/plain; charset=x", "text/csv",
        "text/plain; charset=idna", "application/json; charset=utf-16", "a/b/c", ";",
        'text/plain; charset="', "image/png",
    ]
)  # fmt: skip
QUERIES = st.sampled_from(
    ["", "?", "?expand", "?expand=make", "?page_size=1&user_id=%00", "?x=%ff&y=[&&&=", "?started_at__gte=z"]
)


@settings(max_examples=400)
@given(
    st.sampled_from(OPERATIONS),
    JSON | BYTES,
    st.sampled_from([200, 200, 200, 201, 204, 302, 304, 400, 404, 429, 500, 503, 599, 999, 100]),
    st.fixed_dictionaries(
        {
            "media": MEDIA,
            "headers": HEADERS,
            "query": QUERIES,
            "method": st.sampled_from(["", "", "HEAD", "OPTIONS", "TRACE"]),
            "identity": st.sampled_from(["full", ""]),
            "cut": st.booleans(),
        }
    ),
)
def test_any_response_is_judged(bench, key, body, status, more):
    msgspec.json.encode(bench.judge(key, body, status, **more))  # fit for the event log, too


@settings(max_examples=100)
@given(
    st.sampled_from([ITEM, LIST]), st.dictionaries(st.sampled_from(sorted(make_model())), JSON, min_size=1, max_size=3)
)
def test_a_resource_with_odd_members_is_judged(bench, key, changes):
    body = make_model(**changes)
    msgspec.json.encode(bench.judge(key, [make_model(2), body] if key == LIST else body))


@settings(max_examples=60)
@given(st.dictionaries(st.sampled_from(sorted(make_problem(400, type="", instance=""))), JSON, min_size=1))
def test_a_problem_with_odd_members_is_judged(bench, changes):
    msgspec.json.encode(bench.judge(ITEM, {**make_problem(400), **changes}, 400))


@pytest.mark.parametrize("members", [("latest_status_log", "evse"), ("model", "make"), ("status", "x")])
def test_the_deepest_body_that_is_read_is_judged(judge, members):
    body = {"id": "evse"}
    for _ in range(31):
        body = {members[0]: {members[1]: body}}
    assert judge("GET /evses/{evse_id}", body)
    assert judge("GET /evses/{evse_id}", body, query="?expand=model")


def test_a_list_of_thousands_is_judged(judge):
    assert judge(LIST, [{"id": number, string.ascii_letters: number} for number in range(3000)])
