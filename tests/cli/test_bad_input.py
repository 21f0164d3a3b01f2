"""Bad input ends with a message that says what and where, a hint, and the right exit code; never with a traceback."""

import http.server
import threading
from contextlib import contextmanager

import pytest


@contextmanager
def answering(status, headers=None, body=b""):
    """Run a server that gives the same response to every request."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET

        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v2"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "No such file"),
        ("just: yaml\n", "openapi"),
        ("openapi: 3.0.3\ninfo: {title: t, version: '1'}\npaths: {}\n", "3.0"),
        ("swagger: '2.0'\ninfo: {title: t, version: '1'}\npaths: {}\n", "2.0"),
        ("openapi: 3.1.0\ninfo: [\n", ".yaml:3:1"),
        ("- a\n- b\n", "openapi"),
        (
            "openapi: 3.1.0\ninfo: {title: t, version: '1'}\npaths: {/a: {$ref: 'https://elsewhere.example/x.yaml'}}\n",
            "$ref",
        ),
    ],
)
def test_a_description_that_is_none(evconform, tmp_path, content, words):
    file = tmp_path / "description.yaml"
    if content is not None:
        file.write_text(content)
    ended = evconform("run", "--description", file)
    assert ended.code == 2
    assert words in ended.err
    assert "description.yaml" in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--target", "nowhere"), "nowhere"),
        (("--target", "ftp://x/v2"), "ftp://x/v2"),
        (("--target", "http://user:pw@127.0.0.1/v2"), "contains credentials"),
        (("--shard", "3/2"), "3/2"),
        (("--select", "EXP & "), "empty term"),
        (("--select", "EXP-04", "--select", "FOO-99"), "'FOO-99' matches no requirement or operation"),
        (("--select", "tag:Nope"), "matches no requirement or operation"),
        (("--workers", "many"), "many"),
        (("--concurrency", "0"), "--concurrency must be auto or a number from 1 to 100"),
        (("--budget", "0"), "budget"),
        (("--format", "papyrus"), "papyrus"),
        (("--config", "missing.toml"), "missing.toml"),
        (("--waivers", "missing.toml"), "missing.toml"),
        (("--allow-hardware",), "--allow-writes"),
        (("--target", "live", "--allow-writes"), "live"),
    ],
)
def test_a_command_line_that_cannot_be_meant(evconform, arguments, words):
    ended = evconform("run", *arguments)
    assert ended.code == 2
    assert words in ended.err
    assert "Traceback" not in ended.err


def test_a_configuration_with_an_unknown_key(evconform, tmp_path):
    (tmp_path / "evconform.toml").write_text('[targets.mine]\nbase_ulr = "http://127.0.0.1/v2"\n')
    ended = evconform("run", "--target", "mine")
    assert ended.code == 2
    assert "evconform.toml" in ended.err
    assert "base_ulr" in ended.err


def test_a_key_that_is_nearly_right(evconform, tmp_path):
    (tmp_path / "evconform.toml").write_text('[targets.mine.identites.full]\ntoken = "x"\n')
    ended = evconform("doctor", "--target", "mine")
    assert ended.code == 2
    assert "[targets.mine] " in ended.out
    assert "Did you mean identities?" in ended.out


@pytest.mark.parametrize("where", ["a-file", "a-file/below", "/dev/null/x"])
def test_a_report_directory_that_cannot_be_written(evconform, tmp_path, where):
    (tmp_path / "a-file").touch()
    ended = evconform("run", "--select", "VER-01", "--workers", "1", "--report-dir", where)
    assert ended.code == 2
    assert "cannot be written" in ended.err
    assert "--report-dir" in ended.err


def test_a_base_url_without_its_path(evconform):
    with answering(404) as base:
        ended = evconform("run", "--target", base, "--workers", "1")
    assert ended.code == 2
    assert "lists respond with 404" in ended.err
    assert "/v2 included" in ended.err


def test_a_variable_that_is_not_set(evconform, tmp_path):
    (tmp_path / "evconform.toml").write_text(
        '[targets.mine]\nbase_url = "http://127.0.0.1:9/v2"\n'
        '[targets.mine.identities.full]\ntoken = "env:NO_SUCH_VARIABLE"\n'
    )
    ended = evconform("run", "--target", "mine")
    assert ended.code == 2
    assert "NO_SUCH_VARIABLE" in ended.err


def test_nobody_there(evconform):
    ended = evconform("run", "--target", "http://127.0.0.1:9/v2")
    assert ended.code == 3
    assert "no response from" in ended.err


def test_no_tls_there(evconform):
    with answering(200) as base:
        ended = evconform("run", "--target", base.replace("http:", "https:"))
    assert ended.code == 3
    assert "SSL" in ended.err


def test_credentials_that_are_refused(evconform, monkeypatch):
    monkeypatch.setenv("EVCONFORM_TOKEN", "a-very-wrong-token")
    with answering(401) as base:
        ended = evconform("run", "--target", base)
    assert ended.code == 2
    assert "refuses the credentials" in ended.err
    assert "a-very-wrong-token" not in ended.err + ended.out


def test_a_token_endpoint_that_refuses(evconform, tmp_path):
    with answering(403) as base:
        (tmp_path / "evconform.toml").write_text(
            f'[targets.mine]\nbase_url = "{base}"\ntoken_url = "{base}/o/token/"\n'
            '[targets.mine.identities.full]\nclient_id = "me"\nclient_secret = "my-secret-secret"\n'
        )
        ended = evconform("run", "--target", "mine")
    assert ended.code in {2, 3}
    assert "403" in ended.err
    assert "my-secret-secret" not in ended.err + ended.out


def test_a_target_that_redirects_in_a_circle(evconform):
    with answering(302, {"Location": "/v2/"}) as base:
        ended = evconform("run", "--target", base, "--profile", "smoke", "--select", "/users*", "--workers", "1")
    assert ended.code == 2
    assert "redirects" in ended.err


def test_a_target_that_answers_something_else(evconform):
    with answering(200, {"Content-Type": "text/html"}, b"<h1>It works!</h1>") as base:
        ended = evconform("run", "--target", base, "--select", "/users*", "--workers", "1")
    assert ended.code == 1
    assert ended.summary["counts"].get("ERROR", 0) == 0
    assert sum(ended.summary["counts"].values()) == ended.summary["planned"]


@pytest.mark.parametrize(
    "body",
    [
        b"[1, 2, 3]",
        *(pytest.param(body, marks=pytest.mark.long) for body in (b'{"id": 7}', b"null", b"[[[[]]]]")),
        pytest.param(b'[{"id": 5, "url": [], "model": {}}]', marks=pytest.mark.long),
    ],
)
def test_a_target_whose_answers_have_odd_shapes(evconform, body):
    headers = {"Content-Type": "application/json", "Link": '<http://127.0.0.1:1/v2/users>; rel="next", <x', "X": "\x7f"}
    with answering(200, headers, body) as base:
        ended = evconform("run", "--target", base, "--select", "tag:EVSEs", "--workers", "1")
    assert ended.code == 1
    assert ended.summary["counts"].get("ERROR", 0) == 0
