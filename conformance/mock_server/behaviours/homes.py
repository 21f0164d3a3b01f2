"""Energy flows of a home, balanced at any moment and over any period."""

from typing import Any

from conformance.mock_server import clock
from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.problems import build_parameter_problem
from conformance.mock_server.read_handler import ReadHandler
from conformance.mock_server.world.builder import MockWorld

_LIVE = "hem_systems.live_power"
_STEPS = {"PT30M": 30 * clock.MINUTE, "P1D": clock.DAY, "P1M": 30 * clock.DAY}
_MAX_PERIODS = {"PT30M": clock.DAY, "P1D": 31 * clock.DAY, "P1M": 366 * clock.DAY}
_SUMS = {
    "generation": ("solar_to_home", "solar_to_battery", "solar_to_grid"),
    "consumption": ("solar_to_home", "battery_to_home", "grid_to_home"),
    "import": ("grid_to_home", "grid_to_battery"),
    "export": ("solar_to_grid", "battery_to_grid"),
    "charge": ("solar_to_battery", "grid_to_battery"),
    "discharge": ("battery_to_home", "battery_to_grid"),
}


def on_build(world: MockWorld) -> None:
    """Make the flows of each home add up; one home in five has no data."""
    for record in world.store.iterate_records(_LIVE):
        balance_flows(record.data, "watts")


def balance_flows(data: dict[str, Any], unit: str) -> None:
    """Set each total to the sum of its flows, null where one of them is."""
    for total, flows in _SUMS.items():
        parts = [data.get(f"{flow}_{unit}") for flow in flows]
        data[f"{total}_{unit}"] = None if None in parts else sum(filter(None, parts))


def read_energy_stats(reads: ReadHandler, call: ServerCall) -> ServerResponse:
    """Return buckets from start to end, in the requested resolution."""
    record = reads.find_record(call)
    begin, end = (
        clock.parse_time(call.last_query_value("start") or ""),
        clock.parse_time(call.last_query_value("end") or ""),
    )
    resolution = call.last_query_value("resolution") or ""
    step = _STEPS[resolution]
    if begin is None or end is None or end <= begin:
        raise build_parameter_problem("end", "must be after start.")
    if end - begin > _MAX_PERIODS[resolution] and reads.is_enforced(call, "longest-period"):
        raise build_parameter_problem("end", "the period is too long for this resolution.")
    for name, moment in (("start", begin), ("end", end)):
        if not _is_aligned(moment, resolution) and reads.is_enforced(call, f"aligned-{name}"):
            raise build_parameter_problem(name, "not aligned to the resolution.")
    schema = reads.world.get_schema(reads.world.shape.resources[record.resource])["properties"]["buckets"]["items"]
    buckets = []
    for moment in range(begin, end, step):
        bucket = reads.behaviours.build_instance(call, schema, {"period_start": clock.format_time(moment)})
        rng = reads.world.create_rng(record.path, moment)
        for flow in {flow for flows in _SUMS.values() for flow in flows}:
            bucket[f"{flow}_wh"] = rng.randrange(2_000)
        balance_flows(bucket, "wh")
        buckets.append({**bucket, "period_end": clock.format_time(min(moment + step, end))})
    span = {"start": clock.format_time(begin), "end": clock.format_time(end)}
    return ServerResponse(200, {"resolution": resolution, **span, "buckets": buckets})


def _is_aligned(moment: int, resolution: str) -> bool:
    """Return whether a time begins a half hour, or in some time zone a day or a month."""
    if resolution == "P1M" and clock.format_time(moment)[8:10] not in {"01", "02", "28", "29", "30", "31"}:
        return False
    return moment % (30 * clock.MINUTE) == 0


READS = {"GET /hem_systems/{hem_system_id}/energy_stats": read_energy_stats}
