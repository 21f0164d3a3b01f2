"""Files of traffic in each format, whole and damaged."""

import base64
import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from conformance.errors import UsageError
from conformance.model import Exchange, Exchanged, Request, Response
from conformance.run_log.event_log import LogWriter
from conformance.traffic.entry import LeftOut, TrafficEntry
from conformance.traffic.reading import read_traffic

URL = "https://api.example/v2/evses?page_size=2"


def make_har_entry(number: int = 0, **response: Any) -> dict[str, Any]:
    """Return a HAR entry; `number` tells entries apart."""
    return {
        "startedDateTime": f"2026-03-02T12:00:{number:02}.250Z",
        "time": 12.5,
        "request": {
            "method": "GET", "url": URL, "headers": [{"name": ":authority", "value": "x"}, {"name": "A", "value": "1"}],
        },
        "response": {
            "status": 200,
            "headers": [{"name": "Content-Type", "value": "application/json"}],
            "content": {"size": 4, "text": "[{}]", "mimeType": "application/json"},
        }
        | response,
    }  # fmt: skip


def write(path: Path, content: Any) -> Path:
    """Write text, bytes or JSON to a file."""
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def read(path: Path) -> tuple[list[TrafficEntry], list[LeftOut]]:
    """Return the entries of a file, and what was left out."""
    parts = list(read_traffic([path]))
    return [p for p in parts if isinstance(p, TrafficEntry)], [p for p in parts if isinstance(p, LeftOut)]


def make_har(*entries: Any) -> dict[str, Any]:
    """Return a HAR document."""
    return {"log": {"version": "1.2", "pages": [{"title": 'has "entries" in it'}], "entries": list(entries)}}


def test_har_entry_is_read_with_time_headers_and_body(tmp_path: Path) -> None:
    (entry,), left_out = read(write(tmp_path / "a.har", make_har(make_har_entry())))
    assert not left_out
    assert (entry.method, entry.url, entry.status, entry.response_body) == ("GET", URL, 200, b"[{}]")
    assert entry.request_headers == (("A", "1"),)  # without pseudo-headers
    assert entry.started_at % 60 == 0.25
    assert entry.elapsed_s == 0.0125


@pytest.mark.parametrize("indent", [None, 2])
def test_gzip_and_layout_do_not_matter(tmp_path: Path, indent: int | None) -> None:
    text = json.dumps(make_har(*(make_har_entry(number) for number in range(30))), indent=indent)
    assert len(read(write(tmp_path / "a.har.gz", gzip.compress(text.encode())))[0]) == 30
    assert len(read(write(tmp_path / "b.har", b"\xef\xbb\xbf" + text.encode()))[0]) == 30
    assert len(read(write(tmp_path / "c.har", text.encode("utf-16")))[0]) == 30


def test_base64_body_is_decoded(tmp_path: Path) -> None:
    content = {"size": 3, "encoding": "base64", "text": base64.b64encode(b"\x00\xffa").decode()}
    (entry,), _ = read(write(tmp_path / "a.har", make_har(make_har_entry(content=content))))
    assert entry.response_body == b"\x00\xffa"


def test_wrong_base64_leaves_the_entry_out(tmp_path: Path) -> None:
    bad = make_har_entry(content={"encoding": "base64", "text": "*"})
    entries, left_out = read(write(tmp_path / "a.har", make_har(bad, make_har_entry(1))))
    assert len(entries) == 1
    assert "base64" in left_out[0].reason


def test_missing_body_is_told_from_an_empty_one(tmp_path: Path) -> None:
    lost, empty = make_har_entry(content={"size": 70}), make_har_entry(1, content={"size": 0}, status=204)
    entries, _ = read(write(tmp_path / "a.har", make_har(lost, empty)))
    assert [entry.has_body for entry in entries] == [False, True]


def test_text_that_a_recorder_left_empty_is_a_missing_body(tmp_path: Path) -> None:
    length = [{"name": "Content-Length", "value": "70"}]
    emptied = make_har_entry(content={"size": 70, "text": ""}), make_har_entry(1, content={"text": ""}, headers=length)
    line = {"url": URL, "status": 200, "response_body": "", "response_headers": {"Content-Length": "70"}}
    of_har, _ = read(write(tmp_path / "a.har", make_har(*emptied)))
    of_lines, _ = read(write(tmp_path / "a.ndjson", json.dumps(line) + "\n" + json.dumps(line | {"method": "HEAD"})))
    assert [entry.has_body for entry in (*of_har, *of_lines)] == [False, False, False, True]


@pytest.mark.parametrize("cut", [0.35, 0.6, 0.99])
def test_truncated_file_gives_what_is_whole(tmp_path: Path, cut: float) -> None:
    text = json.dumps(make_har(*(make_har_entry(number) for number in range(20))))
    entries, left_out = read(write(tmp_path / "a.har", text[: int(len(text) * cut)]))
    assert int(20 * cut) - 2 <= len(entries) < 20
    assert [part.reason for part in left_out] == ["entries that are cut off or damaged"]


def test_damaged_entry_does_not_hide_those_after_it(tmp_path: Path) -> None:
    texts = [json.dumps(make_har_entry(number)) for number in range(9)]
    texts[4] = texts[4][: len(texts[4]) // 2]
    text = '{"log": {"version": "1.2", "entries": [' + ", ".join(texts) + "]}}"
    entries, left_out = read(write(tmp_path / "a.har", text))
    assert [entry.started_at % 60 for entry in entries] == [n + 0.25 for n in range(9) if n != 4]
    assert len(left_out) == 1


def test_entry_with_nul_bytes_of_a_crash_is_left_out(tmp_path: Path) -> None:
    text = json.dumps(make_har(*(make_har_entry(number) for number in range(3))))
    at = text.index("[{}]", len(text) // 2)
    entries, left_out = read(write(tmp_path / "a.har", text[:at] + 9 * "\0" + text[at:]))
    assert (len(entries), len(left_out)) == (2, 1)


def test_file_that_ends_in_nul_bytes_gives_what_is_before_them(tmp_path: Path) -> None:
    text = json.dumps(make_har(*(make_har_entry(number) for number in range(3))))
    entries, (part,) = read(write(tmp_path / "a.har", text[: text.rindex("[{}]")] + 1_000_000 * "\0"))
    assert len(entries) == 2
    assert "NUL" in part.place


def test_har_entry_without_headers_is_one(tmp_path: Path) -> None:
    entry = make_har_entry()
    entry["request"]["headers"] = None
    entries, _ = read(write(tmp_path / "a.har", make_har(entry)))
    assert entries[0].response_body == b"[{}]"


def test_damaged_gzip_gives_what_was_read(tmp_path: Path) -> None:
    text = "\n".join(json.dumps(make_har_entry(n) | {"comment": str(n**9)}) for n in range(50))
    data = gzip.compress(text.encode())
    entries, left_out = read(write(tmp_path / "a.gz", data[: len(data) // 2]))
    assert 0 < len(entries) < 50
    assert any("compressed" in part.reason for part in left_out)


def test_text_that_is_not_utf8_is_replaced_and_told(tmp_path: Path) -> None:
    text = json.dumps(make_har(make_har_entry(), make_har_entry(1))).encode().replace(b"[{}]", b"[\xff]", 1)
    entries, left_out = read(write(tmp_path / "a.har", text))
    assert len(entries) == 2
    assert "UTF-8" in left_out[0].reason


def test_ndjson_has_our_form_and_har_entries(tmp_path: Path) -> None:
    flat = {
        "method": "get", "url": URL, "status": 200, "response_headers": {"A": ["1", "2"]}, "response_body": {"a": 1},
        "started_at": 1_772_452_800_250, "elapsed_ms": 5,
    }  # fmt: skip
    nested = {"request": {"method": "GET", "url": URL}, "response": {"status_code": 404, "body_base64": "YQ=="}}
    lines = [json.dumps(flat), "", "not json", json.dumps(nested), json.dumps(make_har_entry())]
    entries, left_out = read(write(tmp_path / "a.ndjson", "\n".join(lines)))
    assert [entry.status for entry in entries] == [200, 404, 200]
    assert entries[0].method == "GET"
    assert entries[0].started_at == 1_772_452_800.25
    assert entries[0].response_headers == (("A", "1"), ("A", "2"))
    assert json.loads(entries[0].response_body) == {"a": 1}
    assert entries[1].response_body == b"a"
    assert left_out == [LeftOut("entries that are cut off or damaged", "a.ndjson, line 3")]


def test_array_of_records_is_read(tmp_path: Path) -> None:
    assert len(read(write(tmp_path / "a.json", [make_har_entry(), make_har_entry(1)]))[0]) == 2


def test_postman_collection_and_newman_report_are_read(tmp_path: Path) -> None:
    request = {"method": "GET", "header": [{"key": "A", "value": "1"}], "url": {"raw": URL}}
    saved = {"originalRequest": request, "code": 200, "header": [], "body": "[]"}
    collection = {
        "info": {"name": "n"},
        "item": [{"name": "folder", "item": [{"request": request, "response": [saved]}]}],
    }
    (entry,), _ = read(write(tmp_path / "a.json", collection))
    assert (entry.url, entry.status, entry.response_body) == (URL, 200, b"[]")
    sent = {
        "method": "GET",
        "url": {
            "protocol": "https",
            "host": ["api", "example"],
            "path": ["v2", "evses"],
            "query": [{"key": "a", "value": "b"}],
        },
    }
    answer = {"code": 200, "stream": {"type": "Buffer", "data": [91, 93]}}
    report = {"collection": {}, "run": {"executions": [{"request": sent, "response": answer}]}}
    (entry,), _ = read(write(tmp_path / "b.json", report))
    assert (entry.url, entry.response_body) == ("https://api.example/v2/evses?a=b", b"[]")


def test_run_log_keeps_ids_and_identities(tmp_path: Path) -> None:
    exchange = Exchange("x1", Request("GET /evses", "GET", "/evses", identity="readonly"), URL, 5.0, Response(200))
    with LogWriter(tmp_path / "events.jsonl") as log:
        log.append(Exchanged(exchange))
        log.append(Exchanged(Exchange("x2", exchange.request, URL, 6.0, None, "lost")))
    entries, left_out = read(tmp_path)
    assert [(entry.id, entry.identity) for entry in entries] == [("x1", "readonly")]
    assert left_out[0].reason == "requests without a response"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is empty"),
        ("<html>", "not recorded traffic"),
        ('{"log": {"version": "1.2"', "without entries"),
        ('{"a": 1}', "not a known format"),
        ('{"a": 1}\n{"b": 2}', "no exchange in any of its 2 lines"),
        ('{"info": {}, "item": []}', "without saved responses"),
    ],
)
def test_what_is_no_traffic_is_refused_by_name(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        read(write(tmp_path / "a.json", content))
    assert "a.json" in str(caught.value)
    assert caught.value.hint
