"""CHG-01 to CHG-07: the charging data in one body agree with each other.

A rule binds every object that has its properties, at any depth. The overlap of intervals is found by
`conformance.checks.interval_series`.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from conformance.checks.base import Check
from conformance.checks.interval_series import find_overlap, is_interval
from conformance.evidence.containers import build_pointer, is_number, list_containers, parse_moment
from conformance.evidence.json_bodies import UNREADABLE
from conformance.evidence.outcomes import fail_case, pass_case, quote_json
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Outcome

_MAX_COMPLAINTS = 3  # about one requirement in one body
_ROUNDING = 1  # of a whole number, whichever way it was rounded
_KILO = 1000
_SOURCES = ("grid_energy_delivered_watt_hours", "solar_energy_delivered_watt_hours", "energy_delivered_watt_hours")


class Complaint(NamedTuple):
    """An error in an object: the property with the error, and what was expected there."""

    name: str
    message: str
    expected: str


class Rule(NamedTuple):
    """A rule on the properties of one object. `judge` returns None where nothing is wrong, or nothing can be said."""

    requirement: str
    names: tuple[str, ...]
    judge: Callable[[Mapping[str, Any]], Complaint | None]


def _judge_plug(data: Mapping[str, Any]) -> Complaint | None:
    if data["is_charging"] is True and data["is_plugged_in"] is False:
        return Complaint("is_plugged_in", "it is charging without being plugged in", "true while is_charging is true")
    return None


def _judge_vehicle_plug(data: Mapping[str, Any]) -> Complaint | None:
    if str(data["state"]).startswith("PLUGGED_IN") and data["is_plugged_in"] is False:
        return Complaint("state", "the state contradicts is_plugged_in", "a state without PLUGGED_IN")
    return None


def _judge_vehicle_charge(data: Mapping[str, Any]) -> Complaint | None:
    is_contradiction = (data["state"], data["is_charging"]) in {
        ("PLUGGED_IN_CHARGING", False),
        ("PLUGGED_IN_NOT_CHARGING", True),
    }
    return Complaint("state", "the state contradicts is_charging", "one that fits") if is_contradiction else None


def _judge_pilot_plug(data: Mapping[str, Any]) -> Complaint | None:
    expected = {"A": False, "B": True, "C": True, "D": True}.get(str(data["control_pilot_status"]))
    if expected is None or not isinstance(data["is_plugged_in"], bool) or data["is_plugged_in"] is expected:
        return None
    return Complaint(
        "control_pilot_status",
        "the control pilot contradicts is_plugged_in",
        "A if and only if no vehicle is connected",
    )


def _judge_pilot_charge(data: Mapping[str, Any]) -> Complaint | None:
    if data["control_pilot_status"] in {"A", "B"} and data["is_charging"] is True:
        return Complaint("control_pilot_status", "it is charging in a control pilot state without charging", "C or D")
    return None


def _judge_sign(measure: str, positive: str, negative: str) -> Callable[[Mapping[str, Any]], Complaint | None]:
    """Return the judge of a status that names the direction of a measure."""

    def judge(data: Mapping[str, Any]) -> Complaint | None:
        value = data[measure]
        wrong = {positive: is_number(value) and value < 0, negative: is_number(value) and value > 0}
        if wrong.get(str(data["status"])):
            expected = f"{positive} for a positive {measure}, {negative} for a negative one"
            return Complaint("status", f"the status contradicts the sign of {measure}", expected)
        return None

    return judge


def _judge_part(part: str, whole: str) -> Callable[[Mapping[str, Any]], Complaint | None]:
    """Return the judge of a part that is no more than its whole. A net amount may be negative: nothing follows then."""

    def judge(data: Mapping[str, Any]) -> Complaint | None:
        if not is_number(data[part]) or not is_number(data[whole]) or data[whole] < 0:
            return None
        if data[part] > data[whole] + _ROUNDING:
            return Complaint(part, f"{part} is more than {whole}", f"≤ {data[whole]}")
        return None

    return judge


def _judge_sources(data: Mapping[str, Any]) -> Complaint | None:
    """Judge the energy from grid and sun together: it is no more than the energy delivered."""
    grid, solar, whole = (data[name] for name in _SOURCES)
    if not all(is_number(value) and value >= 0 for value in (grid, solar, whole)):
        return None
    if grid + solar > whole + 2 * _ROUNDING and max(grid, solar) <= whole + _ROUNDING:
        return Complaint(_SOURCES[0], "grid and sun together gave more than was delivered", f"≤ {whole - solar}")
    return None


def _judge_price_part(data: Mapping[str, Any]) -> Complaint | None:
    """Judge the energy of an interval by price: no more than the energy of the interval, and in its unit.

    One part may be one of several. A part that is a thousandth of the whole is in kilowatt-hours.
    """
    part, name = data["energy_delivered_by_price"], "energy_delivered_by_price"
    if not isinstance(part, Mapping) or "energy_delivered_watt_hours" not in part:
        return None
    energy, total = part["energy_delivered_watt_hours"], data["total_energy_delivered_watt_hours"]
    complaint = _judge_part("part", "whole")({"part": energy, "whole": total})
    if complaint:
        return Complaint(name, "more energy was paid for than was delivered in the interval", complaint.expected)
    if is_number(energy) and is_number(total) and energy > 1 and abs(total - energy * _KILO) < _KILO:
        return Complaint(name, "the energy by price is a thousandth of that of the interval", f"{total} watt hours")
    return None


def _judge_duration(data: Mapping[str, Any]) -> Complaint | None:
    begin, end, minutes = parse_moment(data["start"]), parse_moment(data["end"]), data["duration_minutes"]
    if begin is None or end is None or not is_number(minutes):
        return None
    longest = (end - begin).total_seconds() / 60 + _ROUNDING
    if minutes > longest or minutes < 0:
        message = "the charging time is longer than the interval"
        return Complaint("duration_minutes", message, f"0 to {longest:.0f}")
    return None


_FLOWS = {
    "generation": ("solar_to_home", "solar_to_battery", "solar_to_grid"),
    "consumption": ("solar_to_home", "battery_to_home", "grid_to_home"),
    "import": ("grid_to_home", "grid_to_battery"),
    "export": ("solar_to_grid", "battery_to_grid"),
    "charge": ("solar_to_battery", "grid_to_battery"),
    "discharge": ("battery_to_home", "battery_to_grid"),
}


def _judge_flows(whole: str, flows: tuple[str, ...]) -> Callable[[Mapping[str, Any]], Complaint | None]:
    """Return the judge of flows out of a source, or into a sink: together they are no more than it gave or took."""

    def judge(data: Mapping[str, Any]) -> Complaint | None:
        values = [data[flow] for flow in flows]
        if not all(is_number(value) for value in (data[whole], *values)):
            return None
        if sum(values) > data[whole] + _ROUNDING * len(flows):
            return Complaint(whole, f"the flows that make up {whole} are more than it", f"≥ {sum(values)}")
        return None

    return judge


def _judge_rate(total: str, rate: str, grid: str = "") -> Callable[[Mapping[str, Any]], Complaint | None]:
    """Return the judge of a total that is a rate a kilowatt hour times the energy delivered.

    All are whole numbers, rounded whichever way. `grid` names the part of the energy that the rate may be meant for.
    """
    energy = "energy_delivered_watt_hours"

    def judge(data: Mapping[str, Any]) -> Complaint | None:
        if not all(is_number(data[name]) for name in (total, rate, energy)) or data[energy] <= 0 or data[rate] < 0:
            return None
        least_energy = min(data[energy], data.get(grid) if is_number(data.get(grid)) else data[energy])
        low = (data[rate] - _ROUNDING) * max(0, least_energy - _ROUNDING) / 1000 - _ROUNDING
        high = (data[rate] + _ROUNDING) * (data[energy] + _ROUNDING) / 1000 + _ROUNDING
        if not low <= data[total] <= high:
            return Complaint(total, f"{total} is not {rate} times the energy", f"{low:.1f} to {high:.1f}")
        return None

    return judge


RULES = (
    Rule("CHG-01", ("is_charging", "is_plugged_in"), _judge_plug),
    Rule("CHG-01", ("state", "is_plugged_in"), _judge_vehicle_plug),
    Rule("CHG-01", ("state", "is_charging"), _judge_vehicle_charge),
    Rule("CHG-02", ("control_pilot_status", "is_plugged_in"), _judge_pilot_plug),
    Rule("CHG-02", ("control_pilot_status", "is_charging"), _judge_pilot_charge),
    Rule("CHG-02", ("status", "power_watts"), _judge_sign("power_watts", "IMPORTING", "EXPORTING")),
    Rule("CHG-02", ("status", "charge_rate_watts"), _judge_sign("charge_rate_watts", "CHARGING", "DISCHARGING")),
    *(
        Rule("CHG-03", (f"{source}_{total}", total), _judge_part(f"{source}_{total}", total))
        for source in ("grid", "solar")
        for total in ("energy_delivered_watt_hours",)
    ),
    Rule("CHG-03", _SOURCES, _judge_sources),
    Rule("CHG-03", ("energy_delivered_by_price", "total_energy_delivered_watt_hours"), _judge_price_part),
    Rule("CHG-03", ("duration_minutes", "start", "end"), _judge_duration),
    *(
        Rule(
            "CHG-04",
            (f"{whole}_{unit}", *(f"{flow}_{unit}" for flow in flows)),
            _judge_flows(f"{whole}_{unit}", tuple(f"{flow}_{unit}" for flow in flows)),
        )
        for whole, flows in _FLOWS.items()
        for unit in ("watts", "wh")
    ),
    Rule(
        "CHG-05",
        ("cost", "cost_per_kilowatt_hour", "energy_delivered_watt_hours"),
        _judge_rate("cost", "cost_per_kilowatt_hour"),
    ),
    Rule(
        "CHG-05",
        ("total_co2_grams", "co2_intensity_grams_per_kilowatt_hour", "energy_delivered_watt_hours"),
        _judge_rate("total_co2_grams", "co2_intensity_grams_per_kilowatt_hour", "grid_energy_delivered_watt_hours"),
    ),
)

# Words in the names of two properties, of which the first is no more than the second.
_BOUND_WORDS = (
    ("lowest", "highest"), ("min", "max"), ("minimum", "maximum"), ("average", "max"), ("avg", "max"),
    ("median", "max"),
)  # fmt: skip
_SETTING_WORDS = frozenset({"limit", "power"})  # of what somebody sets or may do: nothing was measured


@lru_cache(maxsize=4096)
def find_bound_names(names: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Return pairs of property names: a lower and an upper bound, such as `lowest_x` and `highest_x`."""
    pairs = []
    for name in names:
        words = name.split("_")
        for low, high in _BOUND_WORDS:
            partner = "_".join(high if word == low else word for word in words)
            if low in words and partner in names and not _SETTING_WORDS.intersection(words):
                pairs.append((name, partner))
    return tuple(pairs)


@lru_cache(maxsize=4096)
def find_rules(names: frozenset[str]) -> tuple[Rule, ...]:
    """Return the rules that bind an object with these properties."""
    return tuple(rule for rule in RULES if names.issuperset(rule.names))


def _judge_bounds(data: Mapping[str, Any]) -> Iterator[Complaint | None]:
    for low, high in find_bound_names(tuple(data)):
        if is_number(data[low]) and is_number(data[high]):
            is_wrong = data[low] > data[high]
            yield Complaint(low, f"{low} is more than {high}", f"≤ {data[high]}") if is_wrong else None


Finding = tuple[str, Complaint, Any]  # pointer, complaint, actual value


def check_charging(response: OperationResponse, subject: Subject) -> Iterator[Outcome]:
    """Check the rules on every object (CHG-01 to CHG-05), bounds (CHG-06) and series (CHG-07)."""
    if not response.is_success or response.json is UNREADABLE:
        return
    judged: dict[str, list[Finding]] = {}
    for path, value in list_containers(response):
        results = _judge_list(value) if isinstance(value, list) else _judge_object(value)
        for requirement, complaint in results:
            findings = judged.setdefault(requirement, [])
            if complaint is not None:
                at: Any = int(complaint.name) if isinstance(value, list) else complaint.name
                members: Any = value
                findings.append((build_pointer((path, at)), complaint, members[at]))
    for requirement, findings in sorted(judged.items()):
        yield from _report(response, requirement, findings)


def _judge_object(value: dict[str, Any]) -> Iterator[tuple[str, Complaint | None]]:
    for rule in find_rules(frozenset(value)):
        yield rule.requirement, rule.judge(value)
    for complaint in _judge_bounds(value):
        yield "CHG-06", complaint


def _judge_list(members: list[Any]) -> Iterator[tuple[str, Complaint | None]]:
    if not any(is_interval(member) for member in members[:1]):
        return
    overlap = find_overlap(members)
    yield "CHG-07", overlap and Complaint(str(overlap[1]), f"it overlaps with member {overlap[0]}", "no time twice")


def _report(response: OperationResponse, requirement: str, findings: list[Finding]) -> Iterator[Outcome]:
    for pointer, complaint, actual in findings[:_MAX_COMPLAINTS]:
        yield fail_case(
            response,
            requirement,
            complaint.message,
            expected=complaint.expected,
            actual=quote_json(actual),
            pointer=pointer,
        )
    if not findings:
        yield pass_case(response, requirement)


CHECKS = (Check(("CHG-01", "CHG-02", "CHG-03", "CHG-04", "CHG-05", "CHG-06", "CHG-07"), check_charging, by_body=True),)
