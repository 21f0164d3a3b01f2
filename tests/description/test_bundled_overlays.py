"""The bundled overlays correct what lint finds in the provider's description, with reasons."""

import pytest

from conformance.description import load
from conformance.description.lint import findings
from conformance.description.loader import OVERLAYS
from conformance.description.reader import read_text
from conformance.description.sandbox_differences import differences
from conformance.model import Level
from conformance.validation import Validators


def rules(description):
    return {finding.rule for finding in findings(description, Validators)}


def test_every_overlay_action_matches_its_target(description):
    assert [note for note in description.model.notes if note.startswith("overlay ")] == []


def test_overlays_correct_every_broken_must(provider, published_provider):
    assert {finding.rule for finding in findings(published_provider, Validators) if finding.level is Level.MUST}
    assert {finding.rule for finding in findings(provider, Validators) if finding.level is Level.MUST} == set()


def test_patterns_are_anchored_and_nulls_allowed(provider, published_provider):
    mended = {"id-unanchored", "pattern-unanchored", "null-forbidden", "enum-without-null", "expand-any-text"}
    assert mended <= rules(published_provider)
    assert not mended & rules(provider)


def test_what_was_nullable_takes_null(provider, published_provider):
    places = [
        f"#/components/schemas/{name}/properties/{key}"
        for name in ("UsageInterval", "GridLevel")
        for key, schema in published_provider.document["components"]["schemas"][name]["properties"].items()
        if "nullable" in schema
    ]
    assert len(places) == 6
    assert all(Validators(provider).matches(place, None) for place in places)
    assert not any(Validators(published_provider).matches(place, None) for place in places)


def test_expansions_gain_their_objects(provider, published_provider):
    def resolvable(description):
        return {(o.key, e.path) for o in description.model.operations for e in o.expansions if e.resolvable}

    gained = resolvable(provider) - resolvable(published_provider)
    assert {path for _, path in gained} >= {"carbon_feed", "charging_sub_session", "trim.model.make"}
    assert all(e.resolvable for o in provider.model.operations for e in o.expansions)


def test_the_bundled_description_needs_no_correction(bundled, cache_dir):
    plain = load(overlays=False, cache_dir=cache_dir)
    assert rules(plain) == rules(bundled)


def test_the_same_empty_lists_stay_for_people(provider):
    assert "oneof-empty-list" in rules(provider)


def test_an_overlay_documents_differences_of_the_sandbox(description):
    sandbox_differences = dict(differences(description.document))
    assert set(sandbox_differences) == {
        "", "GET /users/{user_id}", "DELETE /vehicles/{vehicle_id}", "GET /evse_compatibility/check",
        "GET /vehicle_compatibility/check", "POST /evse_waitlist", "POST /vehicle_waitlist",
    }  # fmt: skip


def test_without_overlays_no_difference_of_the_sandbox_is_known(cache_dir):
    assert list(differences(load(overlays=False, cache_dir=cache_dir).document)) == []


@pytest.mark.parametrize("file", sorted(OVERLAYS.glob("*.yaml")), ids=lambda path: path.name)
def test_every_overlay_names_its_api_and_every_action_its_reason(file):
    overlay = read_text(file.read_bytes(), file.name)
    assert overlay["x-applies-to"].startswith("^")
    assert all(action["x-reason"].endswith((".", "'")) for action in overlay["actions"])
    assert all(("update" in action) is not action.get("remove", False) for action in overlay["actions"])
