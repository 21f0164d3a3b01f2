"""Lint on the two descriptions at hand: ours keeps every MUST; the provider's has what is known to be wrong with it."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from conformance.description.lint import every_rule, findings, lint, outcomes, writing
from conformance.description.load import load
from conformance.model import Level, Verdict
from conformance.validation import Validators

# What a careful reading by hand found, and how often.
KNOWN = {
    "scheme-unknown": 1, "scope-unknown": 10, "expand-dead-end": 7, "expand-any-text": 1,
    "header-misspelled": 188, "error-no-problem": 2, "error-other-status": 1, "error-undocumented": 36,
    "pattern-unanchored": 2, "path-id": 22, "nullable-ignored": 6, "null-forbidden": 1, "enum-without-null": 1,
    "ref-siblings": 15, "oneof-empty-list": 3, "enum-untyped": 8, "enum-filter": 2, "enums-apart": 1,
    "cursor-swapped": 2, "cursor-timed": 14, "cursor-without-id": 2, "link-other-scheme": 2, "link-unpaged": 3,
    "page-size-missing": 1, "body-optional": 15, "body-read-only": 5, "body-of-get": 1, "flow-empty": 1,
    "scope-missing": 31, "error-unneeded": 23, "parameter-overridden": 4, "number-whole": 6, "format-unknown": 1,
    "tag-undeclared": 6, "tag-unused": 2, "version-missing": 10, "header-case": 1, "url-unserved": 2,
}  # fmt: skip


@pytest.fixture(scope="module")
def source(provided):
    return Path(provided.source)


@pytest.fixture(scope="module")
def provided_findings(source, cache_dir):
    return lint(source, Validators, cache_dir=cache_dir)


@pytest.fixture(scope="module")
def lines(source):
    return source.read_text(encoding="utf-8").splitlines()


def of(found, rule):
    return [each for each in found if each.rule == rule]


def test_ours_breaks_no_must(cache_dir):
    found = lint(None, Validators, cache_dir=cache_dir)
    assert [each for each in found if each.level is Level.MUST] == []
    assert len(found) > 20  # the rules did run: what is left are differences that we keep on purpose
    assert {each.rule for each in found if each.level is Level.SHOULD} == {
        "example-link", "path-id", "response-promises-nothing", "url-unserved",
    }  # fmt: skip


def test_everything_known_is_found(provided_findings):
    counts = Counter(each.rule for each in provided_findings)
    assert {rule: counts[rule] for rule in KNOWN} == KNOWN


def test_scopes_that_no_flow_defines_are_six(provided_findings):
    assert {each.actual for each in of(provided_findings, "scope-unknown")} == {
        "support:read", "support:write", "site:read", "utility_account:write", "programs:write", "chargingsession:read",
    }  # fmt: skip


def test_ids_are_anchored_nowhere_and_ulids_not_everywhere(provided_findings):
    assert len(of(provided_findings, "id-unanchored")) > 80
    assert len({each.actual for each in of(provided_findings, "example-id")}) >= 21


def test_examples_that_break_their_schema(provided_findings):
    pointers = {each.pointer.partition("/examples/")[0] for each in of(provided_findings, "example-invalid")}
    assert len(of(provided_findings, "example-invalid")) >= 16
    assert {"#/components/schemas/Notification", "#/components/parameters/user_id/schema"} <= pointers


def test_links_in_examples_that_no_path_serves(provided_findings):
    assert len({each.message for each in of(provided_findings, "example-link")}) >= 31


def test_the_empty_list_is_refused_in_three_places(provided_findings):
    assert {each.pointer.split("/")[3] for each in of(provided_findings, "oneof-empty-list")} == {
        "ChargingSession", "ChargingSubSession", "SupportTicket",
    }  # fmt: skip


def test_every_line_shows_what_its_pointer_names(provided_findings, provided, lines, source):
    for each in provided_findings:
        missing = each.rule == "example-invalid" and each.actual == "absent"
        pointer = each.pointer.rpartition("/")[0] if missing else each.pointer
        key = pointer.rpartition("/")[2].replace("~1", "/").replace("~0", "~")
        holder = provided.resolve(pointer.rpartition("/")[0])
        shown = lines[each.line - 1].strip()
        assert shown.startswith("- ") if isinstance(holder, list) else key in shown, each
        assert each.file == str(source)


def test_a_run_holds_the_faults_of_the_description_against_nobody(cache_dir, provided_findings, source):
    told = list(outcomes(load(source, overlays=False, cache_dir=cache_dir), Validators))
    assert {each.requirement for each in told} == {f"DSC-{number:02}" for number in range(1, 11)}
    assert {each.verdict for each in told} == {Verdict.PASS, Verdict.REVIEW, Verdict.WARN}
    judged = [each for each in told if each.verdict is not Verdict.PASS]
    assert sum(each.times for each in judged) == sum(1 for each in provided_findings if each.requirement)
    per_rule = Counter(each.cause.partition(" ")[0] for each in judged)
    assert max(per_rule.values()) <= 8
    assert len({(each.requirement, each.cause) for each in judged}) == len(judged)
    assert {each.requirement for each in told if each.verdict is Verdict.REVIEW} == {"DSC-02", "DSC-03", "DSC-06"}


def test_a_run_passes_what_nothing_breaks(shipped):
    told = {each.requirement: each.verdict for each in outcomes(shipped, Validators)}
    assert told["DSC-01"] is Verdict.PASS
    assert told["DSC-09"] is Verdict.WARN


def test_text_has_a_line_for_each_finding_and_counts(shipped):
    found = findings(shipped, Validators)
    *shown, counts = writing.as_text(found)
    assert len(shown) == len(found)
    assert sum(int(number) for number in re.findall(r"\d+", counts)) == len(found)


def test_json_and_sarif_name_rules_places_and_levels(cache_dir):
    found = lint(None, Validators, cache_dir=cache_dir)
    page = json.loads(writing.as_json(found, every_rule()))
    assert [each["pointer"] for each in page["findings"]] == [each.pointer for each in found]
    assert sum(page["counts"].values()) == len(found)
    run = json.loads(writing.as_sarif(found, every_rule()))["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    for result, each in zip(run["results"], found, strict=True):
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == each.rule
        assert result["level"] == {"MUST": "error", "SHOULD": "warning", "MAY": "note"}[each.level]
        place = result["locations"][0]["physicalLocation"]
        assert (place["artifactLocation"]["uri"], place["region"]["startLine"]) == (each.file, each.line)
        assert each.line > 0
