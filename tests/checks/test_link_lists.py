"""LNK-06: a list of links names each thing once, expanded or not."""

import pytest

from tests.checks.conftest import BASE, outcomes_on, violated_requirements

SITE = "GET /evse_sites/{evse_site_id}"
ONE, OTHER = (f"{BASE}/evses/evse01KJQXEFCAEH83HWXJHR00000{number}" for number in (1, 2))


@pytest.mark.parametrize("evses", [[ONE, ONE], [ONE, OTHER, ONE], [{"url": ONE}, ONE], [{"url": ONE}, {"url": ONE}]])
def test_a_thing_named_twice_is_a_violation(judge, evses):
    assert "LNK-06" in violated_requirements(judge(SITE, {"evses": evses}))


@pytest.mark.parametrize("evses", [[ONE], [ONE, OTHER], [{"url": ONE}, OTHER]])
def test_each_thing_once_is_right(judge, evses):
    assert "LNK-06" not in violated_requirements(judge(SITE, {"evses": evses}))
    assert outcomes_on(judge(SITE, {"evses": evses}), "LNK-06")


@pytest.mark.parametrize("body", [{"evses": []}, {"evses": None}, {}])
def test_no_links_are_nothing_to_judge(judge, body):
    assert not outcomes_on(judge(SITE, body), "LNK-06")
