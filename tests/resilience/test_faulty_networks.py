"""What the network does is not the API's fault: it accuses nobody, and hides no fault for long.

`python -m tests.resilience.weather_series` runs the same over twenty seeds.
"""

import pytest

from conformance.mock_server.launcher import run_server
from tests.resilience.faulty_network import WEATHERS
from tests.resilience.weather_series import (
    BROKEN,
    CLEAN_SELECTION,
    FAULT,
    FAULTY_SELECTION,
    list_violations,
    run_in_weather,
)

FAIR = "all-a-little"
SEEDS = range(1, 4)
EACH = [pytest.param(name, marks=() if name == FAIR else pytest.mark.long) for name in WEATHERS]
EACH_SEED = [pytest.param(seed, marks=() if seed == 1 else pytest.mark.long) for seed in SEEDS]


@pytest.mark.parametrize("seed", EACH_SEED)
@pytest.mark.parametrize("weather", EACH)
def test_a_faulty_network_accuses_nobody(weather, seed):
    with run_server() as server:
        summary = run_in_weather(server.base_url, weather, seed, CLEAN_SELECTION)
    assert not list_violations(summary)
    assert summary["counts"]["PASS"] > 0


@pytest.mark.long
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("weather", WEATHERS)
def test_a_fault_beside_is_still_found(weather, seed):
    with run_server(faults=(FAULT,)) as server:
        summary = run_in_weather(server.base_url, weather, seed, FAULTY_SELECTION)
    assert {violation.partition(" ")[0] for violation in list_violations(summary)} == {BROKEN}
