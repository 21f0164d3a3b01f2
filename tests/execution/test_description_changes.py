"""What a change of the description touches: the operation, its resource, and what leads to it."""

import json
from pathlib import Path

import pytest

from conformance.description import load_description
from conformance.errors import UsageError
from conformance.execution.description_changes import find_touched_operations
from conformance.execution.setup import RunOptions, plan_run
from conformance.plan.planner import UNTOUCHED

NEW = load_description(overlays=False)


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """Return a copy of the bundled description, which a test then changes."""
    path = tmp_path / "old.json"
    path.write_text(json.dumps(NEW.document))
    return path


def change(path: Path, operation: str) -> None:
    """Remove the parameters of a GET from a copy."""
    document = json.loads(path.read_text())
    document["paths"][operation]["get"]["parameters"] = []
    path.write_text(json.dumps(document))


def test_same_description_leaves_nothing_to_test(old: Path) -> None:
    with pytest.raises(UsageError, match="no operation has changed") as caught:
        find_touched_operations(old, NEW, overlays=False)
    assert "Leave it out" in caught.value.hint


def test_change_touches_the_resource_and_what_leads_to_it(old: Path) -> None:
    change(old, "/vehicle_makes")
    touched = find_touched_operations(old, NEW, overlays=False)
    assert {"GET /vehicle_makes", "GET /vehicle_makes/{vehicle_make_id}"} <= {*touched}
    assert "GET /vehicle_models" in touched  # it links to makes
    assert "GET /vehicles" in touched  # it expands model.make
    assert "GET /tariffs" not in touched


def test_operation_that_is_new_is_touched(old: Path) -> None:
    document = json.loads(old.read_text())
    del document["paths"]["/vehicle_trims"]
    old.write_text(json.dumps(document))
    assert "GET /vehicle_trims" in find_touched_operations(old, NEW, overlays=False)


def test_plan_names_what_it_leaves_out(old: Path) -> None:
    change(old, "/vehicle_makes")
    _, model, _, plan = plan_run(RunOptions(changed_since=old, overlays=False))
    operations = {item.operation for item in plan.items} - {"*"}
    touched = set(find_touched_operations(old, NEW, overlays=False))
    assert operations <= touched
    left_out = {key for part in plan.planned for key in part.excluded.get(UNTOUCHED, ())}
    assert left_out == set(model.operations_by_key) - touched
