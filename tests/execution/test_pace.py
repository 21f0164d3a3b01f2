"""A run of several hours: no identity sends more in any hour than it may, and waits are announced."""

from hypothesis import given
from hypothesis import strategies as st

from conformance.execution.pace import HourlyPace
from conformance.execution.store import SharedStore

HOUR_S = 100.0


class Clock:
    """A clock that goes on only when somebody sleeps."""

    def __init__(self):
        self.now, self.waits = 1_000.0, []

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.waits.append(seconds)
        self.now += seconds


def make_pace(folder, limit):
    clock = Clock()
    return HourlyPace(SharedStore(folder / "store.sqlite"), limit, HOUR_S, clock, clock.sleep), clock


@given(st.integers(1, 6), st.lists(st.tuples(st.sampled_from(("full", "user_a", "")), st.floats(0, 40)), max_size=40))
def test_no_hour_holds_more_than_the_limit(tmp_path_factory, limit, sendings):
    pace, clock = make_pace(tmp_path_factory.mktemp("pace"), limit)
    sent = {}
    for identity, pause in sendings:
        clock.now += pause
        pace.wait_for_turn(identity)
        sent.setdefault(identity, []).append(clock.now)
    for times in sent.values():
        assert all(sum(0 <= at - other < HOUR_S - 1e-6 for other in times) <= limit for at in times)


def test_a_wait_is_no_longer_than_the_hour_and_told(tmp_path):
    pace, clock = make_pace(tmp_path, 2)
    assert [pace.wait_for_turn("full"), pace.wait_for_turn("full"), pace.wait_for_turn("user_a")] == ["", "", ""]
    clock.now += 30
    assert pace.wait_for_turn("full") == "full has sent 2 requests within the hour: waiting 70 s for the next one"
    assert clock.waits == [70.0]
    assert pace.store.get_announcement() == ""


def test_what_was_sent_before_the_run_counts(tmp_path):
    pace, clock = make_pace(tmp_path, 5)
    pace.charge("user_a", 4)
    pace.charge("user_b", 0)
    pace.wait_for_turn("user_a")
    assert clock.waits == []
    pace.wait_for_turn("user_a")
    assert clock.waits == [HOUR_S]
