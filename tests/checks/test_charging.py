"""CHG-01 to CHG-07: what contradicts itself, and what may look like it and does not."""

import pytest

from conformance.checks.charging import check_charging
from conformance.checks.interval_series import find_overlap
from tests.checks.conftest import violated_requirements

LOGS = "GET /evses/{evse_id}/status_logs"
NOON, HALF_PAST, ONE = "2026-03-02T12:00:00Z", "2026-03-02T12:30:00Z", "2026-03-02T13:00:00Z"
LATER, EVENING = "2026-03-02T18:00:00Z", "2026-03-02T19:00:00Z"


def interval(begin, seconds=1800, **more):
    return {"started_at": begin, "interval_seconds": seconds, **more}


ENERGY = {
    "energy_delivered_watt_hours": 10_000,
    "grid_energy_delivered_watt_hours": 4_000,
    "solar_energy_delivered_watt_hours": 6_000,
}
CONTRADICTIONS = {
    "charging unplugged": ("CHG-01", {"is_charging": True, "is_plugged_in": False}),
    "state without plug": ("CHG-01", {"state": "PLUGGED_IN_COMPLETE", "is_plugged_in": False}),
    "state of charging": ("CHG-01", {"state": "PLUGGED_IN_CHARGING", "is_charging": False}),
    "pilot at standby": ("CHG-02", {"control_pilot_status": "A", "is_plugged_in": True}),
    "pilot without charge": ("CHG-02", {"control_pilot_status": "B", "is_charging": True}),
    "import is negative": ("CHG-02", {"status": "IMPORTING", "power_watts": -3}),
    "battery is emptied upwards": ("CHG-02", {"status": "DISCHARGING", "charge_rate_watts": 5}),
    "more sun than energy": ("CHG-03", {**ENERGY, "solar_energy_delivered_watt_hours": 10_002}),
    "more paid than delivered": (
        "CHG-03",
        {
            "total_energy_delivered_watt_hours": 900,
            "energy_delivered_by_price": {"price": "21.3", "energy_delivered_watt_hours": 1_800},
        },
    ),
    "grid and sun above the energy": ("CHG-03", {**ENERGY, "grid_energy_delivered_watt_hours": 9_000}),
    "paid in kilowatt-hours": (
        "CHG-03",
        {
            "total_energy_delivered_watt_hours": 9_400,
            "energy_delivered_by_price": {"price": "21.3", "energy_delivered_watt_hours": 9},
        },
    ),
    "charging for too long": ("CHG-03", {"start": NOON, "end": HALF_PAST, "duration_minutes": 45}),
    "flows above their source": (
        "CHG-04",
        {"generation_wh": 10, "solar_to_home_wh": 9, "solar_to_battery_wh": 9, "solar_to_grid_wh": 0},
    ),
    "cost in pounds": ("CHG-05", {**ENERGY, "cost": 3, "cost_per_kilowatt_hour": 30}),
    "carbon in kilograms": (
        "CHG-05",
        {**ENERGY, "total_co2_grams": 1, "co2_intensity_grams_per_kilowatt_hour": 100},
    ),
    "lowest above highest": ("CHG-06", {"lowest_rssi_7d": -40, "highest_rssi_7d": -90}),
    "average above maximum": ("CHG-06", {"average_rate_watts": 11, "max_rate_watts": 10}),
    "intervals overlap": ("CHG-07", [interval(NOON), interval("2026-03-02T12:29:00Z")]),
    "periods overlap": (
        "CHG-07",
        [{"period_start": NOON, "period_end": ONE}, {"period_start": HALF_PAST, "period_end": ONE}],
    ),
}
ADMISSIBLE = {
    "a third of it at one price": {
        "total_energy_delivered_watt_hours": 9_400,
        "energy_delivered_by_price": {"price": "21.3", "energy_delivered_watt_hours": 3_000},
    },
    "unknown plug": {"is_charging": True, "is_plugged_in": None, "state": "PLUGGED_IN_CHARGING"},
    "a fault of the pilot": {"control_pilot_status": "F", "is_plugged_in": True, "is_charging": False},
    "no power either way": {"status": "IMPORTING", "power_watts": 0},
    "an idle battery loses a little": {"status": "IDLE", "charge_rate_watts": -2},
    "a net amount below zero": {"energy_delivered_watt_hours": -50, "solar_energy_delivered_watt_hours": 10},
    "both parts rounded up": {
        "energy_delivered_watt_hours": 9,
        "solar_energy_delivered_watt_hours": 10,
        "grid_energy_delivered_watt_hours": None,
    },
    "the nearest minute": {"start": NOON, "end": "2026-03-02T12:00:40Z", "duration_minutes": 1},
    "flows unknown": {"generation_wh": 10, "solar_to_home_wh": None, "solar_to_battery_wh": 99, "solar_to_grid_wh": 0},
    "an average rate rounded down": {"energy_delivered_watt_hours": 9_999, "cost": 309, "cost_per_kilowatt_hour": 30},
    "carbon of the grid alone": {**ENERGY, "total_co2_grams": 400, "co2_intensity_grams_per_kilowatt_hour": 100},
    "limits that somebody set": {"min_charge_limit_percent": 80, "max_charge_limit_percent": 50},
    "editions of one interval": [interval(NOON, created_at=NOON), interval(NOON, created_at=HALF_PAST)],
    "forecasts made one after the other": [
        {**interval(moment, created_at=moment), "interval_seconds": 7200} for moment in (NOON, HALF_PAST, ONE)
    ],
    "records of hours and of half hours": [
        {**interval(NOON, created_at=LATER), "interval_seconds": 3600},
        interval(NOON, created_at=EVENING),
        interval(HALF_PAST, created_at=EVENING),
    ],
    "an open interval": [interval(NOON, None), interval(HALF_PAST)],
    "a gap": [interval(NOON), interval(ONE)],
    "newest first": [interval(ONE), interval(HALF_PAST), interval(NOON)],
}


@pytest.fixture
def violated(bench):
    def judge(body):
        outcomes = bench.judge(LOGS, body)
        return {requirement for requirement in violated_requirements(outcomes) if requirement.startswith("CHG")}

    return judge


@pytest.mark.parametrize(("requirement", "body"), CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_a_contradiction_violates_its_requirement_alone(violated, requirement, body):
    assert violated(body) == {requirement}


@pytest.mark.parametrize("body", ADMISSIBLE.values(), ids=ADMISSIBLE)
def test_what_can_be_explained_violates_nothing(violated, body):
    assert violated(body) == set()


def test_records_of_the_past_that_cross_are_no_editions():
    records = [interval(NOON, created_at=LATER), interval("2026-03-02T12:20:00Z", created_at=EVENING)]
    assert find_overlap(records) == (0, 1)


def test_in_a_series_without_gaps_one_interval_that_lasts_into_the_next_overlaps():
    moments = [f"2026-03-02T{hour:02}:{minute}:00Z" for hour in range(8, 12) for minute in ("00", "30")]
    series = [interval(moment, created_at=moment) for moment in moments]
    assert find_overlap(series) is None
    series[3] = {**series[3], "interval_seconds": 2700}
    assert find_overlap(series) == (3, 4)


@pytest.mark.parametrize(("doubled", "overlap"), [((2, 6), (2, 3)), ((2,), None)])
def test_intervals_of_twice_the_length_of_their_neighbours_overlap(doubled, overlap):
    moments = [f"2026-03-02T{hour:02}:{minute}:00Z" for hour in range(8, 14) for minute in ("00", "30")]
    series = [interval(moment, created_at=moment) for moment in moments]
    for place in doubled:
        series[place] = {**series[place], "interval_seconds": 3600}
    assert find_overlap(series) == overlap


def test_hours_that_half_hours_follow_are_editions():
    hours = [interval(f"2026-03-02T{hour:02}:00:00Z", 3600, created_at=NOON) for hour in range(13, 18)]
    halves = [
        interval(f"2026-03-02T{hour:02}:{minute}:00Z", created_at=LATER)
        for hour in (15, 16, 17)
        for minute in ("00", "30")
    ]
    assert find_overlap([*hours, *halves]) is None


def test_an_overlap_names_both_members():
    assert find_overlap([interval(ONE), interval(NOON), interval("2026-03-02T12:10:00Z")]) == (1, 2)


def test_every_requirement_has_a_contradiction(bench):
    judged = {requirement for requirement, _ in CONTRADICTIONS.values()}
    assert judged == {f"CHG-0{number}" for number in range(1, 8)}
    assert check_charging.__doc__
