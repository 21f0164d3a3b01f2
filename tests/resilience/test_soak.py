"""The soak tells a process that grows from one that does not; the run itself takes a quarter of an hour."""

from tests.resilience.soak import MAX_GROWTH_MB, Sample, find_peaks, measure_growth


def sample(exchanges: int, **memory: float) -> Sample:
    return Sample(exchanges, memory, 0.0)


def test_growth_is_measured_once_caches_are_warm():
    samples = [sample(1000 * n, run=100 + n, server=80.0 + min(n, 15)) for n in range(101)]
    assert measure_growth(samples) == {"run": 1.0, "server": 0.0}
    assert measure_growth(samples)["run"] > MAX_GROWTH_MB


def test_a_step_is_no_growth():
    samples = [sample(1000 * n, run=100.0 if n < 60 else 250.0) for n in range(101)]
    assert measure_growth(samples) == {"run": 0.0}


def test_samples_after_the_last_request_are_no_growth():
    samples = [*(sample(1000 * n, run=100.0) for n in range(11)), sample(0, run=300.0)]
    assert measure_growth(samples) == {"run": 0.0}
    assert find_peaks(samples) == {"run": 100.0, "run, reports": 300.0}
