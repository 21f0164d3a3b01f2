"""The order of causes: verdict, level, harm, then spread."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.model import Harm, Level, Verdict
from reports.findings import rank_gravity
from reports.groups import group_by_cause
from reports.summary import Finding

LEAK = Finding(
    id="leak", requirement="AUT-05", level=Level.MUST, verdict=Verdict.FAIL, operation="GET /vehicles", operation_id="",
    message="user A reads what is user B's", expected="", actual="", pointer="", cause="leak", times=1, exchanges=(),
    harm=Harm.SECRETS,
)  # fmt: skip
FORM = tuple(
    msgspec.structs.replace(
        LEAK, id=f"form-{n}", requirement="ERR-04", operation=f"POST /things/{n}", message="no field is named",
        cause="form", times=50, harm=Harm.FORM,
    )
    for n in range(20)
)  # fmt: skip


def test_a_leak_in_one_place_comes_before_a_formality_in_twenty():
    assert [group.requirement for group in group_by_cause((*FORM, LEAK))] == ["AUT-05", "ERR-04"]


@pytest.mark.parametrize(
    "weaker",
    [{"verdict": Verdict.WARN, "level": Level.SHOULD}, {"verdict": Verdict.REVIEW}],
    ids=["a warning", "a finding for review"],
)
def test_harm_does_not_outrank_verdict_and_level(weaker):
    groups = group_by_cause((*FORM, msgspec.structs.replace(LEAK, **weaker)))
    assert [group.requirement for group in groups] == ["ERR-04", "AUT-05"]


@given(st.lists(st.sampled_from(Harm), min_size=2, max_size=8))
def test_harms_rank_as_they_are_listed(harms):
    ranked = sorted(harms, key=lambda harm: rank_gravity(Verdict.FAIL, Level.MUST, harm))
    assert ranked == sorted(harms, key=list(Harm).index)
