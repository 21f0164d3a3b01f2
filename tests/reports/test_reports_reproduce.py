import json
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.model import Exchange, Request
from reports.reproduce import curl, placeholder, python

ECHO = 'curl() { printf "%s\\0" "$@"; if [ "${@: -1}" = "@-" ]; then printf "stdin:"; cat; fi; }; '


def exchange(method="GET", url="http://h/v2/evses?x=1", headers=(), body=b"", identity="full"):
    return Exchange("x1", Request("*", method, "/evses", headers, body, identity), url, 0.0)


def arguments(sent: Exchange) -> tuple[list[str], bytes]:
    """What the shell hands to curl: its arguments and its standard input."""
    done = subprocess.run(
        ["bash", "-c", ECHO + curl(sent)],
        capture_output=True,
        check=True,
        env={"EVCONFORM_TOKEN": "T0", "PATH": "/usr/bin:/bin"},
    )
    words, _, piped = done.stdout.partition(b"\0stdin:")
    return [word.decode() for word in words.removesuffix(b"\0").split(b"\0")], piped


texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)


@settings(max_examples=25, deadline=None)
@given(
    texts, texts, st.text(st.characters(codec="utf-8"), min_size=1, max_size=30).map(str.encode) | st.binary(min_size=1)
)
def test_the_shell_hands_curl_exactly_the_request(query, value, body):
    sent = exchange("POST", f"http://h/v2/evses?q={query}", (("X-Probe", value),), body)
    words, piped = arguments(sent)
    assert sent.url in words
    assert (f"X-Probe: {value}" if value else "X-Probe;") in words
    assert "Authorization: Bearer T0" in words
    if words[-1] == "@-":
        assert piped == body
    else:
        assert words[-2:] == ["--data-raw", body.decode()]


def test_a_long_body_travels_on_standard_input():
    assert arguments(exchange("POST", body=b"a" * 20_000))[1] == b"a" * 20_000


def test_no_identity_sends_no_token_and_head_asks_for_the_head():
    words, _ = arguments(exchange("HEAD", identity=""))
    assert not any("Authorization" in word for word in words)
    assert "-I" in words


@pytest.mark.parametrize("name", ["Authorization", "cookie", "Proxy-Authorization"])
def test_a_credential_in_a_header_is_never_repeated(name):
    sent = exchange(headers=((name, "Bearer s3cret-value"),))
    assert "s3cret" not in curl(sent) + python(sent)
    assert "EVCONFORM_TOKEN" not in curl(sent) or name != "Authorization"
    assert f'"{name}: Bearer $EVCONFORM_PROBE_VALUE"' in curl(sent)


@pytest.mark.parametrize(
    ("identity", "name"),
    [("full", "EVCONFORM_TOKEN"), ("readonly", "EVCONFORM_TOKEN_READONLY"), ("a b;$(x)", "EVCONFORM_TOKEN_A_B___X_")],
)
def test_each_identity_has_its_own_variable(identity, name):
    assert placeholder(identity) == name
    assert f"${name}" in curl(exchange(identity=identity))


FAKE = """
import json, sys, types
class Answer: status_code, headers, text = 0, {}, ""
def request(method, url, **more):
    sys.stderr.write(json.dumps([method, url, more.get("headers", {}), more.get("content", b"").hex()]))
    return Answer
sys.modules["httpx"] = types.SimpleNamespace(request=request)
"""


def test_the_python_script_sends_the_same_request(monkeypatch, capfd):
    sent = exchange("PATCH", "http://h/v2/\"quoted\"?x='1'", (("X-Probe", "{braces} 'quotes' \\ é"),), b"\x00\xff{}")
    code = FAKE + python(sent)
    subprocess.run([sys.executable, "-c", code], check=True, env={"EVCONFORM_TOKEN": "T0"})
    method, url, headers, body = json.loads(capfd.readouterr().err)
    assert (method, url, bytes.fromhex(body)) == ("PATCH", sent.url, b"\x00\xff{}")
    assert headers == {"Authorization": "Bearer T0", "X-Probe": "{braces} 'quotes' \\ é"}
