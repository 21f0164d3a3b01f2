"""ARCHITECTURE.md holds to the code: its layers are those of the contract, its paths exist."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "ARCHITECTURE.md").read_text()
ENTRY = "__main__"  # starts the command line; no layer of its own in the picture


def test_the_picture_of_the_layers_is_the_contract():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(each["layers"] for each in contracts if each["name"] == "Imports point down")
    section = PAGE.partition("## The layers")[2]
    picture = section.split("```")[1].strip().splitlines()
    drawn = [re.split(r"\s{2,}| +(?=(?:the|the one) )", line)[0].split(" · ") for line in picture]
    assert drawn == [re.split(r" \| ", layer) for layer in layers if layer != ENTRY]


def test_every_path_that_the_page_names_exists():
    named = set(re.findall(r"`((?:conformance|reports|strategies|specs|tests|docs)/[\w./-]+)`", PAGE))
    assert named
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []


def test_each_noun_stands_once():
    nouns = re.findall(
        r"^\| ([^|`]+?) \|", PAGE.partition("## The nouns")[2].partition("## The layers")[0], re.MULTILINE
    )
    names = [noun for noun in nouns if noun not in {"noun", "---"}]
    assert len(names) > 80
    assert sorted({name for name in names if names.count(name) > 1}) == []
