"""The floor of the coverage never falls."""

import subprocess

import pytest

from tests.coverage_floor import ROOT, judge_coverage, read_floor


def run_git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True).stdout


def test_the_floor_is_as_high_as_ever():
    if not (ROOT / ".git").exists():
        pytest.skip("no history: this is not a clone")
    floor = read_floor((ROOT / "pyproject.toml").read_text())
    assert floor > 0
    changes = run_git("log", "--format=%H", "-G^fail_under", "--", "pyproject.toml").split()
    assert [commit for commit in changes if read_floor(run_git("show", f"{commit}:pyproject.toml")) > floor] == []


@pytest.mark.parametrize(
    ("measured", "change"),
    [
        (89.99, "test what is new: the floor is 90 %"),
        (90.0, ""),
        (92.0, ""),
        (92.1, "raise fail_under in pyproject.toml from 90 to 91"),
        (93.9, "raise fail_under in pyproject.toml from 90 to 92"),
    ],
)
def test_the_floor_holds_and_is_raised(measured, change):
    assert judge_coverage(measured, 90) == change


def test_a_project_without_a_floor_has_none():
    assert read_floor('[project]\nname = "x"\n') == 0
