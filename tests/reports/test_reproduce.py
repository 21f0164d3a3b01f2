import json
import subprocess
import sys
from collections.abc import Mapping
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.model import Exchange, Request
from conformance.model.target import CLIENT
from reports.request_commands import list_variables, token_variable, write_curl, write_python

WITH_TOKEN = MappingProxyType({"EVCONFORM_TOKEN": "T0"})
ECHO = 'curl() { printf "%s\\0" "$@"; if [ "${@: -1}" = "@-" ]; then printf "stdin:"; cat; fi; }; '


def exchange(method="GET", url="http://h/v2/evses?x=1", headers=(), body=b"", identity="full", **more):
    return Exchange("x1", Request("*", method, "/evses", headers, body, identity, **more), url, 0.0)


def arguments(
    sent: Exchange, given: Mapping[str, str] = MappingProxyType({"EVCONFORM_TOKEN": "T0"})
) -> tuple[list[str], bytes]:
    """Return the arguments and the standard input that the shell gives to curl."""
    done = subprocess.run(
        ["bash", "-uc", ECHO + write_curl(sent)],
        capture_output=True,
        check=True,
        env={**given, "PATH": "/usr/bin:/bin"},
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
    assert "s3cret" not in write_curl(sent) + write_python(sent)
    assert "EVCONFORM_TOKEN" not in write_curl(sent) or name != "Authorization"
    assert f'"{name}: Bearer ${{EVCONFORM_CREDENTIAL}}"' in write_curl(sent)


@pytest.mark.parametrize(
    ("identity", "name"),
    [("full", "EVCONFORM_TOKEN"), ("readonly", "EVCONFORM_TOKEN_READONLY"), ("a b;$(x)", "EVCONFORM_TOKEN_A_B___X_")],
)
def test_each_identity_has_its_own_variable(identity, name):
    assert token_variable(identity).name == name
    assert f"${{{name}}}" in write_curl(exchange(identity=identity))


SET = {
    "EVCONFORM_TOKEN": "T0", "EVCONFORM_CLIENT_ID": "I0", "EVCONFORM_CLIENT_SECRET": "S0", "EVCONFORM_CREDENTIAL": "C0",
}  # fmt: skip
TAKEN_OUT = {
    "query": (exchange(url="http://h/v2/evses?x=1&access_token=[redacted]", token_in="query"),
              "http://h/v2/evses?x=1&access_token=T0", {}, b"", None),
    "cookie": (exchange(token_in="cookie"), "http://h/v2/evses?x=1", {"Cookie": "access_token=T0"}, b"", None),
    "scheme": (exchange(token_in="scheme"), "http://h/v2/evses?x=1", {"Authorization": "Token T0"}, b"", None),
    "client": (exchange("POST", headers=(("Content-Type", "a/b"),), body=b"token=[redacted]", identity=f"full{CLIENT}"),
               "http://h/v2/evses?x=1", {"Content-Type": "a/b"}, b"token=C0", ["I0", "S0"]),
    "named": (exchange("POST", headers=(("Content-Type", "a/b"), ("X-A", "'[redacted:full.token]'")),
                       body=b'{"s":"[redacted:full.client_secret]"}', identity=""),
              "http://h/v2/evses?x=1", {"Content-Type": "a/b", "X-A": "'T0'"}, b'{"s":"S0"}', None),
    "made up": (exchange(headers=(("Authorization", "Bearer no token"),), identity="", invented=("Bearer no token",)),
                "http://h/v2/evses?x=1", {"Authorization": "Bearer no token"}, b"", None),
}  # fmt: skip


@pytest.mark.parametrize("case", TAKEN_OUT)
def test_what_was_taken_out_is_asked_for_where_it_stood(case, capfd):
    sent, url, headers, body, login = TAKEN_OUT[case]
    lines = {variable.name: variable.meaning for variable in list_variables(sent)}
    assert lines.keys() <= SET.keys()
    assert all(lines.values())
    given = {name: value for name, value in SET.items() if name in lines}  # nothing else may be needed
    words, _ = arguments(sent, given)
    assert url in words
    assert [word for word in words if word.startswith(("Authorization", "Cookie", "X-A"))] == [
        f"{name}: {value}" for name, value in headers.items() if name != "Content-Type"
    ]
    assert (words[words.index("-u") + 1] if "-u" in words else None) == (":".join(login) if login else None)
    assert not body or words[words.index("--data-raw") + 1].encode() == body
    subprocess.run([sys.executable, "-c", FAKE + write_python(sent)], check=True, env=given)
    assert json.loads(capfd.readouterr().err) == [sent.request.method, url, headers, body.hex(), login]


FAKE = """
import json, sys, types
class Answer: status_code, headers, text = 0, {}, ""
def request(method, url, **more):
    told = [method, url, more.get("headers", {}), more.get("content", b"").hex(), more.get("auth")]
    sys.stderr.write(json.dumps(told))
    return Answer
sys.modules["httpx"] = types.SimpleNamespace(request=request)
"""


def test_the_python_script_sends_the_same_request(monkeypatch, capfd):
    sent = exchange("PATCH", "http://h/v2/\"quoted\"?x='1'", (("X-Probe", "{braces} 'quotes' \\ é"),), b"\x00\xff{}")
    code = FAKE + write_python(sent)
    subprocess.run([sys.executable, "-c", code], check=True, env={"EVCONFORM_TOKEN": "T0"})
    method, url, headers, body, _ = json.loads(capfd.readouterr().err)
    assert (method, url, bytes.fromhex(body)) == ("PATCH", sent.url, b"\x00\xff{}")
    assert headers == {"Authorization": "Bearer T0", "X-Probe": "{braces} 'quotes' \\ é"}
