"""The world: determined by its seed, consistent, varied."""

import msgspec
import pytest

from conformance.mock_server import clock
from conformance.mock_server.world.builder import build_world
from conformance.mock_server.world.store import RecordStore, Ref, make_links_absolute
from conformance.model import LinkKind
from conformance.tools.ulid import extract_milliseconds
from tests.mock_server.conftest import load_cached
from tests.mock_server.in_process_client import NOW, Client


def dump(store: RecordStore, names: list[str]) -> bytes:
    return msgspec.json.encode(
        [
            [record.path, record.owner, make_links_absolute(record.data, "")]
            for name in names
            for record in store.iterate_records(name)
        ]
    )


def test_same_seed_same_world_and_another_seed_another() -> None:
    names = [resource.name for resource in load_cached("bundled").model.resources]
    first, second, different = (dump(build_world(load_cached("bundled"), seed, NOW).store, names) for seed in (7, 7, 8))
    assert first == second
    assert first != different


def test_sizes(client: Client) -> None:
    store, sizes = client.world.store, client.world.shape.collection_sizes
    assert client.world.shape.empty_resource
    assert store.count_records(client.world.shape.empty_resource) == 0
    assert sum(size > 50 for size in sizes.values()) >= 6
    schemes = {client.world.shape.lists_by_resource[n].pagination.scheme for n, s in sizes.items() if s > 50}
    assert {str(scheme) for scheme in schemes} >= {"cursor", "page"}
    logs = [store.get_collection(n, p.path) for n in client.world.shape.resources for p in _parent_records(client, n)]
    assert any(len(collection) > 25 for collection in logs)


def _parent_records(client: Client, name: str) -> list:
    parent = client.world.shape.resources[name].parent
    return client.records(parent) if parent else []


def test_every_link_leads_to_its_kind(client: Client) -> None:
    store, seen = client.world.store, 0
    for name in client.world.shape.resources:
        for link in client.world.shape.list_links(name):
            for record in client.records(name):
                value = record.data.get(link.path)
                for target in value if isinstance(value, list) else [value]:
                    if isinstance(target, Ref) and link.kind is not LinkKind.LIST:
                        assert store.by_path[target].resource in link.targets, (record.path, link.path)
                        seen += 1
    assert seen > 3000


def test_mirrored_links_agree(client: Client) -> None:
    shape, store = client.world.shape, client.world.store
    assert shape.mirrored_links
    for end, leading in shape.mirrored_links.items():
        for record in client.records(end.resource):
            value = record.data[end.path]
            for target in value if isinstance(value, list) else filter(None, [value]):
                back = store.by_path[target].data[leading.path]
                assert record.path in (back if isinstance(back, list) else [back])


def test_owned_records_link_to_records_of_their_owner(client: Client) -> None:
    shape, store = client.world.shape, client.world.store
    for name in shape.owned_resources:
        for record in client.records(name):
            for value in record.data.values():
                target = store.by_path.get(value) if isinstance(value, Ref) else None
                assert target is None or target.owner in {None, record.owner}, record.path


def test_two_users_have_records_of_their_own(client: Client) -> None:
    people = [person.key for person in client.records(client.world.shape.user_resource)][:2]
    for name in ("vehicles", "evses", "charging_sessions", "support_tickets"):
        owners = [record.owner for record in client.records(name)]
        assert all(owners.count(person) >= 2 for person in people), name


def test_ids_are_past_and_unique(client: Client) -> None:
    ids = [
        r.key
        for n, resource in client.world.shape.resources.items()
        if resource.prefix
        for r in client.records(n)
        if r.key
    ]
    assert len(ids) == len(set(ids))
    moments = [extract_milliseconds(identifier[4:]) * clock.MILLISECOND for identifier in ids]
    assert all(NOW - 420 * clock.DAY < moment <= NOW for moment in moments)


def test_energy_adds_up(client: Client) -> None:
    for part in client.records("charging_sub_sessions"):
        data = part.data
        if (
            data["solar_energy_delivered_watt_hours"] is not None
            and data["grid_energy_delivered_watt_hours"] is not None
        ):
            total = data["solar_energy_delivered_watt_hours"] + data["grid_energy_delivered_watt_hours"]
            assert total == data["energy_delivered_watt_hours"]
        usage = client.world.store.by_path[part.path + "/energy_usage"].data
        intervals = sum(interval["total_energy_delivered_watt_hours"] for interval in usage["intervals"])
        assert intervals == data["energy_delivered_watt_hours"]
    for home in client.records("hem_systems.live_power"):
        flows = [home.data[f"solar_to_{end}_watts"] for end in ("home", "battery", "grid")]
        assert None in flows or home.data["generation_watts"] == sum(flows)


def test_parts_lie_within_their_whole(client: Client) -> None:
    for whole in client.records("charging_sessions"):
        assert whole.data["sub_sessions"]
        for path in whole.data["sub_sessions"]:
            part = client.world.store.by_path[path].data
            assert whole.data["start"] <= part["start"]
            assert part["vehicle"] == whole.data["vehicle"]
            if whole.data["end"] is not None:
                assert part["start"] < part["end"] <= whole.data["end"]


def test_intervals_and_logs_run_forward(client: Client) -> None:
    pairs = (("start", "end"), ("sampled_at", "logged_at"), ("created_at", "updated_at"), ("created_at", "resolved_at"))
    for name in client.world.shape.resources:
        for record in client.records(name):
            for before, after in pairs:
                if record.data.get(before) and record.data.get(after):
                    assert record.data[before] <= record.data[after], (record.path, before)


@pytest.mark.parametrize("name", ["evses", "vehicles", "charging_sub_sessions"])
def test_every_enum_value_and_nulls_are_somewhere(client: Client, name: str) -> None:
    flat = client.world.schema_compiler.fold_schema
    for field, schema in client.world.get_schema(client.world.shape.resources[name])["properties"].items():
        folded = flat(schema)
        values = {str(record.data.get(field)) for record in client.records(name)}
        if "enum" in folded and len(folded["enum"]) < 12:
            assert {str(value) for value in folded["enum"]} <= values, field
