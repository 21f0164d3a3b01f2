"""The matrix of seeded faults as it is told: what survived, what was accused wrongly, and the table of the README."""

import pytest

from conformance.cli.fault_table import (
    format_proof,
    has_failures,
    summarize_proofs,
    write_table,
)
from conformance.cli.matrix_files import replace_table
from conformance.errors import UsageError
from conformance.matrices.faults import FaultResult

BEGIN, END = "<!-- faults: made by `evconform faults --into` -->", "<!-- /faults -->"
KILLED = FaultResult(
    "exp-stale", 1, ("EXP-04",), ("EXP-04 GET /evses",), (), 4100, "violations", named=("EXP-04 GET /evses",)
)
STRAY = FaultResult(
    "exp-thin", 1, ("EXP-02",), ("EXP-02 GET /evses", "PAG-01 *"), ("PAG-01 *",), 4300, "violations",
    named=("EXP-02 GET /evses",),
)  # fmt: skip
ELSEWHERE = FaultResult(
    "ids-short", 1, ("IDS-01",), ("IDS-01 GET /users",), (), 4300, "violations", places=("GET /evses",)
)
SURVIVED = FaultResult("wrt-enum-open", 1, ("WRT-06",), ("DSC-09 *",), (), 4200, "conforms", allow_writes=True)
CLEAN = FaultResult("", 1, (), (), (), 4000, "conforms")
ALARM = FaultResult("", 2, (), ("RSP-01 GET /evses",), ("RSP-01 GET /evses",), 4000, "violations")
FAMILIES = {"exp-stale": "EXP", "exp-thin": "EXP", "wrt-enum-open": "WRT"}


def test_a_fault_is_detected_by_a_finding_on_what_it_breaks():
    assert [proof.is_detected for proof in (KILLED, STRAY, SURVIVED, ELSEWHERE)] == [True, True, False, False]
    assert format_proof(KILLED).startswith("detected")
    assert "unrelated: PAG-01 *" in format_proof(STRAY)
    assert format_proof(SURVIVED).startswith("SURVIVED")
    assert format_proof(ELSEWHERE).endswith("at GET /evses")
    assert format_proof(ALARM).startswith("FALSE ALARM")


@pytest.mark.parametrize(
    ("proofs", "bad"), [((KILLED, STRAY, CLEAN), False), ((KILLED, SURVIVED), True), ((KILLED, ALARM), True)]
)
def test_what_survives_or_is_a_false_alarm_is_wrong(proofs, bad):
    assert has_failures(proofs) is bad


def test_the_last_lines_count():
    faults, clean = summarize_proofs((KILLED, STRAY, SURVIVED, CLEAN, ALARM))
    assert faults.startswith("2 of 3 faults detected; 1 with")
    assert clean.startswith("1 of 2")


def test_the_table_is_by_family_and_says_what_it_rests_on():
    text = write_table(
        (KILLED, STRAY, SURVIVED, CLEAN),
        FAMILIES,
        {"csv-row-short": "there is no table"},
        "standard",
        "1.0",
        "2026-01-01",
    )
    assert "| EXP | 2 | 2 | 0 | 1 | 4,200 |" in text
    assert "| WRT | 1 | 0 | 1 | 0 | 4,200 |" in text
    assert "| **all** | 3 | 2 | 1 | 1 | 4,200 |" in text
    assert "Survived: `wrt-enum-open`." in text
    assert "all faults on seed 1" in text
    assert "Not tested, because there is no table: `csv-row-short`." in text
    assert "2 of 3 faults on seed 1" in write_table(
        (KILLED, STRAY), FAMILIES, {"csv-row-short": "there is no table"}, "standard", "1.0", "2026-01-01"
    )


def test_the_table_replaces_the_one_before(tmp_path):
    file = tmp_path / "README.md"
    file.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    replace_table(file, "new", "faults")
    replace_table(file, "newer", "faults")
    assert file.read_text() == f"before\n{BEGIN}\n\nnewer\n\n{END}\nafter\n"


def test_a_file_without_markers_is_left_alone(tmp_path):
    file = tmp_path / "README.md"
    file.write_text("before\n")
    with pytest.raises(UsageError, match="no markers"):
        replace_table(file, "new", "faults")
    assert file.read_text() == "before\n"
