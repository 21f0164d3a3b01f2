"""CON-07: what each item shows at its first read alone, in a world where others write too."""

import msgspec
import pytest

from conformance.execution.first_read_folds import judge_first_reads
from conformance.execution.sightings import Sightings
from conformance.model import Exchange, Request, Response, Verdict

LIST, ITEM = "GET /evse_models", "GET /evse_models/{evse_model_id}"
BASE = "http://127.0.0.1:1/v2/evse_models"
FOUR = "abcd"
LINK = "https://assets.example.com/x"


def thing(key, **members):
    return {"url": f"{BASE}/{key}", **members}


def listed(keys=FOUR, **members):
    return LIST, [thing(key, **members) for key in keys]


def item(key, **members):
    return ITEM, thing(key, **members)


def one_after_the_other(first, later, keys=FOUR):
    """Return two reads of each item, one item after the other."""
    return [item(key, **members) for key in keys for members in (first, later)]


def judge(subject, *shown):
    sightings = Sightings(subject)
    for number, (operation, body) in enumerate(shown):
        method, _, path = operation.partition(" ")
        response = Response(200, (("Content-Type", "application/json"),), msgspec.json.encode(body), 0.1)
        sent = b"" if method == "GET" else response.body
        request = Request(operation, method, path, body=sent)
        sightings.add_exchange(Exchange(f"x{number}", request, "", 1000.0 + 10 * number, response))
    return [outcome.verdict for outcome in judge_first_reads(sightings)]


WITHOUT, WITH = {"onboarding_url": None}, {"onboarding_url": LINK}


def test_items_that_lack_a_link_at_their_first_read_alone_are_a_violation(subject):
    assert judge(subject, listed(**WITH), *one_after_the_other(WITHOUT, WITH)) == [Verdict.FAIL]


def test_a_value_of_another_item_at_each_first_read_is_a_violation(subject):
    other = {"onboarding_url": f"{LINK}/other"}
    assert judge(subject, listed(**WITH), *one_after_the_other(other, WITH)) == [Verdict.FAIL]


RIGHT = {
    "never seen before": one_after_the_other(WITHOUT, WITH),
    "two items": [listed(**WITH), *one_after_the_other(WITHOUT, WITH, FOUR[:2]), *one_after_the_other(WITH, WITH, "d")],
    "most are right": [
        listed("abcdefg", **WITH), *one_after_the_other(WITHOUT, WITH, "abc"), *one_after_the_other(WITH, WITH, "defg"),
    ],
    "all at once": [listed(**WITH), *(item(key, **WITHOUT) for key in FOUR), *(item(key, **WITH) for key in FOUR)],
    "changed for good": [listed(**WITH), *one_after_the_other(WITHOUT, WITHOUT)],
    "filled in for good": [listed(**WITHOUT), *one_after_the_other(WITHOUT, WITH)],
    "always null": [listed(**WITHOUT), *one_after_the_other(WITHOUT, WITHOUT)],
    "the run wrote": [
        step
        for key in FOUR
        for step in (listed(**WITH), item(key, **WITHOUT), ("PATCH /evse_models/{evse_model_id}", thing(key, **WITH)),
                     item(key, **WITH))
    ],
}  # fmt: skip


@pytest.mark.parametrize("case", RIGHT)
def test_what_others_may_have_changed_is_no_violation(case, subject):
    assert judge(subject, *RIGHT[case]) == []
