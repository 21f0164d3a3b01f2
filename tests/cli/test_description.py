"""`evconform description`: formats and exit codes of lint, diff and fetch."""

import copy
import json

import httpx
import msgspec
import pytest

from conformance.description.fetch import PUBLISHED
from conformance.description.loader import BUNDLED_DESCRIPTION, load_description
from conformance.targets.config import load_config as configuration


@pytest.fixture
def document():
    return copy.deepcopy(load_description(overlays=False).document)


@pytest.fixture
def file(tmp_path):
    def write(name, document):
        path = tmp_path / name
        path.write_bytes(msgspec.json.encode(document))
        return path

    return write


def test_lint_passes_what_we_ship(evconform):
    ended = evconform("description", "lint")
    assert ended.code == 0
    assert "0 MUST" in ended.out.splitlines()[-1]
    assert evconform("description", "lint", "--level", "MUST").out.splitlines() == ["0 MUST, 0 SHOULD, 0 MAY"]


def test_lint_fails_where_a_must_is_broken(evconform, file, document):
    document["paths"]["/evses"]["get"]["security"] = [{"OAuth2": []}]
    path = file("api.json", document)
    text = evconform("description", "lint", path)
    assert text.code == 1
    assert f"{path}:1: MUST DSC-02 scheme-unknown" in text.out
    page = json.loads(evconform("description", "lint", path, "--json").out)
    assert page["counts"]["MUST"] == 1
    assert json.loads(evconform("description", "lint", path, "--sarif").out)["version"] == "2.1.0"


def test_lint_writes_one_format_at_once(evconform):
    ended = evconform("description", "lint", "--json", "--sarif")
    assert (ended.code, "Choose one of them" in ended.err) == (2, True)


@pytest.mark.parametrize("command", [("lint",), ("diff", BUNDLED_DESCRIPTION)])
def test_what_is_no_description_ends_with_a_hint(evconform, tmp_path, command):
    (tmp_path / "bad.yaml").write_text("openapi: 3.1.0\ninfo: [\n")
    ended = evconform("description", *command, tmp_path / "bad.yaml")
    assert ended.code == 2
    assert "bad.yaml:3:1" in ended.err
    assert "Traceback" not in ended.err


def test_diff_ends_with_1_for_those_whom_it_breaks(evconform, file, document):
    smaller = copy.deepcopy(document)
    del smaller["paths"]["/evses"]["get"]
    old, new = file("old.json", document), file("new.json", smaller)
    ended = evconform("description", "diff", old, new)
    assert ended.code == 1
    assert "GET /evses: the operation was removed" in ended.out
    assert ended.out.splitlines()[-1] == "1 breaking, 0 risky, 0 harmless"
    assert evconform("description", "diff", old, new, "--for", "server").code == 0
    assert evconform("description", "diff", new, old).code == 0
    assert evconform("description", "diff", old, old).code == 0


def test_diff_writes_markdown_and_json(evconform, file, document):
    changed = copy.deepcopy(document)
    changed["components"]["schemas"]["EVSE"]["properties"]["cpid"] = {"type": ["integer", "null"]}
    old, new = file("old.json", document), file("new.json", changed)
    markdown = evconform("description", "diff", old, new, "--format", "markdown").out
    assert "| `EVSE.cpid` |" in markdown
    page = json.loads(evconform("description", "diff", old, new, "--format", "json").out)
    assert (
        page["counts"]["breaking"] == len([change for change in page["changes"] if change["client"] == "breaking"]) > 0
    )
    assert "GET /evses" in page["changes"][0]["operations"]


def test_fetch_pins_and_a_run_would_use_it(evconform, document, tmp_path, monkeypatch, respx_mock):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    route = respx_mock.get(PUBLISHED).mock(httpx.Response(200, content=msgspec.json.encode(document)))
    assert evconform("description", "fetch").code == 0
    pinned = configuration(None).description
    assert pinned.startswith(str(tmp_path / "data"))
    del document["paths"]["/evses"]["get"]
    route.mock(httpx.Response(200, content=msgspec.json.encode(document)))
    waiting = evconform("description", "fetch")
    assert waiting.code == 1
    assert "GET /evses: the operation was removed" in waiting.out
    assert configuration(None).description == pinned
    assert evconform("description", "fetch", "--accept").code == 0
    assert configuration(None).description != pinned


def test_fetch_tells_what_it_cannot_reach(evconform):
    ended = evconform("description", "fetch", "--url", "http://127.0.0.1:9/spec.yaml")
    assert ended.code == 3
    assert "cannot be fetched" in ended.err
    assert evconform("description", "fetch", "--url", "spec.yaml").code == 2


def test_a_run_judges_the_description_and_holds_its_faults_against_nobody(evconform, file, document):
    ours = evconform("run", "--select", "DSC").summary
    assert ours["planned"] == ours["counts"]["PASS"] + ours["counts"]["WARN"] == 10
    document["paths"]["/evses"]["get"]["security"] = [{"OAuth2": []}]
    ended = evconform("run", "--select", "DSC", "--description", file("api.json", document))
    assert ended.code == 0
    (review,) = [finding for finding in ended.summary["findings"] if finding["verdict"] == "REVIEW"]
    assert review["requirement"] == "DSC-02"
    assert "the description, not the server" in review["message"]
