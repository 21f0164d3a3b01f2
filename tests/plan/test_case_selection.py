"""The grammar of --select."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.errors import UsageError
from conformance.model import Kind, Level, Requirement, Source
from conformance.plan.case_selection import CaseSelection

OPERATION = "GET /evses/{evse_id}"


def requirement(name="EXP-04", level=Level.MUST):
    return Requirement(name, level, "It holds.", Source("a document", "1"), Kind.PROBE, "every")


@pytest.fixture(scope="module")
def operation(model):
    return model.operations_by_key[OPERATION]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("EXP-04", True), ("exp-04", True), ("EXP", True), ("exp", True), ("EXP-4", False), ("EXP-05", False),
        ("PAG", False),
        ("must", True), ("MUST", True), ("should", False),
        ("GET /evses/{evse_id}", True), ("get /evses/{evse_id}", True), ("/evses/{evse_id}", True), ("/evses*", True),
        ("POST /evses/{evse_id}", False), ("/evses", False), ("/EVSES*", False), ("*", True), ("GET *", True),
        ("PUT *", False),
        ("/evses/?evse_id?", True), ("evses*", False),
        ("tag:EVSEs", True), ("tag:evses", True), ("tag: EVSEs", True), ("tag:EVSE", False),
        ("!EXP-04", False), ("!EXP-05", True), ("! PAG", True), ("!!EXP", True), ("!tag:evses", False),
        ("EXP & /evses*", True), ("EXP&!EXP-04", False), ("EXP & tag:EVSEs & must & !EXP-05", True),
        ("EXP & PAG", False),
    ],
)  # fmt: skip
def test_terms(operation, expression, expected):
    assert CaseSelection.parse((expression,)).is_selected(requirement(), operation) is expected


def test_an_operation_is_selected_by_its_id(operation):
    assert CaseSelection.parse((operation.id,)).is_selected(requirement(), operation)
    assert not CaseSelection.parse((operation.id[:-1],)).is_selected(requirement(), operation)


@pytest.mark.parametrize(
    ("expression", "expected"), [("DSC", True), ("must", True), ("*", False), ("tag:EVSEs", False), ("!/evses*", True)]
)
def test_the_api_as_a_whole_has_no_path_and_no_tag(expression, expected):
    assert CaseSelection.parse((expression,)).is_selected(requirement("DSC-01"), None) is expected


@pytest.mark.parametrize("name", ["EXP-04", "W01", "C30", "WHK-06"])
def test_every_form_of_requirement_id_is_a_term(name):
    assert CaseSelection.parse((name.lower(),)).is_selected(requirement(name), None)
    assert not CaseSelection.parse((name,)).is_selected(requirement("RSP-01"), None)


def test_several_expressions_are_alternatives(operation):
    either = CaseSelection.parse(("PAG", "EXP"))
    assert either.is_selected(requirement("EXP-04"), operation)
    assert either.is_selected(requirement("PAG-04"), operation)
    assert not either.is_selected(requirement("FLT-04"), operation)


def test_an_empty_selection_takes_everything(operation):
    assert CaseSelection.parse(()).is_selected(requirement(), operation)
    assert CaseSelection.parse(()).is_selected(requirement(), None)


@pytest.mark.parametrize(
    "expression", ["", " ", "&", "EXP &", "& EXP", "EXP && PAG", "!", "! ", "!!", "EXP & ! !", "tag:", "!tag:"]
)
def test_an_empty_term_is_refused_with_an_example(expression):
    with pytest.raises(UsageError, match="empty term") as raised:
        CaseSelection.parse((expression,))
    assert "--select" in raised.value.hint


TERMS = st.sampled_from(["EXP", "EXP-04", "must", "should", "/evses*", "GET *", "tag:evses", "*", "PAG"]) | st.text(
    "aZ/*[]!?{}: -0", min_size=1
).filter(lambda term: term.lstrip("! ") and not term.lstrip("! ").startswith("tag:"))


@given(TERMS, TERMS)
def test_terms_can_be_negated_and_their_order_is_free(operation, left, right):
    def takes(expression):
        return CaseSelection.parse((expression,)).is_selected(requirement(), operation)

    assert takes(f"!{left}") is not takes(left)
    assert takes(f"{left} & {right}") is takes(f"{right}&{left}") is (takes(left) and takes(right))
    assert CaseSelection.parse((left, right)).is_selected(requirement(), operation) is (takes(left) or takes(right))


@pytest.mark.parametrize(
    ("expression", "name", "expected"),
    [
        ("EXP*", "EXP-04", True),
        ("exp-0*", "EXP-04", True),
        ("EXP-0*", "EXP-14", False),
        ("*-04", "IDS-04", True),
        ("EXP,IDS", "IDS-04", True),
        ("EXP, ids-04", "IDS-04", True),
        ("EXP,PAG", "IDS-04", False),
        ("!EXP,PAG", "IDS-04", True),
        ("!EXP,IDS", "IDS-04", False),
        ("EXP*,IDS & must", "IDS-04", True),
        ("EXP*,IDS & should", "IDS-04", False),
    ],
)
def test_commas_are_alternatives_and_stars_any_text(expression, name, expected):
    assert CaseSelection.parse((expression,)).is_selected(requirement(name), None) is expected


@pytest.mark.parametrize("expression", ["EXP,", ",", "EXP,,IDS", "!,IDS", "EXP & ,"])
def test_an_empty_alternative_is_refused(expression):
    with pytest.raises(UsageError, match="empty term"):
        CaseSelection.parse((expression,))
