"""Energy flows of a home, balanced at any moment and over any period."""

from typing import Any

from conformance.mock_server import clock
from conformance.mock_server.call import Answer, Call
from conformance.mock_server.problems import parameter
from conformance.mock_server.read_handler import Reads
from conformance.mock_server.world.builder import World

_LIVE = "hem_systems.live_power"
_STEPS = {"PT30M": 30 * clock.MINUTE, "P1D": clock.DAY, "P1M": 30 * clock.DAY}
_MAX_BUCKETS = {"PT30M": 48, "P1D": 31, "P1M": 13}
_SUMS = {
    "generation": ("solar_to_home", "solar_to_battery", "solar_to_grid"),
    "consumption": ("solar_to_home", "battery_to_home", "grid_to_home"),
    "import": ("grid_to_home", "grid_to_battery"),
    "export": ("solar_to_grid", "battery_to_grid"),
    "charge": ("solar_to_battery", "grid_to_battery"),
    "discharge": ("battery_to_home", "battery_to_grid"),
}


def on_build(world: World) -> None:
    """Make the flows of each home add up; one home in five has no data."""
    for record in world.store.all(_LIVE):
        balance(record.data, "watts")


def balance(data: dict[str, Any], unit: str) -> None:
    """Set each total to the sum of its flows, null where one of them is."""
    for total, flows in _SUMS.items():
        parts = [data.get(f"{flow}_{unit}") for flow in flows]
        data[f"{total}_{unit}"] = None if None in parts else sum(filter(None, parts))


def energy_stats(reads: Reads, call: Call) -> Answer:
    """Return buckets from start to end, in the requested resolution."""
    record = reads.find(call)
    begin, end = clock.parse(call.last("start") or ""), clock.parse(call.last("end") or "")
    resolution = call.last("resolution") or ""
    step = _STEPS[resolution]
    if begin is None or end is None or end <= begin:
        raise parameter("end", "must be after start.")
    if (end - begin) // step > _MAX_BUCKETS[resolution]:
        raise parameter("end", "the period is too long for this resolution.")
    if begin % (30 * clock.MINUTE):
        raise parameter("start", "not aligned to the resolution.")
    schema = reads.world.schema_of(reads.world.shape.resources[record.resource])["properties"]["buckets"]["items"]
    buckets = []
    for moment in range(begin, end, step):
        bucket = reads.behaviours.grow(call, schema, {"period_start": clock.render(moment)})
        rng = reads.world.rng(record.path, moment)
        for flow in {flow for flows in _SUMS.values() for flow in flows}:
            bucket[f"{flow}_wh"] = rng.randrange(2_000)
        balance(bucket, "wh")
        buckets.append({**bucket, "period_end": clock.render(min(moment + step, end))})
    span = {"start": clock.render(begin), "end": clock.render(end)}
    return Answer(200, {"resolution": resolution, **span, "buckets": buckets})


READS = {"GET /hem_systems/{hem_system_id}/energy_stats": energy_stats}
