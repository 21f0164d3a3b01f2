"""No secret of a run stands in anything that it leaves, however the target shows it."""

import os
import re
import subprocess
import sys
import zlib
from base64 import b64decode
from pathlib import Path
from urllib.parse import quote

import pytest

from conformance.run_log.event_log import read_events
from conformance.tools.secret_forms import undo_escapes
from tests.resilience.echoing_server import run_echoing_server, write_forms

TOKEN, SECRET = "cAnary-t0ken/of+full~1234567", "cAnary-s3cret/of&readonly=9876"
ALL_FORMATS = ("annotations", "badge", "ctrf", "earl", "har", "html", "json", "junit", "markdown", "sarif")
_KEY = "whsec_" + "bm90LWEtc2VjcmV0LW9mLWFueW9uZS1hdC1hbGw="
_BASE64 = re.compile(rb"[A-Za-z0-9+/]{40,}={0,2}")


def run_command(*arguments: str, folder: Path) -> subprocess.CompletedProcess[bytes]:
    home = folder / "home"
    home.mkdir(exist_ok=True)
    variables = {"HOME": str(home), "XDG_CACHE_HOME": str(home), "XDG_DATA_HOME": str(home), "TMPDIR": str(home)}
    environment = os.environ | variables | {"CANARY_TOKEN": TOKEN, "CANARY_SECRET": SECRET, "CI": "1"}
    environment["PYTHONPATH"] = str(Path(__file__).parents[2])
    return subprocess.run(
        [sys.executable, "-m", "conformance", *arguments],
        cwd=folder, env=environment, capture_output=True, check=False, timeout=120,
    )  # fmt: skip


def find_canaries(text: bytes, where: str) -> list[str]:
    """Return where a text shows a canary: as it stands, with its escapes undone, and inside of base64 and deflate."""
    texts = [text, undo_escapes(text)]
    for match in _BASE64.finditer(text):
        packed = b64decode(match[0][: len(match[0]) // 4 * 4] + b"==")
        texts += [packed, undo_escapes(packed)]
        try:
            plain = zlib.decompress(packed, -15)
        except zlib.error:
            continue
        texts += [plain, undo_escapes(plain)]
    forms = {f"{secret[:8]} {name}": form for secret in (TOKEN, SECRET) for name, form in write_forms(secret).items()}
    known = {name: {form.encode(), undo_escapes(form.encode())} for name, form in forms.items()}
    return [
        f"{name} in {where}" for name, shown in known.items() if any(form in each for form in shown for each in texts)
    ]


def find_leaks(folder: Path, result: subprocess.CompletedProcess[bytes]) -> list[str]:
    leaks = [*find_canaries(result.stdout, "stdout"), *find_canaries(result.stderr, "stderr")]
    for path in folder.rglob("*"):
        leaks += find_canaries(str(path).encode(), "a name")
        if path.is_file():
            leaks += find_canaries(path.read_bytes(), str(path.relative_to(folder)))
    for log in folder.rglob("events.jsonl"):
        leaks += [leak for event in read_events([log]) for leak in find_canaries(repr(event).encode(), "an event")]
    return sorted(set(leaks))


CONFIGURATION = """
[targets.echo]
base_url = "{origin}/v2"
token_url = "{origin}/o/token/"
[targets.echo.identities.full]
token = "env:CANARY_TOKEN"
[targets.echo.identities.readonly]
client_id = "cl"
client_secret = "env:CANARY_SECRET"
"""


def write_configuration(folder: Path, origin: str) -> None:
    (folder / "evconform.toml").write_text(CONFIGURATION.format(origin=origin))


def test_a_run_against_a_server_that_shows_every_secret_leaves_none(tmp_path):
    formats = [part for name in ALL_FORMATS for part in ("--format", name)]
    with run_echoing_server(TOKEN, SECRET) as origin:
        write_configuration(tmp_path, origin)
        result = run_command(
            "run", "--target", "echo", "--workers", "1", "--select", "AUT-02&/vehicles", "--select", "RSP-0*&/users",
            "--report-dir", "out", *formats,
            folder=tmp_path,
        )  # fmt: skip
    assert result.returncode in {1, 3}, result.stderr
    events = list(read_events([tmp_path / "out" / "events.jsonl"]))
    assert repr(events).count("[redacted") > 100
    assert not find_leaks(tmp_path, result)


@pytest.mark.parametrize("status", [302, 401])
def test_an_error_before_a_run_shows_no_secret(tmp_path, status):
    with run_echoing_server(TOKEN, SECRET, status=status) as origin:
        write_configuration(tmp_path, origin)
        for command in (["run", "--target", "echo"], ["doctor", "--target", "echo"]):
            result = run_command(*command, folder=tmp_path)
            assert result.returncode == 2, result.stderr
            assert not find_leaks(tmp_path, result)


def test_the_search_finds_what_leaks(tmp_path):
    for name, form in write_forms(TOKEN).items():
        assert find_canaries(b"x " + form.encode() + b" y", "here"), name


_CERTIFY = ("certify", "webhooks", "--dry-run", "--secret", _KEY, "--endpoint")
URLS = {
    "target-query": ("run", "--target", "http://127.0.0.1:9/v2?access_token={token}"),
    "target-user": ("run", "--target", "http://me:{token}@127.0.0.1:9/v2"),
    "baseline-user": ("run", "--against", "http://me:{token}@127.0.0.1:9/v2"),
    "description-user": ("description", "fetch", "--url", "http://me:{token}@127.0.0.1:9/openapi.yaml"),
    "description-query": ("description", "fetch", "--url", "http://127.0.0.1:9/openapi.yaml?token={token}"),
    "endpoint-query": (*_CERTIFY, "http://127.0.0.1:9/hook?token={token}"),
    "endpoint-user": (*_CERTIFY, "http://me:{token}@127.0.0.1:9/hook"),
    "observe-query": (*_CERTIFY, "http://127.0.0.1:9/hook", "--observe", "http://127.0.0.1:9/o?k={token}"),
    "delivery-query": ("webhooks", "send", "--url", "http://127.0.0.1:9/hook?token={token}", "--secret", _KEY),
}


QUICK = ("target-query", "description-user", "endpoint-user")
EACH_URL = [
    pytest.param(command, id=name, marks=() if name in QUICK else pytest.mark.long) for name, command in URLS.items()
]


@pytest.mark.parametrize("command", EACH_URL)
def test_a_secret_in_a_url_of_the_command_line_is_not_shown(command, tmp_path):
    result = run_command(*(part.replace("{token}", quote(TOKEN, safe="")) for part in command), folder=tmp_path)
    assert result.returncode in {0, 1, 2, 3}, result.stderr
    assert b"Traceback" not in result.stderr
    assert not find_leaks(tmp_path, result)
