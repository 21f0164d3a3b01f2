"""CHG-01 to CHG-07: what one body says about charging agrees with itself.

A rule binds every object that holds its properties, wherever it stands; series are judged by their members.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

from conformance.checks.base import Check
from conformance.evidence.containers import build_pointer, is_number, parse_moment, walk_containers
from conformance.evidence.outcomes import fail_case, pass_case, quote_json
from conformance.evidence.responses import UNREADABLE, OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Outcome

_MAX_COMPLAINTS = 3  # about one requirement in one body
_ROUNDING = 1  # of a whole number, whichever way it was rounded
_ROUNDING_TIME = timedelta(seconds=1)
_MIN_OVERLONG = 2  # members of a series that are too long, before no edition explains them
_MIN_JOINTS, _JOINTS_PER_OVERLAP = 3, 3  # ends at which the next interval begins, before a series counts as one


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


def _judge_price_part(data: Mapping[str, Any]) -> Complaint | None:
    """Judge the energy of an interval by price: it is no more than the energy of the interval."""
    part = data["energy_delivered_by_price"]
    if not isinstance(part, Mapping) or "energy_delivered_watt_hours" not in part:
        return None
    total = data["total_energy_delivered_watt_hours"]
    complaint = _judge_part("part", "whole")({"part": part["energy_delivered_watt_hours"], "whole": total})
    message = "more energy was paid for than was delivered in the interval"
    return complaint and Complaint("energy_delivered_by_price", message, complaint.expected)


def _judge_duration(data: Mapping[str, Any]) -> Complaint | None:
    begin, end, minutes = parse_moment(data["start"]), parse_moment(data["end"]), data["duration_minutes"]
    if begin is None or end is None or not is_number(minutes):
        return None
    longest = (end - begin).total_seconds() / 60 + _ROUNDING
    if minutes > longest or minutes < 0:
        message = "it was charging for longer than it lasted"
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
    """Return the pairs of property names of which the first is no more than the second, as `lowest_x`, `highest_x`."""
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


class _Interval(NamedTuple):
    """A member of a series: its begin, its end and its place in the list."""

    begin: datetime
    end: datetime
    place: int


def _read_interval(member: Any, place: int) -> _Interval | None:
    """Return the interval that a member of a list stands for, None for anything else or an open one."""
    if not isinstance(member, Mapping):
        return None
    if "period_start" in member:
        begin, end = parse_moment(member["period_start"]), parse_moment(member.get("period_end"))
        return _Interval(begin, end, place) if begin and end else None
    begin, seconds = parse_moment(member.get("started_at")), member.get("interval_seconds")
    if begin is None or not is_number(seconds):
        return None
    try:
        return _Interval(begin, begin + timedelta(seconds=seconds), place)
    except OverflowError:
        return None


def find_overlap(members: list[Any]) -> tuple[int, int] | None:
    """Return the places of two members of a series that cover the same time, None where there are none.

    Members that were made at different times may be editions of one interval, or sums over intervals of other lengths:
    those are no overlap. Two of which each begins and ends before the other are neither, in records of the past and
    in a series that is otherwise without gap and overlap; where all cross, each may be a forecast of its own, and the
    one that was made last may be the first of a new forecast. A member is too long where it covers the next one wholly,
    though both of its neighbours are shorter, and one of their length would meet the next.
    """
    intervals = [interval for place, member in enumerate(members) if (interval := _read_interval(member, place))]
    pairs = list(pairwise(sorted(intervals)))
    joints = sum(abs(after.begin - before.end) <= _ROUNDING_TIME for before, after in pairs)
    overlaps = [(before, after) for before, after in pairs if after.begin + _ROUNDING_TIME < before.end]
    is_series = joints >= max(_MIN_JOINTS, _JOINTS_PER_OVERLAP * len(overlaps))
    last_made = max((_read_making(members[interval.place]) for interval in intervals), default=())
    for before, after in overlaps:
        made = [_read_making(members[interval.place]) for interval in (before, after)]
        is_past = all(_is_record(members[interval.place], interval) for interval in (before, after))
        is_odd = is_past or (is_series and last_made not in made)
        if made[0] == made[1] or (is_odd and _is_crossing(before, after)):
            return before.place, after.place
    return _find_overlong(sorted(intervals))


def _find_overlong(intervals: list[_Interval]) -> tuple[int, int] | None:
    """Return the places of a member that is too long and of the next one, where at least two are."""
    overlong = []
    for before, member, after in zip(intervals, intervals[1:], intervals[2:], strict=False):
        length = before.end - before.begin
        meets = before.end == member.begin and member.begin + length == after.begin
        if meets and after.end - after.begin == length and length and member.end >= after.end:
            overlong.append((member.place, after.place))
    return overlong[0] if len(overlong) >= _MIN_OVERLONG else None


def _read_making(member: Mapping[str, Any]) -> tuple[str, str]:
    """Return the times at which a member was made, as they are written; empty where it does not tell."""
    return str(member.get("created_at") or ""), str(member.get("sampled_at") or "")


def _is_crossing(before: _Interval, after: _Interval) -> bool:
    return before.begin + _ROUNDING_TIME < after.begin and before.end + _ROUNDING_TIME < after.end


def _is_record(member: Mapping[str, Any], interval: _Interval) -> bool:
    """Return whether a member was made after its interval: then it states a measurement, not a forecast."""
    moment = parse_moment(member.get("created_at"))
    return moment is not None and moment + _ROUNDING_TIME >= interval.end


Finding = tuple[str, Complaint, Any]  # pointer, complaint, actual value


def check_charging(response: OperationResponse, subject: Subject) -> Iterator[Outcome]:
    """Check the rules on every object (CHG-01 to CHG-05), bounds (CHG-06) and series (CHG-07)."""
    if not response.is_success or response.json is UNREADABLE:
        return
    judged: dict[str, list[Finding]] = {}
    for path, value in walk_containers(response.json):
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
    if not any(_read_interval(member, 0) for member in members[:1]):
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


CHECKS = (Check(("CHG-01", "CHG-02", "CHG-03", "CHG-04", "CHG-05", "CHG-06", "CHG-07"), check_charging),)
