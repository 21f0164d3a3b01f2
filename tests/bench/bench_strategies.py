"""Drawing an id against drawing from its pattern: ids are drawn in every example, so they have to be cheap.

Prints microseconds of a draw and the ratio; 1 where it is below what is asked for.
"""

import sys
from time import perf_counter

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from strategies import prefixed_ulids

EXAMPLES = 200
DRAWS = 10  # in each example, so that its own cost does not hide that of a draw
WANTED = 3
PATTERN = "evse[0-7][0-9A-HJKMNP-TV-Z]{25}"


def seconds(strategy):
    """The shortest of three runs of so many examples that do nothing, in seconds a draw."""

    @settings(
        max_examples=EXAMPLES,
        database=None,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.tuples(*[strategy] * DRAWS))
    def draw(_):
        pass

    runs = []
    for _ in range(3):
        start = perf_counter()
        draw()
        runs.append((perf_counter() - start) / (EXAMPLES * DRAWS))
    return min(runs)


def main() -> int:
    ours = seconds(prefixed_ulids("evse"))
    pattern = seconds(st.from_regex(PATTERN, fullmatch=True))
    print(f"an id: prefixed_ulids {ours * 1e6:.0f} µs, from_regex {pattern * 1e6:.0f} µs, ratio {pattern / ours:.1f}")
    return int(pattern < WANTED * ours)


if __name__ == "__main__":
    sys.exit(main())
