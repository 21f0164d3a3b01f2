import re
import shutil
import zipfile
from collections import Counter
from importlib.resources import files
from pathlib import Path

import pytest

from conformance.errors import PlanError
from conformance.model import Level, Requirement
from specs.catalogue import load_requirements

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared"
SELECTORS = frozenset(
    (
        "api",
        "changing",
        "state-actions",
        "ruled-bodies",
        "ruled-queries",
        "ruled-fallbacks",
        "ruled-no-ops",
        "ruled-effects",
        "ruled-limits",
        "ruled-conflicts",
        "plug-states",
        "derived-states",
        "parts",
        "flows",
        "rates",
        "bounds",
        "series",
        "link-lists",
        "sessions",
        "energy",
        "counters",
        "ending",
        "latest-logs",
        "current-versions",
        "timed",
        "updated",
        "every",
        "reads",
        "writes",
        "json-reads",
        "lists",
        "items",
        "keyed",
        "by-ids",
        "linked",
        "expandable",
        "expanding-answers",
        "nested-expandable",
        "multi-expandable",
        "paginated",
        "cursor-paged",
        "page-numbered",
        "sized",
        "filtering",
        "filtered",
        "worded",
        "switched",
        "parameterised",
        "text-filtered",
        "ordered",
        "secured",
        "secured-reads",
        "scoped-creates",
        "nothing-below",
        "actions-without-reads",
        "public",
        "scoped",
        "user-scoped",
        "personal",
        "personal-items",
        "user-scoped-reads",
        "referring-writes",
        "user-required",
        "versioned",
        "with-body",
        "state-writes",
        "creates",
        "updates",
        "deletes",
        "redirects",
        "csv",
        "webhooks",
    )
)
ENTRY = """
[[requirement]]
id = "EXP-01"
level = "MUST"
statement = "A link is a link."
source = { document = "RFC 8288", section = "3", url = "https://www.rfc-editor.org/rfc/rfc8288#section-3" }
kind = "probe"
applies = "expandable"
seen = "The link is read."
not_tested = ""
"""


def read_shared(name: str) -> str:
    path = SHARED / name
    if not path.is_file():
        pytest.skip(f"../shared/{name} is not beside this repository")
    return path.read_text(encoding="utf-8")


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def runs_of_seven(text: str) -> set[tuple[str, ...]]:
    all_words = words(text)
    return set(zip(*(all_words[start:] for start in range(7)), strict=False))


@pytest.fixture(scope="module")
def catalogue() -> dict[str, Requirement]:
    return {requirement.id: requirement for requirement in load_requirements()}


def test_every_requirement_on_the_api_is_stated_with_its_level(catalogue):
    text = read_shared("CATALOGUE.md")
    levels = dict(re.findall(r"\b([A-Z]{3}-\d\d) (MUST|SHOULD|MAY) ·", text))
    assert len(levels) > 100
    assert set(re.findall(r"\b[A-Z]{3}-\d\d\b", text)) == set(levels)
    assert {name: catalogue[name].level.value for name in levels} == levels


def test_every_requirement_on_partners_is_stated_with_its_strongest_level(catalogue):
    rows = re.findall(r"^\| ([WC]\d\d) \| ([^|]+) \|", read_shared("PARTNER-CATALOGUE.md"), re.MULTILINE)
    strongest = {name: "MAY" if level.strip() == "-" else level.split()[0] for name, level in rows}
    assert len(strongest) == 33 + 30
    assert {name: catalogue[name].level.value for name in strongest} == strongest


def test_weaker_levels_of_a_row_are_said_in_the_statement(catalogue):
    rows = re.findall(
        r"^\| ([WC]\d\d) \| [^|]*MUST[^|]*SHOULD[^|]*\|", read_shared("PARTNER-CATALOGUE.md"), re.MULTILINE
    )
    assert len(rows) >= 5
    assert [name for name in rows if "SHOULD" not in catalogue[name].statement] == []


def test_no_words_of_the_provider_are_repeated(catalogue):
    theirs = runs_of_seven(read_shared("reference/ev-energy-api-v2-openapi.yaml"))
    assert len(theirs) > 10_000
    ours = {
        requirement.id: runs_of_seven(requirement.statement) | runs_of_seven(requirement.seen)
        for requirement in catalogue.values()
    }
    assert {name: runs & theirs for name, runs in ours.items() if runs & theirs} == {}


def test_families_are_numbered_without_gaps(catalogue):
    numbers: dict[str, list[int]] = {}
    for name in catalogue:
        numbers.setdefault(name[:-2], []).append(int(name[-2:]))
    assert {
        family: found_numbers
        for family, found_numbers in numbers.items()
        if found_numbers != list(range(1, len(found_numbers) + 1))
    } == {}


def test_requirements_come_sorted_by_id():
    ids = [requirement.id for requirement in load_requirements()]
    assert ids == sorted(ids)


def test_each_family_stands_in_one_file():
    families: dict[str, set[str]] = {}
    for file in (ROOT / "specs" / "requirements").rglob("*.toml"):
        for family in re.findall(r'^id = "(\w+?)-?\d\d"', file.read_text(encoding="utf-8"), re.MULTILINE):
            families.setdefault(family, set()).add(file.name)
    assert len(families) > 15
    assert {family: files for family, files in families.items() if len(files) > 1} == {}


def test_selectors_are_of_the_vocabulary(catalogue):
    assert {
        requirement.id: requirement.applies
        for requirement in catalogue.values()
        if requirement.applies not in SELECTORS
    } == {}


def test_statements_are_full_sentences(catalogue):
    for requirement in catalogue.values():
        for text in (requirement.statement, requirement.seen):
            assert re.fullmatch(r"[A-Z`].*\w.*\.", text), requirement.id
            assert len(words(text)) >= 3, requirement.id
            assert text.count("`") % 2 == 0, requirement.id
            assert "  " not in text, requirement.id
        assert len(words(requirement.statement)) >= 5, requirement.id


def test_every_requirement_says_why_it_matters(catalogue):
    """`harm` and `why` of the entry (specs/requirements/README.md): one sentence for people who decide."""
    silent = [requirement.id for requirement in catalogue.values() if not requirement.why]
    assert not silent, f"add `harm` and `why` to {silent}"
    for requirement in catalogue.values():
        assert requirement.why.endswith("."), requirement.id
        assert len(requirement.why) <= 120, requirement.id


def test_statements_are_unique(catalogue):
    assert [
        text
        for text, count in Counter(requirement.statement for requirement in catalogue.values()).items()
        if count > 1
    ] == []


def test_sources_of_the_ietf_link_to_the_section_they_name(catalogue):
    cited = [requirement.source for requirement in catalogue.values() if requirement.source.document.startswith("RFC ")]
    assert len(cited) > 20
    for source in cited:
        number, section = source.document.removeprefix("RFC "), re.match(r"[\d.]*\d", source.section)
        assert section is not None
        assert source.url == f"https://www.rfc-editor.org/rfc/rfc{number}#section-{section[0]}"


def test_every_source_has_an_address(catalogue):
    assert [
        requirement.id for requirement in catalogue.values() if not requirement.source.url.startswith("https://")
    ] == []


def test_what_cannot_be_seen_says_why(catalogue):
    assert {requirement.id for requirement in catalogue.values() if requirement.not_tested} == {"W33", "C30"}
    assert "REVIEW" in catalogue["W33"].not_tested
    assert "ETag" in catalogue["C30"].not_tested


def test_the_catalogue_reads_the_same_from_a_zipped_package(tmp_path):
    archive = shutil.make_archive(str(tmp_path / "wheel"), "zip", root_dir=str(files("specs").joinpath("requirements")))
    with zipfile.ZipFile(archive) as opened:
        assert load_requirements(root=zipfile.Path(opened)) == load_requirements()


def test_order_does_not_depend_on_files(tmp_path):
    (tmp_path / "z").mkdir()
    (tmp_path / "z" / "first.toml").write_text(ENTRY)
    (tmp_path / "a.toml").write_text(ENTRY.replace("EXP-01", "EXP-02"))
    loaded = load_requirements(root=tmp_path)
    assert [requirement.id for requirement in loaded] == ["EXP-01", "EXP-02"]
    assert all(type(requirement) is Requirement and requirement.level is Level.MUST for requirement in loaded)


def test_a_file_that_is_no_toml_is_not_read(tmp_path):
    (tmp_path / "README.md").write_text("[[requirement]] is no entry here")
    (tmp_path / "expansion.toml").write_text(ENTRY)
    assert len(load_requirements(root=tmp_path)) == 1


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ('level = "MUST"', 'level = "SHALL"', "SHALL"),
        ('kind = "probe"', 'kind = "guess"', "guess"),
        ('"A link is a link."', '""', "statement"),
        ('"A link is a link."', '" \\t"', "statement"),
        ('"A link is a link."', "7", "statement"),
        ('"RFC 8288"', '""', "source.document"),
        ('section = "3"', 'section = ""', "source.section"),
        ('section = "3"', 'section = "3", page = 9', "page"),
        ('applies = "expandable"', 'applies = ""', "applies"),
        ('seen = "The link is read."', 'seen = ""', "seen"),
        ('seen = "The link is read."', "", "seen"),
        ('not_tested = ""', "", "not_tested"),
        ('not_tested = ""', 'not_tested = ""\nnote = "x"', "note"),
        ('level = "MUST"', "", "level"),
        ('"EXP-01"', '"EXP-1"', "$.id"),
        ('"EXP-01"', '"exp-01"', "$.id"),
        ('"EXP-01"', '"EXP-01\\n"', "$.id"),
        ('id = "EXP-01"', "", "no id"),
    ],
)
def test_a_faulty_entry_is_refused_by_file_and_entry(tmp_path, before, after, message):
    assert before in ENTRY
    (tmp_path / "api-v2").mkdir()
    (tmp_path / "api-v2" / "expansion.toml").write_text(
        ENTRY.replace("EXP-01", "EXP-02") + ENTRY.replace(before, after)
    )
    with pytest.raises(PlanError, match=re.escape("api-v2/expansion.toml, entry 2 (")) as caught:
        load_requirements(root=tmp_path)
    assert message in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize(
    "content",
    [b"[[requirement]\n", b"\xff\xfe", b"", b"requirement = []", b"requirement = 3", b"[other]\n" + ENTRY.encode()],
    ids=["no TOML", "no UTF-8", "empty", "no entry", "no list", "unknown table"],
)
def test_a_faulty_file_is_refused_by_name(tmp_path, content):
    (tmp_path / "broken.toml").write_bytes(content)
    with pytest.raises(PlanError, match=r"broken\.toml") as caught:
        load_requirements(root=tmp_path)
    assert caught.value.hint


def test_a_duplicate_is_refused_with_both_files(tmp_path):
    (tmp_path / "one.toml").write_text(ENTRY)
    (tmp_path / "two.toml").write_text(ENTRY)
    with pytest.raises(PlanError, match=r"two\.toml.*EXP-01.*one\.toml"):
        load_requirements(root=tmp_path)


def test_a_duplicate_in_one_file_is_refused(tmp_path):
    (tmp_path / "one.toml").write_text(ENTRY + ENTRY)
    with pytest.raises(PlanError, match="EXP-01 is stated twice"):
        load_requirements(root=tmp_path)


@pytest.mark.parametrize("folder", [".", "absent"])
def test_an_empty_catalogue_is_refused(tmp_path, folder):
    with pytest.raises(PlanError, match="no requirement"):
        load_requirements(root=tmp_path / folder)
