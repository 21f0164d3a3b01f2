"""Overlays: where they apply, what they change, and the notes on actions without a match."""

import copy
import re

import pytest

from conformance.description import load_description
from conformance.description.loader import BUNDLED_OVERLAYS
from conformance.description.overlays import apply_overlays
from conformance.description.reader import read_text
from conformance.errors import DescriptionError
from conformance.model import Effect


def overlay(*actions, **more):
    return {"overlay": "1.0.0", "actions": [{"x-reason": "why", **action} for action in actions], **more}


def apply_actions(document, *actions, **more):
    return apply_overlays(document, [("o.yaml", overlay(*actions, **more))])


def test_an_update_merges_objects_appends_to_lists_and_replaces_the_rest():
    before = {"a": {"keep": 1, "list": [1], "deep": {"x": 1}, "word": "old"}}
    update = {"list": [2], "deep": {"y": 2}, "word": "new"}
    after, notes = apply_actions(before, {"target": "$.a", "update": update})
    assert after == {"a": {"keep": 1, "list": [1, 2], "deep": {"x": 1, "y": 2}, "word": "new"}}
    assert notes == ()


def test_an_update_of_a_list_appends_one_element():
    assert apply_actions({"a": [1]}, {"target": "$.a", "update": {"b": 2}})[0] == {"a": [1, {"b": 2}]}


@pytest.mark.parametrize(("version", "after"), [("1.0.0", [1, [2, 3]]), ("1.1", [1, 2, 3]), ("1.1.7", [1, 2, 3])])
def test_a_list_joins_a_list_from_version_1_1_on(version, after):
    action = {"target": "$.a", "update": [2, 3]}
    assert apply_overlays({"a": [1]}, [("o.yaml", {"overlay": version, "actions": [action]})])[0] == {"a": after}


def test_a_value_replaces_a_value():
    before = {"a": {"text": "old"}, "b": [1, 2]}
    actions = ({"target": "$.a.text", "update": "new"}, {"target": "$.b[?@ == 2]", "update": None})
    assert apply_actions(before, *actions)[0] == {"a": {"text": "new"}, "b": [1, None]}


def test_a_copy_is_merged_into_its_targets_and_shares_nothing():
    before = {"from": {"x": {"deep": [1]}}, "to": [{"y": 2}, {"x": {"own": 1}}]}
    after, notes = apply_actions(before, {"target": "$.to[*]", "copy": "$.from"})
    assert after["to"] == [{"y": 2, "x": {"deep": [1]}}, {"x": {"own": 1, "deep": [1]}}]
    assert notes == ()
    after["to"][0]["x"]["deep"].append(2)
    assert after["from"] == before["from"]
    assert after["to"][1]["x"]["deep"] == [1]


def test_a_move_is_a_copy_and_a_removal():
    actions = (
        {"target": "$", "update": {"new": {}}},
        {"target": "$.new", "copy": "$.old"},
        {"target": "$.old", "remove": True},
    )
    assert apply_actions({"old": {"a": 1}}, *actions)[0] == {"new": {"a": 1}}


def test_overlays_of_the_user_come_after_the_bundled_ones(write, tmp_path, small):
    file = tmp_path / "own.yaml"
    file.write_text("overlay: 1.1.0\nactions:\n- {target: $.info.title, update: Mine}\n")
    plain = load_description(write(small), cache_dir=tmp_path)
    own = load_description(write(small), own_overlays=[file], cache_dir=tmp_path)
    assert own.model.title == "Mine"
    assert own.digest != plain.digest


def test_removing_takes_every_match_and_nothing_else():
    before = {"a": [{"n": 1}, {"n": 2}, {"n": 1}], "b": {"n": 1}}
    assert apply_actions(before, {"target": "$.a[?@.n == 1]", "remove": True})[0] == {"a": [{"n": 2}], "b": {"n": 1}}


def test_the_document_is_left_as_it_was_and_updates_do_not_share():
    before = {"a": {}, "b": {}}
    kept = copy.deepcopy(before)
    after, _ = apply_actions(before, {"target": "$.*", "update": {"new": {"list": []}}})
    assert before == kept
    after["a"]["new"]["list"].append(1)
    assert after["b"]["new"]["list"] == []


def test_actions_follow_each_other():
    actions = ({"target": "$.a", "update": {"b": {}}}, {"target": "$.a.b", "update": {"c": 1}})
    assert apply_actions({"a": {}}, *actions)[0] == {"a": {"b": {"c": 1}}}


def test_a_target_that_matches_nothing_is_noted():
    after, notes = apply_actions({"a": 1}, {"target": "$.paths['/x']", "update": {"y": 1}})
    assert after == {"a": 1}
    assert notes == ("overlay o.yaml: $.paths['/x'] matches nothing",)


@pytest.mark.parametrize(("title", "applies"), [("ev.energy API", True), ("Other API", False)])
def test_an_overlay_applies_to_matching_titles_alone(title, applies):
    document = {"info": {"title": title}}
    after, notes = apply_actions(document, {"target": "$.info", "update": {"new": 1}}, **{"x-applies-to": "^ev"})
    assert ("new" in after["info"]) is applies
    assert notes == ()


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ([], "not an OpenAPI overlay"),
        ({"overlay": "2.0", "actions": []}, "not an OpenAPI overlay"),
        ({"overlay": "1.0.0"}, "not an OpenAPI overlay"),
        (overlay({"update": {}}), "has no `target`"),
        (overlay({"target": "$.a[", "update": {}}), "is not a JSONPath"),
        (overlay({"target": "$.a", "update": {"b": 1}}), "a mapping cannot update a number"),
        (overlay({"target": "$", "update": "word"}), "a string cannot update a mapping"),
        (overlay({"target": "$.*", "update": 1}), "places of different kinds"),
        (overlay({"target": "$.a", "update": 1, "copy": "$.b"}), "both `update` and `copy`"),
        (overlay({"target": "$.a", "copy": "$.*"}), "must select one place"),
        (overlay({"target": "$.a", "copy": "$.none"}), "must select one place"),
        (overlay({"target": "$.a", "copy": 1}), "is not a JSONPath"),
        ({"overlay": "1.2.0", "actions": []}, "not an OpenAPI overlay"),
        (overlay(**{"x-applies-to": "("}), "is not a regular expression"),
    ],
)
def test_an_overlay_out_of_shape_is_refused(bad, message):
    with pytest.raises(DescriptionError) as error:
        apply_overlays({"a": 1, "b": {}}, [("o.yaml", bad)])
    assert message in error.value.message
    assert error.value.message.startswith("o.yaml")
    assert error.value.hint


def test_every_bundled_action_matches_the_description(description):
    assert not [note for note in description.model.notes if note.startswith("overlay ")]


def test_bundled_overlays_set_effects(description, cache_dir):
    path = description.path
    bare = load_description(path, overlays=False, cache_dir=cache_dir)
    assert bare.digest != description.digest
    with_overlay = {operation.key: operation.effect for operation in description.model.operations}
    changed = {
        operation.key for operation in bare.model.operations if with_overlay[operation.key] is not operation.effect
    }
    assert "POST /charging_sessions/{charging_session_id}/boost_start" in changed
    assert "POST /region_groups:validate" in changed
    assert not [key for key in changed if key.startswith("GET")]


def test_every_action_states_its_effect(description):
    """Check that every action states its effect; the default is for other APIs."""
    actions = [operation for operation in description.model.operations if operation.role == "action"]
    marked = [action for action in actions if "x-evconform-effect" in description.resolve(action.pointer)]
    assert [action.key for action in actions if action not in marked] == []
    assert len(marked) == 19


def test_overlays_of_the_bundled_description_only_add_extensions(bundled):
    overlays = [read_text(path.read_bytes(), path.name) for path in BUNDLED_OVERLAYS.glob("*.yaml")]
    fitting = [overlay for overlay in overlays if re.search(overlay["x-applies-to"], bundled.model.title)]
    assert len(fitting) > 1
    for action in (action for overlay in fitting for action in overlay["actions"]):
        own = {key for key in action if key.startswith("x-evconform-")}
        assert set(action) - own == {"target", "x-reason", "update"}
        assert all(key.startswith("x-evconform-") for key in action["update"])


@pytest.mark.parametrize(
    ("where", "message"),
    [
        (
            ("paths", "/makes", "get", "x-evconform-effect"),
            "x-evconform-effect must be one of none, write, hardware, money, irreversible, got `explosive`",
        ),
        (
            ("components", "schemas", "Make", "properties", "url", "x-evconform-target"),
            "`explosive`|explosive, which is",
        ),
    ],
)
def test_an_unknown_extension_value_is_refused(write, tmp_path, small, where, message):
    node = small
    for key in where[:-1]:
        node = node[key]
    node[where[-1]] = "explosive"
    with pytest.raises(DescriptionError, match=message):
        load_description(write(small), cache_dir=tmp_path)


def test_a_target_may_be_written_down(write, tmp_path, small):
    properties = small["components"]["schemas"]["Make"]["properties"]
    properties["rival"] = {"type": "string", "format": "uri", "x-evconform-target": "makes"}
    properties["page"] = {"type": "string", "format": "uri", "x-evconform-target": "external"}
    links = {
        link.path: link
        for link in load_description(write(small), cache_dir=tmp_path).model.resources_by_name["makes"].links
    }
    assert (links["rival"].kind, links["rival"].targets) == ("item", ("makes",))
    assert (links["page"].kind, links["page"].targets) == ("external", ())
    assert Effect.NONE is load_description(write(small), cache_dir=tmp_path).model.operations[0].effect
