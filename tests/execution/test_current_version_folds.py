"""CON-10: the current version is the published one with the highest number."""

import pytest

from conformance.execution.folds import judge_exchanges
from conformance.model import Exchange, Request, Verdict
from tests.probes.scripted import BASE, make_id, make_response

PATH = f"/programs/{make_id('prog', 1)}/participation_agreement_versions"
LIST, CURRENT = (f"GET /programs/{{program_id}}/participation_agreement_versions{end}" for end in ("", "/current"))


def version(number, published, url=""):
    key = make_id("pagv", number)
    return {"id": key, "url": url or f"{BASE}{PATH}/{key}", "version_number": number, "published": published}


def current(number, published=True):
    return CURRENT, f"{PATH}/current", version(number, published, f"{BASE}{PATH}/current")


def listed(*published):
    return LIST, PATH, [version(number, is_published) for number, is_published in enumerate(published, 1)]


@pytest.fixture
def judge(subject):
    def verdicts(*reads):
        exchanges = [
            Exchange(
                f"x{n}", Request(key, "GET", target, identity="full"), BASE + target, 100.0 + n, make_response(body)
            )
            for n, (key, target, body) in enumerate(reads)
        ]
        return {o.verdict for o in judge_exchanges(exchanges, subject) if o.requirement == "CON-10"}

    return verdicts


@pytest.mark.parametrize(
    "reads",
    [
        (listed(True), current(1)),
        (listed(True, True, False), current(2)),
        (listed(False, True, False), current(2)),
        (current(1), listed(False, True)),
        (listed(True, True), listed(True, False), current(1)),
        (current(3),),
    ],
    ids=["one", "all published", "a draft above", "published meanwhile", "withdrawn", "alone"],
)
def test_the_highest_published_version_passes(reads, judge):
    assert judge(*reads) == {Verdict.PASS}


@pytest.mark.parametrize(
    "reads",
    [
        (current(2, published=False),),
        (listed(False, True), current(1)),
        (listed(True, True), current(1), listed(True, True)),
    ],
    ids=["a draft", "outdated", "never the highest"],
)
def test_a_draft_or_an_outdated_version_is_a_violation(reads, judge):
    assert judge(*reads) == {Verdict.FAIL}


def test_without_a_current_version_nothing_is_judged(judge):
    assert judge(listed(True, True)) == set()
