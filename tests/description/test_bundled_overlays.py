"""The bundled overlays correct what lint finds in the provider's description, with reasons."""

import pytest

from conformance.description import load_description
from conformance.description.lint import find_all
from conformance.description.loader import BUNDLED_OVERLAYS
from conformance.description.reader import read_text
from conformance.description.sandbox_differences import list_sandbox_differences
from conformance.model import Level
from conformance.validation import SchemaValidators


def rules(description):
    return {finding.rule for finding in find_all(description, SchemaValidators)}


def test_every_overlay_action_matches_its_target(description):
    assert [note for note in description.model.notes if note.startswith("overlay ")] == []


def test_overlays_correct_every_broken_must(provider, published_provider):
    assert {finding.rule for finding in find_all(published_provider, SchemaValidators) if finding.level is Level.MUST}
    assert {finding.rule for finding in find_all(provider, SchemaValidators) if finding.level is Level.MUST} == set()


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
    assert all(SchemaValidators(provider).is_valid(place, None) for place in places)
    assert not any(SchemaValidators(published_provider).is_valid(place, None) for place in places)


def test_expansions_gain_their_objects(provider, published_provider):
    def resolvable(description):
        return {(o.key, e.path) for o in description.model.operations for e in o.expansions if e.resolvable}

    gained = resolvable(provider) - resolvable(published_provider)
    assert {path for _, path in gained} >= {"carbon_feed", "charging_sub_session", "trim.model.make"}
    assert all(e.resolvable for o in provider.model.operations for e in o.expansions)


def test_the_bundled_description_needs_no_correction(bundled, cache_dir):
    plain = load_description(overlays=False, cache_dir=cache_dir)
    assert rules(plain) == rules(bundled)


def test_the_same_empty_lists_stay_for_people(provider):
    assert "oneof-empty-list" in rules(provider)


def test_an_overlay_documents_differences_of_the_sandbox(description):
    sandbox_differences = dict(list_sandbox_differences(description.document))
    assert set(sandbox_differences) == {
        "", "GET /users/{user_id}", "DELETE /vehicles/{vehicle_id}", "GET /evse_compatibility/check",
        "GET /vehicle_compatibility/check", "POST /evse_waitlist", "POST /vehicle_waitlist",
    }  # fmt: skip


def test_without_overlays_no_difference_of_the_sandbox_is_known(cache_dir):
    assert list(list_sandbox_differences(load_description(overlays=False, cache_dir=cache_dir).document)) == []


@pytest.mark.parametrize("file", sorted(BUNDLED_OVERLAYS.glob("*.yaml")), ids=lambda path: path.name)
def test_every_overlay_names_its_api_and_every_action_its_reason(file):
    overlay = read_text(file.read_bytes(), file.name)
    assert overlay["x-applies-to"].startswith("^")
    assert all(action["x-reason"].endswith((".", "'")) for action in overlay["actions"])
    assert all(("update" in action) is not action.get("remove", False) for action in overlay["actions"])
