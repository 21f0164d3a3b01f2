"""Saved deliveries are read as they came."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.errors import UsageError
from conformance.webhooks import capture
from conformance.webhooks.delivery import Delivery

TEXT = st.text(st.characters(exclude_categories=("Cs",)))


@given(
    st.lists(
        st.builds(
            Delivery,
            headers=st.lists(st.tuples(TEXT, TEXT)).map(tuple),
            body=st.binary(),
            arrived_at=st.floats(0, 4e9),
            target=TEXT,
            response_status=st.sampled_from([0, 200, 503]),
        )
    )
)
def test_what_is_written_is_read(tmp_path_factory, deliveries):
    path = tmp_path_factory.mktemp("capture") / "deliveries.ndjson"
    path.write_bytes(b"".join(map(capture.encode_delivery, deliveries)))
    assert capture.read_capture(path) == tuple(deliveries)


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
    first, second = capture.read_capture(path)
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
        b'{"headers": {}, "arrived_at": "noon"}\n',
        b"\xff\n",
    ],
)
def test_what_is_no_capture_is_named(tmp_path, content):
    path = tmp_path / "broken.ndjson"
    path.write_bytes(b'{"headers": {}}\n' + content if b"log" not in content else content)
    with pytest.raises(UsageError, match=r"broken\.ndjson, (line 2|entry 1)"):
        capture.read_capture(path)


def test_no_file(tmp_path):
    with pytest.raises(UsageError, match="cannot be read"):
        capture.read_capture(tmp_path / "nothing")
