"""Saved deliveries are read as they came."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.errors import UsageError
from conformance.webhooks import captures
from conformance.webhooks.delivery import Delivery

TEXT = st.text(st.characters(exclude_categories=("Cs",)))


@given(
    st.lists(
        st.builds(
            Delivery,
            headers=st.lists(st.tuples(TEXT, TEXT)).map(tuple),
            body=st.binary(min_size=1),
            arrived_at=st.just(0.0) | st.floats(1e9, 4e9),
            target=TEXT,
            response_status=st.sampled_from([0, 200, 503]),
        )
    )
)
def test_what_is_written_is_read(tmp_path_factory, deliveries):
    path = tmp_path_factory.mktemp("capture") / "deliveries.ndjson"
    path.write_bytes(b"".join(map(captures.encode_delivery, deliveries)))
    assert captures.read_capture(path) == tuple(deliveries)


def test_har(tmp_path):
    def entry(method: str, **data):
        request = {"method": method, "url": "https://x.example/h", "headers": [{"name": "svix-id", "value": "msg_1"}]}
        return {
            "startedDateTime": "2026-01-01T00:00:00Z",
            "request": {**request, "postData": data},
            "response": {"status": 200},
        }

    binary = base64.b64encode(b"\xff").decode()
    entries = [entry("GET"), entry("POST", text='{"a":1}'), entry("POST", text=binary, encoding="base64")]
    path = tmp_path / "deliveries.har"
    path.write_text(json.dumps({"log": {"entries": entries}}))
    first, second = captures.read_capture(path)
    assert (first.id, first.body, first.arrived_at, first.response_status) == ("msg_1", b'{"a":1}', 1767225600.0, 200)
    assert second.body == b"\xff"


@pytest.mark.parametrize(
    "content",
    [
        b"not json\n",
        b"[1]\n",
        b'{"headers": {}, "body_base64": "*"}\n',
        b'{"headers": 5}\n',
        b'{"log": {"entries": [{}]}}',
        b'{"headers": {}, "body": "{}", "arrived_at": "noon"}\n',
        b'{"headers": {}, "body": "{}", "arrived_at": 1767225600200}\n',
        b'{"headers": {}}\n',
        b"\xff\n",
    ],
)
def test_what_is_no_capture_is_named(tmp_path, content):
    path = tmp_path / "broken.ndjson"
    path.write_bytes(b'{"headers": {}, "body": "{}"}\n' + content if b"log" not in content else content)
    with pytest.raises(UsageError, match=r"broken\.ndjson, (line 2|entry 1)"):
        captures.read_capture(path)


RAW = b"POST /h HTTP/1.1\r\nHost: x.example\r\nsvix-id: msg_1\r\n\r\n{}"
EXPORTS = {
    "an array": [{"headers": {"svix-id": ["msg_1"]}, "body": "{}", "arrived_at": "2026-01-01T00:00:00Z"}],
    "pairs": {"headers": [["svix-id", "msg_1"]], "body": "{}", "arrived_at": 1767225600},
    "webhook.site": {
        "data": [
            {
                "uuid": "1",
                "content": "{}",
                "headers": {"svix-id": ["msg_1"]},
                "created_at": "2026-01-01 00:00:00",
                "url": "https://webhook.site/1",
            }
        ],
        "total": 1,
    },
    "ngrok": {
        "uri": "/api/requests/http",
        "requests": [
            {
                "uri": "/h",
                "start": "2026-01-01T00:00:00Z",
                "request": {"raw": base64.b64encode(RAW).decode(), "headers": {"Svix-Id": ["msg_1"]}},
                "response": {"status_code": 200},
            }
        ],
    },
    "Svix Play": {
        "data": [
            {
                "id": "1",
                "url": "https://play.svix.com/in/1",
                "method": "POST",
                "created_at": "2026-01-01T00:00:00Z",
                "body": base64.b64encode(b"{}").decode(),
                "headers": {"svix-id": "msg_1"},
            }
        ]
    },
}


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "with a byte order mark"])
@pytest.mark.parametrize("name", EXPORTS)
@pytest.mark.parametrize("indent", [None, 2])
def test_exports_are_known_by_their_content(tmp_path, mark, name, indent):
    path = tmp_path / "export.txt"
    path.write_bytes(mark + json.dumps(EXPORTS[name], indent=indent).encode())
    (delivery,) = captures.read_capture(path)
    assert (delivery.id, delivery.body, delivery.arrived_at) == ("msg_1", b"{}", 1767225600.0)


@pytest.mark.parametrize("name", EXPORTS)
def test_an_export_without_bodies_is_no_capture(tmp_path, name):
    path = tmp_path / "export.json"
    empty = base64.b64encode(RAW[:-2]).decode()
    text = json.dumps(EXPORTS[name]).replace(base64.b64encode(RAW).decode(), empty)
    for body in ('"{}"', f'"{base64.b64encode(b"{}").decode()}"'):
        text = text.replace(body, "null")
    path.write_text(text)
    with pytest.raises(UsageError, match="has no body"):
        captures.read_capture(path)


def test_no_file(tmp_path):
    with pytest.raises(UsageError, match="cannot be read"):
        captures.read_capture(tmp_path / "nothing")
