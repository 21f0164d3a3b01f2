"""PAG-05 and PAG-12: the links of one page, judged by the request that led to it."""

import pytest

from tests.checks.conftest import BASE, LIST, make_model, outcomes_on, violated_requirements

QUERY = "?make_id=vmak1&expand=make&page_size=1&ordering=name"
KEPT = "make_id=vmak1&expand=make&page_size=1&ordering=name"
NEXT = f"{BASE}/vehicle_models?{KEPT}&page_after=vmod1"


def judge_link(judge, target, query=QUERY):
    """Return the violated requirements of a page whose next link leads to a target."""
    link = f'<about:blank>; rel="previous", <{target}>; rel="next"'
    return violated_requirements(judge(LIST, [make_model()], query=query, headers={"Link": link})) & {
        "PAG-05",
        "PAG-12",
    }


@pytest.mark.parametrize(
    ("target", "query"),
    [
        (NEXT, QUERY),
        (NEXT.removeprefix(BASE), QUERY),
        (NEXT.replace("make_id=vmak1&", "") + "&make_id=VMAK1", QUERY),
        (NEXT, f"{QUERY}&unknown=1"),
        (NEXT, QUERY.replace("page_size=1", "page_size=1&page_size=2")),
        (NEXT, f"{QUERY}&expand=undocumented"),
        (f"{NEXT}&page=2", QUERY),
        ("about:blank", QUERY),
    ],
)
def test_a_link_that_keeps_all_is_right(judge, target, query):
    assert (
        judge_link(
            judge, target.replace("/vehicle_models", "/v2/vehicle_models") if target[0] == "/" else target, query
        )
        == set()
    )


@pytest.mark.parametrize("name", ["make_id=vmak1", "expand=make", "page_size=1", "ordering=name"])
def test_a_link_that_loses_a_parameter_is_a_violation(judge, name):
    assert judge_link(judge, NEXT.replace(f"{name}&", "")) == {"PAG-05"}


@pytest.mark.parametrize(
    "target",
    [
        f"{NEXT}&page_after=vmod2",
        f"{NEXT}&page_size=1",
        NEXT.replace("http:", "https:"),
        NEXT.replace("127.0.0.1", "app"),
    ],
)
def test_a_link_elsewhere_or_with_a_parameter_twice_is_a_violation(judge, target):
    assert judge_link(judge, target) == {"PAG-12"}


def test_two_next_pages_are_a_violation(judge):
    link = f'<about:blank>; rel="previous", <{NEXT}>; rel="next", <{NEXT}0>; rel="next"'
    outcomes = judge(LIST, [make_model()], query=QUERY, headers={"Link": link})
    assert violated_requirements(outcomes_on(outcomes, "PAG-12"))
