import base64
import json
import os
import re
import unicodedata
import xml.etree.ElementTree as ET
import zlib
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import reports
from conformance.errors import UsageError
from conformance.model import Observed, Outcome, Place, Placed, Verdict
from reports.formats import annotations, markdown, sarif
from reports.run_verdict import judge_run
from reports.summary import RunVerdict
from tests.reports.generator import RULES, Settings, events

NAMES = {"annotations", "badge", "ctrf", "earl", "har", "html", "json", "junit", "markdown", "sarif"}
SNAPSHOTS = Path(__file__).parent / "snapshots"
FAULTY = reports.fold(
    [*events(Settings(exchanges=120, undecided=1)), Observed(Outcome("AUT-01", "POST /x", Verdict.FAIL, "201"))]
)
EVENTS = events(Settings(exchanges=8, faulty=False))
CLEAN = reports.fold(events(Settings(exchanges=300, faulty=False)))
ERROR = reports.fold(
    [*events(Settings(exchanges=20)), Observed(Outcome("AUT-01", "GET /evses", Verdict.ERROR, "boom"))]
)
CUT = reports.fold(events(Settings(exchanges=20, faulty=False, cut_off=True)))
RUNS = {"faulty": FAULTY, "clean": CLEAN, "error": ERROR, "cut": CUT}


def rendered(name, summary):
    return reports.FORMATS[name].render(summary)[reports.FORMATS[name].file]


def document(name, summary):
    return json.loads(rendered(name, summary))


def test_the_formats_are_found_and_cannot_be_changed():
    assert set(reports.FORMATS) == NAMES
    with pytest.raises(TypeError):
        reports.FORMATS["pdf"] = reports.FORMATS["html"]


@pytest.fixture(params=RUNS)
def run(request):
    return RUNS[request.param]


@st.composite
def drawn_runs(draw):
    """A run with drawn outcomes on drawn cases, planned or not, some of them waived."""
    case = st.tuples(st.sampled_from([rule for rule, *_ in RULES]), st.sampled_from(["GET /evses", "GET /users", "*"]))
    outcomes = draw(st.lists(st.tuples(case, st.sampled_from(Verdict)), max_size=12))
    run = reports.fold([*EVENTS, *(Observed(Outcome(*case, verdict, "so it is")) for case, verdict in outcomes)])
    waived = draw(st.sets(st.sampled_from([finding.id for finding in run.findings] or [""])))
    findings = tuple(msgspec.structs.replace(finding, waived=finding.id in waived) for finding in run.findings)
    return judge_run(msgspec.structs.replace(run, findings=findings))


@settings(max_examples=15)
@given(drawn_runs())
def test_counts_and_verdicts_agree_whatever_was_observed(run):
    test_counts_agree_in_every_format(run)
    test_verdicts_agree_in_every_format(run)
    check_junit_counts(run)


def test_counts_agree_in_every_format(run):
    counts = {verdict.value: count for verdict, count in run.counts.items()}
    counts_with_unplanned = Counter(result.verdict.value for result in run.all_results)
    assert document("json", run)["counts"] == counts
    assert sum(counts.values()) == document("json", run)["planned"] == run.planned_count
    assert document("sarif", run)["runs"][0]["properties"]["counts"] == counts
    ctrf = document("ctrf", run)["results"]
    assert ctrf["summary"]["extra"]["counts"] == counts
    assert Counter(test["rawStatus"] for test in ctrf["tests"]) == counts_with_unplanned
    assertions = [item for item in document("earl", run)["@graph"] if item["@type"] == "earl:Assertion"]
    assert Counter(assertion["result"]["verdict"] for assertion in assertions) == counts_with_unplanned
    shown = dict(re.findall(r"^\| ([a-z ]+) \| (\d+) \|$", rendered("markdown", run).decode(), re.MULTILINE))
    assert {key.replace(" ", "_").upper(): int(value) for key, value in shown.items()} == {
        k: v for k, v in counts.items() if v
    }
    page = rendered("html", run).decode()
    listed = re.search(r'<ul class="counts">(.*?)</ul>', page, re.DOTALL)[1]
    actual = re.findall(r"<b>([\d,]+)</b> ([a-z ]+?)\s*</(?:a|li)>", listed)
    lines = {words: int(number.replace(",", "")) for number, words in actual}
    assert lines.pop("planned") == run.planned_count
    assert lines.pop("not planned", 0) == len(run.unplanned_results)
    assert {key.replace(" ", "_").upper(): value for key, value in lines.items()} == {
        k: v for k, v in counts.items() if v
    }


def test_junit_counts_agree(run):
    check_junit_counts(run)


def check_junit_counts(run):
    root = ET.fromstring(rendered("junit", run))  # noqa: S314 - our own
    counts = Counter(result.verdict for result in run.all_results)
    cases = list(root.iter("testcase"))
    assert len(cases) == int(root.get("tests")) == sum(counts.values())
    waived = sum(result.verdict is Verdict.FAIL and not run.has_violation(result) for result in run.all_results)
    assert len(root.findall(".//failure")) == int(root.get("failures")) == counts[Verdict.FAIL] - waived
    assert len(root.findall(".//error")) == int(root.get("errors")) == counts[Verdict.ERROR]
    passed = counts[Verdict.PASS] + counts[Verdict.WARN]
    assert (
        len(root.findall(".//skipped")) == len(cases) - passed - counts[Verdict.FAIL] + waived - counts[Verdict.ERROR]
    )


def test_verdicts_agree_in_every_format(run):
    verdict = run.verdict.value
    assert document("json", run)["verdict"] == verdict
    assert document("badge", run)["message"] == verdict
    assert document("sarif", run)["runs"][0]["properties"]["verdict"] == verdict
    assert document("sarif", run)["runs"][0]["invocations"][0]["exitCode"] == run.verdict.exit_code
    assert document("ctrf", run)["results"]["summary"]["extra"]["verdict"] == verdict
    assert document("earl", run)["@graph"][1]["verdict"] == verdict
    assert rendered("markdown", run).decode().startswith(f"## Conformance: {verdict}\n")
    assert f"title=Conformance::{verdict}: " in rendered("annotations", run).decode()
    assert f'<h1 id="verdict-title">{verdict.capitalize()}</h1>' in rendered("html", run).decode()


def test_every_run_has_its_own_verdict():
    assert [value.verdict for value in RUNS.values()] == [
        RunVerdict.VIOLATIONS,
        RunVerdict.CONFORMS,
        RunVerdict.ERROR,
        RunVerdict.INCONCLUSIVE,
    ]


def test_findings_agree_where_they_are_listed():
    about = [finding for finding in FAULTY.findings if finding.verdict in {Verdict.FAIL, Verdict.WARN, Verdict.REVIEW}]
    assert [finding["id"] for finding in document("json", FAULTY)["findings"]] == [finding.id for finding in about]
    results = document("sarif", FAULTY)["runs"][0]["results"]
    assert [result["partialFingerprints"]["finding/v1"] for result in results] == [
        finding.id for finding in FAULTY.findings
    ]
    page = rendered("html", FAULTY).decode()
    assert set(re.findall(r'<details class="finding[ a-z]*" id="(f-\w+)"', page)) == {
        finding.id for finding in FAULTY.findings
    }


def test_what_the_interface_promises_stands_in_the_summary():
    actual = document("json", FAULTY)
    assert actual["schema"] == "evconform/summary/1"
    assert (actual["target"], actual["seed"], actual["budget"]) == ("builtin", 1, 1000)
    assert actual["requests_sent"] == sum(actual["requests"].values()) == 120
    assert actual["duration_s"] > 0
    first = next(finding for finding in actual["findings"] if finding["requirement"] == "RSP-08")
    assert first.keys() >= {"requirement", "level", "verdict", "operation", "operation_id", "message", "curl"}
    assert first["curl"].startswith("curl ")
    assert set(first["exchanges"]) <= {exchange.id for exchange in FAULTY.exchanges}
    reasons = {gap["reason"] for gap in actual["not_tested"]}
    assert "the target does not allow exhausting its limit" in reasons
    assert len(actual["not_tested"]) == actual["counts"]["NOT_TESTED"]
    assert [entry["requirement"] for entry in actual["inconclusive"]] == ["AUT-01"]
    assert actual["unplanned"] == [
        {"requirement": "AUT-01", "operation": "POST /x", "verdict": "FAIL", "reason": "201"}
    ]


def test_sarif_has_what_code_scanning_needs(monkeypatch):
    run = document("sarif", FAULTY)["runs"][0]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert result["message"]["text"]
        (location,) = result["locations"]
        assert location["physicalLocation"]["artifactLocation"]["uri"].endswith(".yaml")
    pointers = {result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] for result in run["results"]}
    assert "#/paths/~1evses/get" in pointers
    monkeypatch.setattr(sarif, "SHOWN", 2)
    capped = document("sarif", FAULTY)["runs"][0]
    assert capped["results"] == run["results"][:2]
    assert capped["properties"]["results"] == len(run["results"])


def test_results_stand_on_the_line_of_their_operation_where_the_record_tells_it():
    lines = 0
    for finding, result in zip(FAULTY.findings, document("sarif", FAULTY)["runs"][0]["results"], strict=True):
        (location,) = result["locations"]
        place, pointer = location["physicalLocation"], location["logicalLocations"][0]["fullyQualifiedName"]
        known = FAULTY.places.get(pointer)
        lines += known is not None
        assert (
            finding.operation in {"*", "POST /x"}
            or pointer == FAULTY.model.operations_by_key[finding.operation].pointer
        )
        assert place["region"]["startLine"] == (known.line if known else 1)
        assert place["artifactLocation"]["uri"] == ("api/a%20b.yaml" if known else "specs/ev-energy-v2/openapi.yaml")
    assert 0 < lines < len(FAULTY.findings)


def test_a_fault_of_the_description_stands_on_its_own_line():
    pointer = "#/components/schemas/Evse/properties/id"
    events_of = [
        Placed({pointer: Place("api.yaml", 77)}),
        Observed(Outcome("DSC-07", "*", Verdict.WARN, "not anchored", pointer=pointer)),
    ]
    summary = reports.fold([*events(Settings(exchanges=5, faulty=False)), *events_of])
    places = [result["locations"][0]["physicalLocation"] for result in document("sarif", summary)["runs"][0]["results"]]
    assert {"artifactLocation": {"uri": "api.yaml"}, "region": {"startLine": 77}} in places
    assert "api.yaml" not in rendered("annotations", summary).decode()  # it is in no repository


def test_annotations_stand_on_lines_of_files_of_the_repository():
    lines = rendered("annotations", FAULTY).decode().splitlines()
    placed = [line for line in lines if line.partition(" ")[2].startswith("file=")]
    assert len(placed) > 1
    assert not any(": POST /x" in line for line in placed)  # on an operation that the record places nowhere
    assert all(re.match(r"::(error|warning|notice) file=api/a b\.yaml,line=\d+,title=", line) for line in placed)


def test_annotations_stop_where_github_stops(monkeypatch):
    monkeypatch.setattr(annotations, "SHOWN", 1)
    kinds = Counter(line.partition(" ")[0] for line in rendered("annotations", FAULTY).decode().splitlines())
    assert kinds == {"::notice": 1, "::error": 1, "::warning": 1}


def test_a_long_markdown_summary_ends_with_a_word(monkeypatch):
    monkeypatch.setattr(markdown, "_LARGEST", 2_000)
    text = rendered("markdown", FAULTY).decode()
    assert len(text) < 2_100
    assert text.endswith("The report has the rest.\n")


def test_har_holds_every_exchange_in_order():
    entries = document("har", FAULTY)["log"]["entries"]
    assert [entry["request"]["url"] for entry in entries] == [exchange.url for exchange in FAULTY.exchanges]
    assert [entry["response"]["status"] for entry in entries] == [exchange.status for exchange in FAULTY.exchanges]
    assert json.loads(entries[0]["response"]["content"]["text"]) == json.loads(FAULTY.exchanges[0].response.body)


@pytest.fixture(scope="module")
def hostile():
    return reports.fold(events(Settings(exchanges=120, hostile=True)))


def test_hostile_text_breaks_no_format(hostile):
    ET.fromstring(rendered("junit", hostile))  # noqa: S314 - our own
    for name in ("json", "sarif", "ctrf", "earl", "har", "badge"):
        document(name, hostile)
    text = rendered("markdown", hostile).decode()
    outside = re.sub(r"(?s)(`{3,})sh\n.*?\n\1", "", text)
    assert not re.search(r"<(?!/?details>|/?summary>)", outside)
    assert "](" not in outside
    commands = rendered("annotations", hostile).decode().splitlines()
    assert all(
        re.match(r"::(error|warning|notice) (file=[^:,\r\n]+,line=\d+,)?title=[^:,\r\n]*::", command)
        for command in commands
    )
    assert len([command for command in commands if command.startswith("::error")]) == min(
        10, len([g for g in reports.groups.group_by_cause(hostile.findings) if g.verdict is Verdict.FAIL])
    )


def acting_characters(text: str) -> set[str]:
    """The characters of a text that act on a terminal, a browser or a CI server, apart from tab and line feed."""
    return {c for c in text if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"}} - {"\t", "\n"}


def list_strings(value) -> list[str]:
    """Every string in a JSON value, keys included."""
    if isinstance(value, dict):
        return [text for pair in value.items() for part in pair for text in list_strings(part)]
    if isinstance(value, list):
        return [text for part in value for text in list_strings(part)]
    return [value] if isinstance(value, str) else []


@pytest.mark.parametrize("name", sorted(NAMES))
def test_no_format_contains_a_character_that_acts(name, hostile):
    for file, content in reports.FORMATS[name].render(hostile).items():
        if not file.endswith(".zip"):
            assert not acting_characters(content.decode()), file


@pytest.mark.parametrize("name", ["sarif", "ctrf", "badge"])
def test_formats_that_people_see_contain_none_once_decoded(name, hostile):
    assert not acting_characters("".join(list_strings(document(name, hostile))))


def test_data_of_the_page_contain_none_once_decoded(hostile):
    page = rendered("html", hostile).decode()
    packed = re.findall(r'<script type="text/plain"[^>]*>([^<]+)</script>', page)
    decoded = [json.loads(zlib.decompress(base64.b64decode(data), -15)) for data in packed]
    strings = [text for value in decoded for text in list_strings(value)]
    assert any("u202e" in text for text in strings)
    assert not acting_characters("".join(strings))


def test_formats_for_programs_keep_the_text(hostile):
    original = {finding.message for finding in hostile.findings}
    assert {finding["message"] for finding in document("json", hostile)["findings"]} <= original
    assert any(acting_characters(finding["message"]) for finding in document("json", hostile)["findings"])


class Markup(HTMLParser):
    """The markup of a page, without its text."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.attributes = Counter(), []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.tags[tag if dict(attributes).get("type") != "text/plain" else "data"] += 1
        self.attributes += attributes


def test_hostile_text_brings_no_markup_into_the_page(hostile):
    seen = Markup(rendered("html", hostile).decode())
    assert seen.tags["script"] == 1
    assert not {"img", "iframe", "object", "embed", "link", "base"} & set(seen.tags)
    assert not [name for name, _ in seen.attributes if name.startswith("on") or name == "style"]
    addresses = [value for name, value in seen.attributes if name in {"href", "src"}]
    assert not [address for address in addresses if not address.startswith(("#", "https://", "http://"))]


def test_the_page_names_no_address_to_load_from():
    page = rendered("html", FAULTY).decode()
    assert not re.search(r"<(?:link|img|iframe|object|embed|audio|video|source)\b", page)
    assert "@import" not in page
    assert "url(" not in page
    assert " style=" not in page


def test_the_policy_allows_exactly_the_script_and_the_style_of_the_page():
    import base64
    import hashlib

    page = rendered("html", FAULTY).decode()
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page)[1].replace("&#39;", "'")
    for tag, directive in (("style", "style-src"), ("script", "script-src")):
        (text,) = re.findall(rf"(?s)<{tag}>(.*?)</{tag}>", page)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{directive} 'sha256-{digest}';" in policy
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy


def test_no_command_repeats_a_secret_that_a_log_leaked():
    import msgspec

    from conformance.model import Exchanged

    secret = (("Authorization", "Bearer s3cr3t-t0ken"),)

    def leaking(event):
        if not isinstance(event, Exchanged):
            return event
        request = msgspec.structs.replace(event.exchange.request, headers=secret)
        return Exchanged(msgspec.structs.replace(event.exchange, request=request))

    leaky = [leaking(event) for event in events(Settings(exchanges=40))]
    summary = reports.fold(leaky)
    for name in NAMES - {"har", "html"}:
        assert b"s3cr3t" not in rendered(name, summary), name


def test_unknown_formats_are_refused_by_name(tmp_path):
    with pytest.raises(UsageError, match="'pdf' is not a report format") as caught:
        reports.build([], tmp_path, ["html", "pdf"])
    assert "junit" in caught.value.hint
    assert list(tmp_path.iterdir()) == []


def test_building_is_repeatable_and_leaves_no_half_file(tmp_path):
    run = events(Settings(exchanges=30))
    first = {n: p.read_bytes() for n, p in reports.build(run, tmp_path / "a", sorted(NAMES)).items()}
    second = {n: p.read_bytes() for n, p in reports.build(reversed(run), tmp_path / "b", sorted(NAMES)).items()}
    assert first == second
    assert not list(tmp_path.glob("*/.*"))


def test_a_side_file_of_an_earlier_report_goes_away(tmp_path):
    (tmp_path / "report-bodies.zip").write_bytes(b"old")
    reports.build(CLEAN, tmp_path, ["html"])
    assert not (tmp_path / "report-bodies.zip").exists()


class Words(HTMLParser):
    """The text of a page, a line for each piece, without its scripts and style."""

    def __init__(self, page):
        super().__init__()
        self.lines, self.silent = [], False
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.silent = tag in {"script", "style"}

    def handle_endtag(self, tag):
        self.silent = False

    def handle_data(self, data):
        if not self.silent and data.strip():
            self.lines.append(" ".join(data.split()))


@pytest.mark.parametrize("name", ["html", "json", "markdown", "sarif", "annotations", "badge"])
def test_snapshot(name):
    """Set UPDATE_SNAPSHOTS to write them anew, and read the difference."""
    summary = reports.fold(events(Settings(exchanges=12)))
    actual = rendered(name, summary).decode()
    path = SNAPSHOTS / reports.FORMATS[name].file
    if name == "html":
        path = path.with_suffix(".txt")
        actual = "\n".join(Words(actual).lines) + "\n"
    if "UPDATE_SNAPSHOTS" in os.environ:
        path.parent.mkdir(exist_ok=True)
        path.write_text(actual, encoding="utf-8")
    assert actual == path.read_text(encoding="utf-8")
