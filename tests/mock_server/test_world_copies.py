"""A copy of a world serves the same, and no change of it is seen in the original."""

import pytest

from conformance.mock_server.behaviours import prepare_world
from conformance.mock_server.world.builder import build_world
from conformance.mock_server.world.store import StoredRecord

NOW = 1_767_225_600_000_000


@pytest.fixture(scope="module")
def world(description):
    return prepare_world(build_world(description, 1, NOW))


def describe(world) -> dict[str, tuple[str, dict, str]]:
    return {
        path: (record.key, record.data, record.parent.path if record.parent else "")
        for path, record in world.store.by_path.items()
    }


def test_a_copy_has_the_same_records(world):
    copied = world.copy()
    assert describe(copied) == describe(world)
    for name in world.shape.resources:
        keys = [record.key for record in copied.store.iterate_records(name)]
        assert keys == [record.key for record in world.store.iterate_records(name)]
    for path, record in copied.store.by_path.items():
        assert record is not world.store.by_path[path]
        assert record.parent is None or copied.store.by_path.get(record.parent.path) in {record.parent, None}


def test_changes_of_a_copy_stay_there(world):
    before, copied, told = repr(describe(world)), world.copy(), []
    world.store.add_listener(lambda *change: told.append(change))
    vehicle = next(iter(copied.store.iterate_records("vehicles")))
    copied.store.change(vehicle, {"trim": "changed"})
    copied.store.remove(next(record for record in copied.store.iterate_records("vehicles") if record is not vehicle))
    user = next(iter(copied.store.iterate_records("users")))
    copied.store.add(StoredRecord("users", "user0", "/users/user0", data={**user.data}))
    copied.fill_record(copied.store.by_path["/users/user0"])
    world.store.remove_listeners()
    assert repr(describe(world)) == before
    assert not told
    assert copied.store.by_path["/users/user0"].data


def test_what_is_made_in_one_copy_does_not_depend_on_another(world):
    def make(target, number: int) -> dict:
        record = StoredRecord("vehicles", f"vhcl{number}", f"/vehicles/vhcl{number}")
        target.store.add(record)
        target.fill_record(record)
        return record.data

    first, second = world.copy(), world.copy()
    made = [make(first, number) for number in range(6)]
    assert [make(second, number) for number in range(6)] == made
    assert make(second.copy(), 6) == make(first, 6)
