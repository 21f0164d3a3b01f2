"""Values of one record that depend on each other: states and measures, totals and rates, bounds, series."""

from collections.abc import Mapping
from typing import Any

from conformance.mock_server import clock

_STEP = 30 * clock.MINUTE
_PAIRS = (("lowest", "highest"), ("min", "max"), ("average", "max"), ("median", "max"))


def make_coherent(value: Any) -> None:
    """Change values inside JSON data, at any depth, so that none contradicts another."""
    if isinstance(value, list):
        _space_intervals(value)
        for member in value:
            make_coherent(member)
    elif isinstance(value, dict):
        _agree_on_plug(value)
        _agree_on_direction(value)
        _order_bounds(value)
        set_rates(value)
        for member in value.values():
            make_coherent(member)


def _agree_on_plug(data: dict[str, Any]) -> None:
    """Make plug, charge, control pilot and state of a status log say the same."""
    if "is_charging" in data and data.get("state") == "PLUGGED_IN_NOT_CHARGING":
        data |= {"is_plugged_in": True, "is_charging": False}
    if data.get("is_charging") and data.get("is_plugged_in") is False:
        data["is_plugged_in"] = True
    plugged, charging = data.get("is_plugged_in"), data.get("is_charging")
    if data.get("control_pilot_status") in {"A", "B", "C", "D"} and "is_plugged_in" in data:
        if charging:
            data["control_pilot_status"] = "C"
        else:
            data["control_pilot_status"] = "A" if plugged is False else "B"
    if "is_plugged_in" in data and str(data.get("state")).startswith("PLUGGED_IN"):
        if plugged is False:
            data["state"] = "STATIONARY"
        elif charging is True:
            data["state"] = "PLUGGED_IN_CHARGING"
        elif charging is False:
            data["state"] = "PLUGGED_IN_NOT_CHARGING"


def _agree_on_direction(data: dict[str, Any]) -> None:
    """Give a measure of power the sign that the status beside it names."""
    signs = {"IMPORTING": 1, "CHARGING": 1, "EXPORTING": -1, "DISCHARGING": -1, "IDLE": 0}
    for name in ("power_watts", "charge_rate_watts"):
        if isinstance(data.get(name), int) and data.get("status") in signs:
            data[name] = abs(data[name]) * signs[data["status"]]


def _order_bounds(data: dict[str, Any]) -> None:
    """Exchange the values of two properties of which the lower one is larger."""
    for name in tuple(data):
        words = name.split("_")
        for low, high in _PAIRS:
            partner = "_".join(high if word == low else word for word in words)
            if low in words and isinstance(data[name], int) and isinstance(data.get(partner), int):
                data[name], data[partner] = sorted((data[name], data[partner]))


def set_rates(data: dict[str, Any]) -> None:
    """Set cost and carbon to their rate times the energy."""
    energy = data.get("energy_delivered_watt_hours")
    rates = {"cost": "cost_per_kilowatt_hour", "total_co2_grams": "co2_intensity_grams_per_kilowatt_hour"}
    for total, rate in rates.items():
        if isinstance(energy, int) and isinstance(data.get(total), int) and isinstance(data.get(rate), int):
            data[total] = round(data[rate] * energy / 1000)


def _space_intervals(members: list[Any]) -> None:
    """Let the intervals of a series follow each other without a gap, half an hour each."""
    if not members or not all(isinstance(m, Mapping) and {"started_at", "interval_seconds"} <= set(m) for m in members):
        return
    begin = clock.parse_time(members[0]["started_at"]) or 0
    begin -= begin % _STEP
    for index, member in enumerate(members):
        member["started_at"] = clock.format_time(begin + index * _STEP)
