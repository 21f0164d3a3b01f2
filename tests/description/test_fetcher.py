"""Fetching of a published description: conditions, limits, errors; nothing is replaced without being shown."""

import gzip
import http.server
import json
import threading
from contextlib import contextmanager
from datetime import UTC, datetime

import httpx
import pytest
import respx

from conformance.description.fetch import PUBLISHED, DescriptionStore, fetch_description
from conformance.description.fetch.download import download, redact_url
from conformance.description.fetch.pin import read_pin, write_pin
from conformance.errors import DescriptionError, TargetError, UsageError
from conformance.targets.config import load_config as configuration
from tests.description.mutations import drop, put
from tests.description.sound_description import sound

URL = "https://api.example.com/spec.yaml"
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def publish(*mutations) -> bytes:
    document = sound()
    for mutation in mutations:
        mutation(document)
    return json.dumps(document).encode()


@pytest.fixture
def shelf(tmp_path):
    return DescriptionStore(tmp_path / "data")


@pytest.fixture
def config(tmp_path):
    return tmp_path / "evconform.toml"


@pytest.fixture
def get(config, shelf):
    def call(**more):
        return fetch_description(URL, config, now=NOW, shelf=shelf, **more)

    return call


def respond(data=None, status=200, **headers):
    return respx.get(URL).mock(httpx.Response(status, content=data or publish(), headers=headers))


@respx.mock
def test_the_first_one_is_kept_and_pinned(get, config, shelf):
    respond(ETag='"1"')
    result = get()
    assert (result.changed, result.waiting) == (False, False)
    assert result.file.read_bytes() == publish()
    assert configuration(config).description == str(result.file)
    assert shelf.find_latest(URL) == result.fetched
    assert (result.fetched.etag, result.fetched.fetched_at) == ('"1"', "2026-03-01T12:00:00+00:00")


@respx.mock
def test_a_known_description_is_requested_conditionally(get):
    route = respond(ETag='"1"')
    first = get()
    route.mock(httpx.Response(304))
    second = get()
    assert route.calls.last.request.headers["If-None-Match"] == '"1"'
    assert (second.fetched, second.file) == (first.fetched, first.file)


@respx.mock
def test_without_a_tag_the_date_is_the_condition(get):
    route = respond(**{"Last-Modified": "Sun, 01 Mar 2026 10:00:00 GMT"})
    get()
    get()
    assert route.calls.last.request.headers["If-Modified-Since"] == "Sun, 01 Mar 2026 10:00:00 GMT"
    assert "If-None-Match" not in route.calls.last.request.headers


@respx.mock
def test_a_file_that_was_tampered_with_is_fetched_anew(get):
    route = respond(ETag='"1"')
    get().file.write_bytes(b"openapi: 3.1.0")
    assert get(accept=True).file.read_bytes() == publish()
    assert "If-None-Match" not in route.calls.last.request.headers


@respx.mock
def test_an_unconditional_304_is_an_error(get):
    respond(status=304)
    with pytest.raises(TargetError, match="304"):
        get()


@respx.mock
def test_a_changed_description_waits_for_acceptance(get, config, shelf):
    route = respond(ETag='"1"')
    first = get()
    route.mock(httpx.Response(200, content=publish(drop("paths /models/{model_id}")), headers={"ETag": '"2"'}))
    waiting = get()
    assert (waiting.changed, waiting.waiting) == (True, True)
    assert "operation-removed" in {change.rule for change in waiting.changes}
    assert configuration(config).description == str(first.file)
    assert shelf.find_latest(URL) == first.fetched  # asked again, it is a change again
    assert get().waiting
    taken = get(accept=True)
    assert (taken.changed, taken.waiting) == (True, False)
    assert configuration(config).description == str(taken.file)
    assert first.file.exists()  # another project may have it pinned
    assert not get().changed


@respx.mock
def test_changes_are_found_against_the_pinned_description(get, config, tmp_path):
    own = tmp_path / "own.yaml"
    own.write_bytes(publish(put("paths /kinds", {"get": {"responses": {}}})))
    write_pin(config, own)
    respond()
    result = get()
    assert result.waiting
    assert [change.rule for change in result.changes] == ["operation-removed"]
    assert configuration(config).description == str(own)
    assert get(accept=True).changes == result.changes


@respx.mock
def test_a_dangling_pin_is_replaced(get, config, tmp_path):
    write_pin(config, tmp_path / "gone.yaml")
    respond()
    assert not get().waiting


@respx.mock
@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"<html>Sign in</html>", "OpenAPI"),
        (b"openapi: 3.0.3\ninfo: {}\npaths: {}", "3.0"),
        (publish()[:400], "not valid"),
        (b"openapi: 3.1.0\ninfo: {title: t}\npaths: {/a: {$ref: 'b.yaml'}}", "outside"),
        (b"a: &a [1]\nb: &b [*a,*a]\n" + b"".join(b"b%d: &b%d [*b%s,*b%s]\n" % (i, i, s, s) for i, s in [
            (n, b"" if n == 0 else b"%d" % (n - 1)) for n in range(30)]), "aliases"),
    ],
)  # fmt: skip
def test_an_invalid_description_is_not_kept(get, config, shelf, data, words):
    respond(data)
    with pytest.raises(DescriptionError, match=words) as caught:
        get()
    assert URL in caught.value.message
    assert not config.exists()
    assert shelf.find_latest(URL) is None


@respx.mock
@pytest.mark.parametrize("status", [204, 401, 403, 404, 429, 500])
def test_an_unexpected_status_is_an_error(get, status):
    respond(status=status)
    with pytest.raises(TargetError, match=str(status)) as caught:
        get()
    assert caught.value.hint


@respx.mock
@pytest.mark.parametrize(
    "error", [httpx.ConnectError("refused"), httpx.ReadTimeout(""), httpx.RemoteProtocolError("x")]
)
def test_network_errors_are_target_errors(get, error):
    respx.get(URL).mock(side_effect=error)
    with pytest.raises(TargetError, match=type(error).__name__):
        get()


@respx.mock
def test_a_compressed_body_over_the_limit_is_refused():
    packed = gzip.compress(b"#" * 10_000)
    assert len(packed) < 1000
    respx.get(URL).mock(httpx.Response(200, content=packed, headers={"Content-Encoding": "gzip"}))
    with pytest.raises(DescriptionError, match="more than 1000 bytes"):
        download(URL, limit=1000)


@respx.mock
def test_redirects_are_followed_but_not_out_of_tls():
    respx.get(URL).mock(httpx.Response(301, headers={"Location": "https://example.com/a"}))
    respx.get("https://example.com/a").mock(httpx.Response(200, content=b"x"))
    assert download(URL).data == b"x"
    respx.get(URL).mock(httpx.Response(301, headers={"Location": "http://example.com/a"}))
    respx.get("http://example.com/a").mock(httpx.Response(200, content=b"x"))
    with pytest.raises(TargetError, match="does not use TLS"):
        download(URL)
    respx.get(URL).mock(httpx.Response(301, headers={"Location": URL}))
    with pytest.raises(TargetError, match="TooManyRedirects"):
        download(URL)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "spec.yaml", "ftp://example.com/a", "https://", ""])
def test_only_web_addresses_are_fetched(url):
    with pytest.raises(UsageError):
        download(url)


@respx.mock
def test_secrets_in_a_url_are_never_shown(config, shelf):
    url = "https://someone:hushhush@api.example.com/spec.yaml?token=tokentoken"
    assert redact_url(url) == URL
    respx.get(host="api.example.com").mock(httpx.Response(200, content=publish()))
    result = fetch_description(url, config, now=NOW, shelf=shelf)
    texts = [repr(result), config.read_text(), *(file.read_text() for file in shelf.folder.iterdir())]
    respx.get(host="api.example.com").mock(httpx.Response(404))
    with pytest.raises(TargetError) as caught:
        fetch_description(url, config, now=NOW, shelf=shelf)
    assert not any("hushhush" in text or "tokentoken" in text for text in [*texts, caught.value.message])


def test_a_broken_index_only_costs_a_download(shelf):
    shelf.folder.mkdir()
    (shelf.folder / "fetched.json").write_bytes(b"\xff{")
    assert shelf.find_latest(URL) is None


CONFIG = """# Ours
[targets.staging] # the one that we use
base_url = "https://staging.example.com/v2"   # with a reason
budget = 900

[targets.staging.identities.full]
token = "env:TOKEN"
"""


def test_the_rest_of_the_configuration_stays_as_it_is(config, tmp_path):
    config.write_text(CONFIG)
    write_pin(config, tmp_path / "one.yaml")
    assert read_pin(config) == tmp_path / "one.yaml"
    before = configuration(config)
    assert before.targets["staging"].budget == 900
    write_pin(config, tmp_path / "two.yaml")
    lines = [line for line in config.read_text().splitlines() if line]
    assert lines.pop(1) == f'description = "{tmp_path / "two.yaml"}"'
    assert lines == [line for line in CONFIG.splitlines() if line]
    assert configuration(config).targets == before.targets


def test_line_endings_stay(config, tmp_path):
    config.write_bytes(b'description = "a"\r\n# end\r\n')
    write_pin(config, tmp_path / "b")
    assert config.read_bytes() == f'description = "{tmp_path / "b"}"\r\n# end\r\n'.encode()


@pytest.mark.parametrize("content", [b"[", b"\xff"])
def test_a_configuration_that_is_none_is_left_alone(config, tmp_path, content):
    config.write_bytes(content)
    with pytest.raises(UsageError, match=r"evconform\.toml"):
        write_pin(config, tmp_path / "a")
    assert config.read_bytes() == content


@contextmanager
def serve(body: bytes):
    """Serve a body on loopback with an ETag; yield the address and the request lines received."""
    seen: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            seen.append(self.requestline)
            known = self.headers.get("If-None-Match") == '"v1"'
            self.send_response(304 if known else 200)
            self.send_header("ETag", '"v1"')
            self.send_header("Content-Length", "0" if known else str(len(body)))
            self.end_headers()
            self.wfile.write(b"" if known else body)

        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", seen
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_it_works_over_a_socket_and_asks_in_conditions(config, shelf):
    with serve(publish()) as (address, seen):
        first = fetch_description(f"{address}/spec.yaml", config, now=NOW, shelf=shelf)
        second = fetch_description(f"{address}/spec.yaml", config, now=NOW, shelf=shelf)
    assert len(seen) == 2
    assert first.fetched == second.fetched
    assert first.file.read_bytes() == publish()


def test_it_goes_through_a_proxy(config, shelf, monkeypatch):
    with serve(publish()) as (address, seen):
        monkeypatch.setenv("HTTP_PROXY", address)
        monkeypatch.setenv("NO_PROXY", "")
        monkeypatch.setenv("no_proxy", "")
        fetch_description("http://published.example.com/spec.yaml", config, now=NOW, shelf=shelf)
    assert seen == ["GET http://published.example.com/spec.yaml HTTP/1.1"]


def test_an_unreachable_server_is_a_target_error(config, shelf):
    with serve(b"") as (address, _):
        pass
    with pytest.raises(TargetError, match="ConnectError"):
        fetch_description(f"{address}/spec.yaml", config, now=NOW, shelf=shelf)


def test_the_provider_publishes_over_tls():
    assert PUBLISHED.startswith("https://developers.ev.energy/")
