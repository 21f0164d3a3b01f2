"""What writes comes after all that only reads, on any number of workers."""

from conformance.execution.driver import Driver
from conformance.execution.store import Store


class TestBarrier:
    def waiting(self, subject, path, after, sleep):
        store = Store(path)
        seen = []
        made = Driver(subject, None, None, store, None, seen.append, None, None, sleep=sleep)
        made._wait(frozenset(after))
        finished = store.finished()
        store.close()
        return finished

    def test_it_begins_when_the_last_read_has_ended(self, subject, tmp_path):
        path = tmp_path / "shared.sqlite"
        other = Store(path)
        naps = []

        def nap(seconds):
            naps.append(seconds)
            if len(naps) == 3:
                other.finish("one")
            if len(naps) == 5:
                other.finish("two")

        assert self.waiting(subject, path, {"one", "two"}, nap) == {"one", "two"}
        assert len(naps) == 5
        other.close()

    def test_nothing_to_wait_for(self, subject, tmp_path):
        naps = []
        self.waiting(subject, tmp_path / "shared.sqlite", set(), naps.append)
        assert naps == []

    def test_a_run_that_is_stopped_waits_no_more(self, subject, tmp_path):
        path = tmp_path / "shared.sqlite"
        other = Store(path)
        self.waiting(subject, path, {"never"}, lambda seconds: other.stop("the end"))
        other.close()

    def test_an_item_of_a_dead_worker_is_not_waited_for_for_ever(self, subject, tmp_path):
        naps = []
        self.waiting(subject, tmp_path / "shared.sqlite", {"never"}, naps.append)
        assert 200 < sum(naps) < 400

    def test_whoever_goes_on_is_waited_for(self, subject, tmp_path):
        path = tmp_path / "shared.sqlite"
        other = Store(path)
        naps = []

        def nap(seconds):
            naps.append(seconds)
            if len(naps) % 4000 == 0:  # now and then another request goes out
                other.spend("full", None)
            if len(naps) == 20_000:
                other.finish("slow")

        assert self.waiting(subject, path, {"slow"}, nap) == {"slow"}
        assert sum(naps) > 200
        other.close()
