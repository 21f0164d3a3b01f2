"""Items that write begin after all items that only read, on any number of workers."""

from conformance.execution.driver import Driver
from conformance.execution.sending_context import SendingContext
from conformance.execution.store import SharedStore


class TestBarrier:
    def wait(self, subject, path, after, sleep):
        store = SharedStore(path)
        context = SendingContext("", None, store, None, [].append, sleep=sleep)
        driver = Driver(subject, None, context, None, None)
        driver._wait_for(frozenset(after))
        finished = store.get_finished_items()
        store.close()
        return finished

    def test_wait_ends_with_the_last_read(self, subject, tmp_path):
        path = tmp_path / "shared.sqlite"
        worker = SharedStore(path)
        naps = []

        def nap(seconds):
            naps.append(seconds)
            if len(naps) == 3:
                worker.finish_item("one")
            if len(naps) == 5:
                worker.finish_item("two")

        assert self.wait(subject, path, {"one", "two"}, nap) == {"one", "two"}
        assert len(naps) == 5
        worker.close()

    def test_wait_for_nothing_does_not_sleep(self, subject, tmp_path):
        naps = []
        self.wait(subject, tmp_path / "shared.sqlite", set(), naps.append)
        assert naps == []

    def test_wait_ends_when_the_run_is_stopped(self, subject, tmp_path):
        path = tmp_path / "shared.sqlite"
        worker = SharedStore(path)
        self.wait(subject, path, {"never"}, lambda seconds: worker.stop("the end"))
        worker.close()

    def test_wait_for_an_item_of_a_dead_worker_times_out(self, subject, tmp_path):
        naps = []
        self.wait(subject, tmp_path / "shared.sqlite", {"never"}, naps.append)
        assert 200 < sum(naps) < 400

    def test_progress_of_other_workers_extends_the_wait(self, subject, tmp_path):
        path = tmp_path / "shared.sqlite"
        worker = SharedStore(path)
        naps = []

        def nap(seconds):
            naps.append(seconds)
            if len(naps) % 4000 == 0:  # now and then another request goes out
                worker.try_spend("full", None)
            if len(naps) == 20_000:
                worker.finish_item("slow")

        assert self.wait(subject, path, {"slow"}, nap) == {"slow"}
        assert sum(naps) > 200
        worker.close()
