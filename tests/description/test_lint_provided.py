"""Lint on both descriptions: the bundled one breaks no MUST; the provider's has its known defects."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from conformance.description.lint import build_outcomes, find_all, formats, lint_description, list_rules
from conformance.description.loader import load_description
from conformance.model import Level, Verdict
from conformance.validation import SchemaValidators

# What a careful reading by hand found, and how often.
KNOWN = {
    "scheme-unknown": 1, "scope-unknown": 10, "expand-dead-end": 7, "expand-any-text": 1,
    "header-misspelled": 188, "error-no-problem": 2, "error-other-status": 1, "error-undocumented": 36,
    "pattern-unanchored": 2, "path-id": 22, "nullable-ignored": 6, "null-forbidden": 1, "enum-without-null": 1,
    "ref-siblings": 15, "oneof-empty-list": 3, "enum-untyped": 8, "enum-filter": 2, "enums-apart": 1,
    "cursor-swapped": 2, "cursor-timed": 14, "cursor-without-id": 2, "link-other-scheme": 2, "link-unpaged": 3,
    "page-size-missing": 1, "body-optional": 15, "body-read-only": 5, "body-of-get": 1, "flow-empty": 1,
    "scope-missing": 31, "error-unneeded": 23, "parameter-overridden": 4, "number-whole": 6,
    "tag-undeclared": 6, "tag-unused": 2, "version-missing": 10, "header-case": 1, "url-unserved": 2,
    "null-in-text": 2, "list-in-text": 1, "list-in-response-text": 1, "url-or-id": 1, "example-other-type": 1,
    "example-other-write": 1, "parameter-required-if": 2, "property-required-if": 6,
}  # fmt: skip


@pytest.fixture(scope="module")
def source(provider):
    return Path(provider.source)


@pytest.fixture(scope="module")
def provided_findings(source, cache_dir):
    return lint_description(source, SchemaValidators, cache_dir=cache_dir)


@pytest.fixture(scope="module")
def lines(source):
    return source.read_text(encoding="utf-8").splitlines()


def select_rule(all_findings, rule):
    return [finding for finding in all_findings if finding.rule == rule]


def test_the_bundled_description_breaks_no_must(cache_dir):
    bundled_findings = lint_description(None, SchemaValidators, cache_dir=cache_dir)
    assert [finding for finding in bundled_findings if finding.level is Level.MUST] == []
    assert len(bundled_findings) > 20  # the rules did run: what is left are differences that we keep on purpose
    assert {finding.rule for finding in bundled_findings if finding.level is Level.SHOULD} == {
        "example-link", "path-id", "response-promises-nothing", "url-unserved",
    }  # fmt: skip


def test_everything_known_is_found(provided_findings):
    counts = Counter(finding.rule for finding in provided_findings)
    assert {rule: counts[rule] for rule in KNOWN} == KNOWN


def test_scopes_that_no_flow_defines_are_six(provided_findings):
    assert {finding.actual for finding in select_rule(provided_findings, "scope-unknown")} == {
        "support:read", "support:write", "site:read", "utility_account:write", "programs:write", "chargingsession:read",
    }  # fmt: skip


def test_ids_are_anchored_nowhere_and_ulids_not_everywhere(provided_findings):
    assert len(select_rule(provided_findings, "id-unanchored")) > 80
    assert len({finding.actual for finding in select_rule(provided_findings, "example-id")}) >= 21


def test_examples_that_break_their_schema(provided_findings):
    pointers = {
        finding.pointer.partition("/examples/")[0] for finding in select_rule(provided_findings, "example-invalid")
    }
    assert len(select_rule(provided_findings, "example-invalid")) >= 16
    assert {"#/components/schemas/Notification", "#/components/parameters/user_id/schema"} <= pointers


def test_links_in_examples_that_no_path_serves(provided_findings):
    assert len({finding.message for finding in select_rule(provided_findings, "example-link")}) >= 29


def test_the_empty_list_is_refused_in_three_places(provided_findings):
    assert {finding.pointer.split("/")[3] for finding in select_rule(provided_findings, "oneof-empty-list")} == {
        "ChargingSession", "ChargingSubSession", "SupportTicket",
    }  # fmt: skip


def test_every_finding_has_the_line_of_its_pointer(provided_findings, provider, lines, source):
    for finding in provided_findings:
        missing = finding.rule == "example-invalid" and finding.actual == "absent"
        pointer = finding.pointer.rpartition("/")[0] if missing else finding.pointer
        key = pointer.rpartition("/")[2].replace("~1", "/").replace("~0", "~")
        holder = provider.resolve(pointer.rpartition("/")[0])
        shown = lines[finding.line - 1].strip()
        assert shown.startswith("- ") if isinstance(holder, list) else key in shown, finding
        assert finding.file == str(source)


def test_description_outcomes_of_a_run_are_reviews_and_warnings(cache_dir, provided_findings, source):
    run_outcomes = list(build_outcomes(load_description(source, overlays=False, cache_dir=cache_dir), SchemaValidators))
    assert {outcome.requirement for outcome in run_outcomes} == {f"DSC-{number:02}" for number in range(1, 11)}
    assert {outcome.verdict for outcome in run_outcomes} == {Verdict.PASS, Verdict.REVIEW, Verdict.WARN}
    judged = [outcome for outcome in run_outcomes if outcome.verdict is not Verdict.PASS]
    assert sum(outcome.times for outcome in judged) == sum(1 for finding in provided_findings if finding.requirement)
    per_rule = Counter(outcome.cause.partition(" ")[0] for outcome in judged)
    assert max(per_rule.values()) <= 8
    assert len({(outcome.requirement, outcome.cause) for outcome in judged}) == len(judged)
    assert {outcome.requirement for outcome in run_outcomes if outcome.verdict is Verdict.REVIEW} == {
        "DSC-02",
        "DSC-03",
        "DSC-06",
    }


def test_a_run_passes_requirements_without_findings(bundled):
    verdicts = {outcome.requirement: outcome.verdict for outcome in build_outcomes(bundled, SchemaValidators)}
    assert verdicts["DSC-01"] is Verdict.PASS
    assert verdicts["DSC-09"] is Verdict.WARN


def test_text_has_a_line_for_each_finding_and_counts(bundled):
    bundled_findings = find_all(bundled, SchemaValidators)
    *shown, counts = formats.format_text(bundled_findings)
    assert len(shown) == len(bundled_findings)
    assert sum(int(number) for number in re.findall(r"\d+", counts)) == len(bundled_findings)


def test_json_and_sarif_name_rules_places_and_levels(cache_dir):
    bundled_findings = lint_description(None, SchemaValidators, cache_dir=cache_dir)
    page = json.loads(formats.format_json(bundled_findings, list_rules()))
    assert [entry["pointer"] for entry in page["findings"]] == [finding.pointer for finding in bundled_findings]
    assert sum(page["counts"].values()) == len(bundled_findings)
    run = json.loads(formats.format_sarif(bundled_findings, list_rules()))["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    for result, finding in zip(run["results"], bundled_findings, strict=True):
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == finding.rule
        assert result["level"] == {"MUST": "error", "SHOULD": "warning", "MAY": "note"}[finding.level]
        place = result["locations"][0]["physicalLocation"]
        assert (place["artifactLocation"]["uri"], place["region"]["startLine"]) == (finding.file, finding.line)
        assert finding.line > 0
