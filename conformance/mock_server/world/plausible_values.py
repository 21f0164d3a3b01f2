"""Plausible values by the name of a property, as a person would expect under that name."""

import random
import re
from collections.abc import Callable

Draw = Callable[[random.Random, int], object]

_NAMES = (
    "Ada Lovelace",
    "Grace Hopper",
    "Edith Clarke",
    "Mary Ross",
    "Hertha Ayrton",
    "Nikola Tesla",
    "Alan Turing",
    "Emmy Noether",
)
_CITIES = ("London", "Leeds", "Bristol", "Glasgow", "Cardiff", "York", "Bath", "Exeter")
_STATES = ("England", "Scotland", "Wales", "Kent", "Devon")
_ZONES = ("Europe/London", "Europe/Paris", "America/New_York", "Europe/Berlin", "America/Los_Angeles")
_BRANDS = (
    "Aurora", "Aurora Plus", "Borealis", "Cygnus", "Delta", "Delta Wave", "Élan", "Fjord", "Gale",
    "Halo", "Ion", "Juno",
)  # fmt: skip
_CURRENCIES = ("GBP", "EUR", "USD")
_STATUSES = ("Open", "Pending", "Resolved", "Closed")
_PRIORITIES = ("Low", "Medium", "High", "Urgent")
_SOURCES = ("Email", "Chat", "Phone", "Portal")
_CHANNELS = ("alpha", "beta", "stable")


def _cycle_through(*values: object) -> Draw:
    return lambda _rng, n: values[n % len(values)]


def _integer_between(low: int, high: int, step: int = 1) -> Draw:
    return lambda rng, _n: rng.randrange(low, high + 1, step)


def _number_between(low: float, high: float, digits: int = 6) -> Draw:
    return lambda rng, _n: round(rng.uniform(low, high), digits)


def _fill_template(template: str) -> Draw:
    return lambda _rng, n: template.format(n=n + 1)


def _draw_brand(_rng: random.Random, number: int) -> str:
    """Return a brand name: some begin like others, one is not ASCII; numbered from the second round on."""
    name = _BRANDS[number % len(_BRANDS)]
    return name if number < len(_BRANDS) else f"{name} {number // len(_BRANDS) + 1}"


def _draw_uuid(rng: random.Random, _n: int) -> str:
    digits = f"{rng.getrandbits(128):032x}"
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-8{digits[17:20]}-{digits[20:]}"


_STRINGS: tuple[tuple[str, Draw], ...] = (
    (r"(^|_)email$|^receiver$", _fill_template("driver{n}@example.com")),
    (r"^full_name$|^sponsor_name$", _cycle_through(*_NAMES)),
    (r"^city$", _cycle_through(*_CITIES)),
    (r"^state$", _cycle_through(*_STATES)),
    (r"postal_code", lambda rng, _n: f"SW{rng.randrange(1, 20)} {rng.randrange(1, 9)}AA"),
    (r"^address_1$", lambda rng, _n: f"{rng.randrange(1, 200)} High Street"),
    (r"^address_2$", _fill_template("Flat {n}")),
    (r"timezone", _cycle_through(*_ZONES)),
    (r"currency", _cycle_through(*_CURRENCIES)),
    (r"countr", _cycle_through("GB", "FR", "US", "DE")),
    (r"^gsp_group$", _cycle_through("_A", "_B", "_C")),
    (r"^ip_address$", _fill_template("192.0.2.{n}")),
    (r"^iccid$", lambda rng, _n: f"8944{rng.randrange(10**15):015d}"),
    (r"version", lambda rng, _n: f"{rng.randrange(1, 9)}.{rng.randrange(0, 20)}.{rng.randrange(0, 9)}"),
    (r"^cpid$", lambda rng, _n: f"SHIR{rng.randrange(10**6):06d}"),
    (r"^price$|cost|energy_delivered", lambda rng, _n: f"{rng.randrange(5, 45)}.{rng.randrange(100):02d}"),
    (r"(request|message|command|ticket)_id$|(^|_)uid$", _draw_uuid),
    (r"^(display_|short_)?name$", _draw_brand),
    (r"^status$", _cycle_through(*_STATUSES)),
    (r"^priority$", _cycle_through(*_PRIORITIES)),
    (r"^source$", _cycle_through(*_SOURCES)),
    (r"^channel$", _cycle_through(*_CHANNELS)),
    (r"^(start|end)$", lambda rng, _n: f"{rng.randrange(24):02d}:{rng.choice((0, 30)):02d}:00"),
)
_INTEGERS: tuple[tuple[str, Draw], ...] = (
    (r"percent|uptime|adherence|rate$", _integer_between(0, 100)),
    (r"battery_size", _integer_between(20_000, 100_000, 500)),
    (r"odometer", _integer_between(10_000, 90_000_000)),
    (r"meter_reading|charge_level|capacity_watt_hours", _integer_between(1_000, 90_000)),
    (r"watt_hours|_wh$", _integer_between(500, 40_000)),
    (r"interval_seconds", _cycle_through(1800)),
    (r"watts", _integer_between(0, 11_000)),
    (r"milliamps", _integer_between(6_000, 32_000, 1_000)),
    (r"millivolts", _integer_between(225_000, 245_000)),
    (r"rssi_dbm", _integer_between(-100, -40)),
    (r"grams_per_kilowatt_hour", _integer_between(30, 400)),
    (r"status_code", _cycle_through(400, 404, 429, 500, 503)),
    (r"start_year", _integer_between(2012, 2018)),
    (r"end_year", _integer_between(2019, 2025)),
    (r"price|cost", _integer_between(5, 60)),
    (r"minutes", _integer_between(1, 600)),
    (r"seconds", _integer_between(60, 28_800)),
    (r"position", _integer_between(0, 9)),
    (r"calibration_factor", _integer_between(90, 110)),
)
_NUMBERS: tuple[tuple[str, Draw], ...] = (
    (r"latitude", _number_between(49.9, 58.6)),
    (r"longitude", _number_between(-5.7, 1.7)),
    (r"percent|rate$", _number_between(0, 100, 2)),
    (r"hours", _number_between(0, 72, 2)),
)


def find_drawer(name: str, kind: str) -> Draw:
    """Return a function that draws a `string`, `integer` or `number` for a property of that name.

    Where variety matters, the position decides.
    """
    table, rest = {
        "string": (_STRINGS, _fill_template(name.replace("_", " ").capitalize() + " {n}")),
        "integer": (_INTEGERS, _integer_between(0, 100)),
        "number": (_NUMBERS, _number_between(0, 100, 2)),
    }[kind]
    return next((draw for pattern, draw in table if re.search(pattern, name)), rest)


draw_uuid = _draw_uuid
