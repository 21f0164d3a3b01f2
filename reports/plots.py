"""The geometry of the plots: numbers that the template draws as SVG."""

import math
from collections import defaultdict
from collections.abc import Sequence

import msgspec

from reports.summary import Summary

WIDTH, HEIGHT = 720, 260
LEFT, RIGHT, TOP, BOTTOM = 52, 120, 14, 34
_POINTS = 240
MAX_SLOWEST = 20
LABEL_HEIGHT = 14.0


class Tick(msgspec.Struct, frozen=True):
    """A mark on an axis: its place and its label."""

    at: float
    label: str


class Curve(msgspec.Struct, frozen=True):
    """Requests of one identity over time: an SVG path, its end point and its total."""

    identity: str
    path: str
    x: float
    y: float
    total: int


class Spending(msgspec.Struct, frozen=True):
    """Requests over time against the allowance; `allowance_y` and its label's place are None without a budget."""

    curves: tuple[Curve, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    allowance: int | None
    allowance_y: float | None
    allowance_label_y: float | None = None


class Latency(msgspec.Struct, frozen=True):
    """Times of one operation: median, 95th percentile and slowest in milliseconds, and their places on the axis."""

    key: str
    requests: int
    p50: float
    p95: float
    slowest: float
    x50: float
    x95: float
    x100: float


class RunTimes(msgspec.Struct, frozen=True):
    """Times of requests by identity, in seconds since 1970, and of responses by operation, in milliseconds."""

    sent: dict[str, list[float]]
    took: dict[str, list[float]]


def collect_times(summary: Summary) -> RunTimes:
    """Return the times of all exchanges, which are in a file in a long run and therefore read once."""
    times = RunTimes(defaultdict(list), defaultdict(list))
    for exchange in summary.exchanges:
        times.sent[exchange.request.identity].append(exchange.sent_at)
        if exchange.response is not None:
            times.took[exchange.request.operation].append(exchange.response.elapsed_s * 1000)
    return times


def plot_spending(summary: Summary, times: RunTimes) -> Spending | None:
    """Return the plot of requests over time, or None without exchanges."""
    if not times.sent:
        return None
    start = min(own[0] for own in times.sent.values())
    span = max(max(own[-1] for own in times.sent.values()) - start, 0.001)
    by_identity = {name: [(at - start) / span for at in own] for name, own in times.sent.items()}
    budget = summary.started.budget if summary.started else None
    tallest = max(*map(len, by_identity.values()), 1)
    top = max(tallest, budget or 0) if budget is None or budget <= tallest * 20 else tallest
    y_ticks = tuple(Tick(_y_place(value / top), f"{value:,}") for value in _list_round_values(top))
    x_ticks = tuple(Tick(_x_place(value / span), _format_seconds(value)) for value in _list_round_values(span))
    allowance_y = _y_place(budget / top) if budget is not None and budget <= top else None
    curves = tuple(_build_curve(name, times, top) for name, times in sorted(by_identity.items()))
    places = _separate_labels([*(curve.y for curve in curves), *([] if allowance_y is None else [allowance_y])])
    return Spending(
        curves=tuple(msgspec.structs.replace(curve, y=y) for curve, y in zip(curves, places, strict=False)),
        x_ticks=x_ticks,
        y_ticks=y_ticks,
        allowance=budget,
        allowance_y=allowance_y,
        allowance_label_y=None if allowance_y is None else places[-1],
    )


def measure_latencies(times: RunTimes) -> tuple[Latency, ...]:
    """Return response times by operation, the slowest 95th percentile first; the axis is logarithmic, from 1 ms."""
    longest = max((max(values) for values in times.took.values()), default=1.0)
    rows = [_build_latency(key, sorted(values), longest) for key, values in times.took.items()]
    return tuple(sorted(rows, key=lambda latency: (-latency.p95, latency.key)))


def build_latency_ticks(latencies: Sequence[Latency]) -> tuple[Tick, ...]:
    """Return the decades of the logarithmic axis."""
    longest = max((latency.slowest for latency in latencies), default=1.0)
    decades = [10.0**n for n in range(math.ceil(math.log10(max(longest, 1.0))) + 1)]
    return tuple(
        Tick(_log_place(value, longest), _format_milliseconds(value)) for value in decades if value <= longest * 1.0001
    )


def _build_curve(identity: str, times: list[float], top: int) -> Curve:
    step = max(1, len(times) // _POINTS)
    numbers = [*range(0, len(times), step), len(times) - 1]
    points = [(_x_place(times[n]), _y_place((n + 1) / top)) for n in dict.fromkeys(numbers)]
    path = (
        f"M{_x_place(0):.1f} {_y_place(0):.1f}"
        + "".join(f"H{x:.1f}V{y:.1f}" for x, y in points)
        + f"H{_x_place(1):.1f}"
    )
    return Curve(identity or "anonymous", path, _x_place(1), points[-1][1], len(times))


def _separate_labels(places: Sequence[float]) -> list[float]:
    """Return the places of labels, moved so that none covers another and all stay on the plot."""
    separate = list(places)
    floor = -math.inf
    for index in sorted(range(len(places)), key=places.__getitem__):
        separate[index] = floor = max(places[index], floor + LABEL_HEIGHT)
    ceiling = float(HEIGHT - BOTTOM)
    for index in sorted(range(len(places)), key=separate.__getitem__, reverse=True):
        separate[index] = min(separate[index], ceiling)
        ceiling = separate[index] - LABEL_HEIGHT
    return separate


def _build_latency(key: str, values: list[float], longest: float) -> Latency:
    p50, p95, slowest = values[len(values) // 2], values[min(len(values) - 1, int(len(values) * 0.95))], values[-1]
    places = [_log_place(value, longest) for value in (p50, p95, slowest)]
    return Latency(key, len(values), round(p50, 1), round(p95, 1), round(slowest, 1), *places)


def _log_place(value: float, longest: float) -> float:
    """Return the place on a logarithmic axis from 1 ms to `longest`, between 0 and 100."""
    return round(100 * math.log10(max(value, 1.0)) / max(math.log10(max(longest, 1.0)), 0.01), 2)


def _x_place(share: float) -> float:
    return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)


def _y_place(share: float) -> float:
    return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)


def _list_round_values(top: float) -> list[float]:
    """Return four to eight round values from zero to the top."""
    size = 10 ** math.floor(math.log10(top))
    step = next(size * part for part in (0.2, 0.25, 0.5, 1, 2) if top / (size * part) <= 6)
    whole = [n * step for n in range(int(top / step + 1e-9) + 1)]
    return [int(value) for value in whole if value == int(value)] if top >= 5 else whole


def _format_seconds(value: float) -> str:
    return f"{value / 60:g} min" if value >= 120 and value % 60 == 0 else f"{value:g} s"


def _format_milliseconds(value: float) -> str:
    return f"{value / 1000:g} s" if value >= 1000 else f"{value:g} ms"
