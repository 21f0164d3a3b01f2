"""Plausible values by the name of a property: what a person would expect to read under that name."""

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


def _pick(*values: object) -> Draw:
    return lambda _rng, n: values[n % len(values)]


def _within(low: int, high: int, step: int = 1) -> Draw:
    return lambda rng, _n: rng.randrange(low, high + 1, step)


def _number(low: float, high: float, digits: int = 6) -> Draw:
    return lambda rng, _n: round(rng.uniform(low, high), digits)


def _text(template: str) -> Draw:
    return lambda _rng, n: template.format(n=n + 1)


def _brand(_rng: random.Random, n: int) -> str:
    """Names, some the beginning of others, one beyond ASCII; numbered from the second round on."""
    name = _BRANDS[n % len(_BRANDS)]
    return name if n < len(_BRANDS) else f"{name} {n // len(_BRANDS) + 1}"


def _uuid(rng: random.Random, _n: int) -> str:
    digits = f"{rng.getrandbits(128):032x}"
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-8{digits[17:20]}-{digits[20:]}"


_STRINGS: tuple[tuple[str, Draw], ...] = (
    (r"(^|_)email$|^receiver$", _text("driver{n}@example.com")),
    (r"^full_name$|^sponsor_name$", _pick(*_NAMES)),
    (r"^city$", _pick(*_CITIES)),
    (r"^state$", _pick(*_STATES)),
    (r"postal_code", lambda rng, _n: f"SW{rng.randrange(1, 20)} {rng.randrange(1, 9)}AA"),
    (r"^address_1$", lambda rng, _n: f"{rng.randrange(1, 200)} High Street"),
    (r"^address_2$", _text("Flat {n}")),
    (r"timezone", _pick(*_ZONES)),
    (r"currency", _pick(*_CURRENCIES)),
    (r"countr", _pick("GB", "FR", "US", "DE")),
    (r"^gsp_group$", _pick("_A", "_B", "_C")),
    (r"^ip_address$", _text("192.0.2.{n}")),
    (r"^iccid$", lambda rng, _n: f"8944{rng.randrange(10**15):015d}"),
    (r"version", lambda rng, _n: f"{rng.randrange(1, 9)}.{rng.randrange(0, 20)}.{rng.randrange(0, 9)}"),
    (r"^cpid$", lambda rng, _n: f"SHIR{rng.randrange(10**6):06d}"),
    (r"^price$|cost|energy_delivered", lambda rng, _n: f"{rng.randrange(5, 45)}.{rng.randrange(100):02d}"),
    (r"(request|message|command|ticket)_id$|(^|_)uid$", _uuid),
    (r"^(display_|short_)?name$", _brand),
    (r"^status$", _pick(*_STATUSES)),
    (r"^priority$", _pick(*_PRIORITIES)),
    (r"^source$", _pick(*_SOURCES)),
    (r"^channel$", _pick(*_CHANNELS)),
    (r"^(start|end)$", lambda rng, _n: f"{rng.randrange(24):02d}:{rng.choice((0, 30)):02d}:00"),
)
_INTEGERS: tuple[tuple[str, Draw], ...] = (
    (r"percent|uptime|adherence|rate$", _within(0, 100)),
    (r"battery_size", _within(20_000, 100_000, 500)),
    (r"odometer", _within(10_000, 90_000_000)),
    (r"meter_reading|charge_level|capacity_watt_hours", _within(1_000, 90_000)),
    (r"watt_hours|_wh$", _within(500, 40_000)),
    (r"interval_seconds", _pick(1800)),
    (r"watts", _within(0, 11_000)),
    (r"milliamps", _within(6_000, 32_000, 1_000)),
    (r"millivolts", _within(225_000, 245_000)),
    (r"rssi_dbm", _within(-100, -40)),
    (r"grams_per_kilowatt_hour", _within(30, 400)),
    (r"status_code", _pick(400, 404, 429, 500, 503)),
    (r"start_year", _within(2012, 2018)),
    (r"end_year", _within(2019, 2025)),
    (r"price|cost", _within(5, 60)),
    (r"minutes", _within(1, 600)),
    (r"seconds", _within(60, 28_800)),
    (r"position", _within(0, 9)),
    (r"calibration_factor", _within(90, 110)),
)
_NUMBERS: tuple[tuple[str, Draw], ...] = (
    (r"latitude", _number(49.9, 58.6)),
    (r"longitude", _number(-5.7, 1.7)),
    (r"percent|rate$", _number(0, 100, 2)),
    (r"hours", _number(0, 72, 2)),
)


def drawer(name: str, kind: str) -> Draw:
    """How to draw a `string`, `integer` or `number` for a property of that name, by position where variety matters."""
    table, rest = {
        "string": (_STRINGS, _text(name.replace("_", " ").capitalize() + " {n}")),
        "integer": (_INTEGERS, _within(0, 100)),
        "number": (_NUMBERS, _number(0, 100, 2)),
    }[kind]
    return next((draw for pattern, draw in table if re.search(pattern, name)), rest)


uuid = _uuid
