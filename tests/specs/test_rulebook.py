"""The rulebook: each rule stands where it says, in our own words, and a faulty entry is refused by its name."""

import re
from collections import Counter
from pathlib import Path

import pytest

from conformance.description import load_description
from conformance.errors import PlanError
from conformance.evidence.differences import ABSENT, get_value
from conformance.model import Profile
from conformance.probes.stated_rules.rule_probes import PROBES
from conformance.probes.stated_rules.selection import list_rules
from specs.catalogue import load_requirements
from specs.rulebook import load_rules

SHARED = Path(__file__).parents[3] / "shared"
PROVIDER = SHARED / "reference" / "ev-energy-api-v2-openapi.yaml"
RULES = load_rules()
ENTRY = """
[[rule]]
id = "one-rule"
requirement = "RUL-01"
operation = "POST /things"
pointer = "#/paths/~1things/post/description"
statement = "A thing without a name is refused."
steps = [{ base = "nothing", expect = "refused", statuses = [400] }]
"""


def test_rules_are_cases_of_requirements_that_exist():
    known = {requirement.id for requirement in load_requirements()}
    assert len(RULES) > 80
    assert {rule.id: rule.requirement for rule in RULES if rule.requirement not in known} == {}


def test_every_rule_binds_an_operation_of_the_bundled_description_and_is_tried():
    model = load_description().model
    operations = model.operations_by_key
    assert [rule.id for rule in RULES if rule.operation not in operations] == []
    assert [rule.id for rule in RULES if rule not in list_rules(operations[rule.operation])] == []
    probes = {requirement for probe in PROBES for requirement in probe.requirements} | {"RUL-06"}
    assert {rule.requirement for rule in RULES if rule.steps} == probes
    for rule in RULES:
        if rule.steps and rule.requirement != "RUL-06":
            fitting = [probe for probe in PROBES if probe.applies(operations[rule.operation], model)]
            assert any(rule.requirement in probe.requirements and probe.profile is rule.profile for probe in fitting)


def test_every_rule_stands_where_it_says():
    if not PROVIDER.is_file():
        pytest.skip("the provider's description is not beside this repository")
    document = load_description(PROVIDER).document
    assert {rule.id: rule.pointer for rule in RULES if get_value(document, rule.pointer[1:]) is ABSENT} == {}


def test_no_words_of_the_provider_are_repeated():
    if not PROVIDER.is_file():
        pytest.skip("the provider's description is not beside this repository")

    def list_runs(text: str) -> set[tuple[str, ...]]:
        words = re.findall(r"\w+", text.lower())
        return set(zip(*(words[start:] for start in range(7)), strict=False))

    theirs = list_runs(PROVIDER.read_text(encoding="utf-8"))
    assert {rule.id for rule in RULES if list_runs(rule.statement) & theirs} == set()


def test_statements_are_sentences_and_unique():
    assert [rule.id for rule in RULES if not re.fullmatch(r"[A-Z].*\w\.", rule.statement)] == []
    assert [text for text, count in Counter(rule.statement for rule in RULES).items() if count > 1] == []


def test_rules_with_an_effect_that_cannot_be_undone_wait_for_the_profile_deep():
    operations = load_description().model.operations_by_key
    risky = [
        rule.id
        for rule in RULES
        if operations[rule.operation].effect == "irreversible"
        and rule.profile is not Profile.DEEP
        and any(step.expect != "refused" for step in rule.steps)
    ]
    assert risky == []


def test_a_rule_is_read(tmp_path):
    (tmp_path / "things.toml").write_text(ENTRY)
    (rule,) = load_rules(root=tmp_path)
    assert (rule.id, rule.steps[0].statuses, rule.profile) == ("one-rule", (400,), Profile.STANDARD)


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ('"one-rule"', '"One rule"', "id"),
        ('"RUL-01"', '"RUL"', "requirement"),
        ('"POST /things"', '"/things"', "operation"),
        ('"#/paths/~1things/post/description"', '"paths"', "pointer"),
        ('"A thing without a name is refused."', '" "', "statement"),
        ("steps = [{", "steps = []\nmore = [{", "more"),
        ('expect = "refused"', 'expect = "ignored"', "ignored"),
        ("statuses = [400]", "status = 400", "status"),
        ('[{ base = "nothing", expect = "refused", statuses = [400] }]', "[]", "no step"),
        ("statuses = [400]", "same_as = 1", "earlier step"),
        ("statement =", 'level = "SHOULD"\nstatement =', "second reading"),
    ],
)
def test_a_faulty_entry_is_refused_by_file_and_entry(tmp_path, before, after, message):
    assert before in ENTRY
    (tmp_path / "things.toml").write_text(ENTRY.replace("one-rule", "first") + ENTRY.replace(before, after))
    with pytest.raises(PlanError, match=r"things\.toml, entry 2") as caught:
        load_rules(root=tmp_path)
    assert message in caught.value.message
    assert caught.value.hint


def test_a_rule_that_is_stated_twice_and_an_empty_folder_are_refused(tmp_path):
    with pytest.raises(PlanError, match="no rule"):
        load_rules(root=tmp_path)
    (tmp_path / "things.toml").write_text(ENTRY + ENTRY)
    with pytest.raises(PlanError, match="stated twice"):
        load_rules(root=tmp_path)
