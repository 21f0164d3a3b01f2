"""The examples of CONTRIBUTING.md: one new file adds one thing."""

import importlib
import re
from pathlib import Path

import pytest
from hypothesis import find

from conformance import checks, probes
from conformance.checks.base import Check
from conformance.mock_server import faults
from conformance.model import Level
from conformance.probes import headers
from conformance.probes.toolkit.base import Probe
from conformance.safety import kinds
from conformance.safety.kind import Rules
from conformance.tools.registry import collect_members
from reports import formats
from reports.formats.base import Format
from specs.catalogue import load_requirements

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "CONTRIBUTING.md").read_text()
EXAMPLES = dict(re.findall(r", in `([\w./-]+)`.*?\n```(?:python|toml)\n(.*?)```", PAGE, re.DOTALL))


@pytest.fixture
def added(tmp_path, monkeypatch):
    """A function that puts the example of a path into its package, as if the file stood there."""

    def add(path: str, package) -> None:
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(EXAMPLES[path])
        monkeypatch.setattr(package, "__path__", [*package.__path__, str(file.parent)])
        name = path.removesuffix(".py").replace("/", ".")
        monkeypatch.delitem(importlib.sys.modules, name, raising=False)

    return add


def test_the_page_names_a_folder_for_each_thing():
    folders = re.findall(r"^\| a[n]? .*? \| `([\w./<>-]+)` \|", PAGE, re.MULTILINE)
    assert len(folders) == 7
    assert all((ROOT / folder.partition("<")[0]).is_dir() for folder in folders)
    assert len(EXAMPLES) == len(folders)


def test_a_requirement_is_an_entry(tmp_path):
    (tmp_path / "teapots.toml").write_text(EXAMPLES["specs/requirements/api-v2/teapots.toml"])
    (requirement,) = load_requirements(root=tmp_path)
    assert (requirement.id, requirement.level) == ("TEA-01", Level.SHOULD)


@pytest.mark.parametrize(
    ("path", "package", "root", "attribute", "kind"),
    [
        ("conformance/checks/teapots.py", checks, checks, "CHECKS", Check),
        ("conformance/probes/headers/teapots.py", headers, probes, "PROBES", Probe),
        ("reports/formats/teapot.py", formats, formats, "FORMATS", Format),
        ("conformance/safety/kinds/kitchen.py", kinds, kinds, "KINDS", Rules),
    ],
)
def test_a_file_in_the_package_is_found(added, path, package, root, attribute, kind):
    before = collect_members(root, attribute, kind)
    added(path, package)
    assert len(collect_members(root, attribute, kind)) == len(before) + 1


def test_a_seeded_fault_is_a_file(added):
    added("conformance/mock_server/faults/tea_pot.py", faults)
    faults.load_faults.cache_clear()
    try:
        assert faults.load_faults()["tea-pot"].about == "The server is a teapot for one list."
    finally:
        faults.load_faults.cache_clear()


def test_a_strategy_is_a_file(added):
    import strategies

    added("strategies/teapots.py", strategies)
    teas = importlib.import_module("strategies.teapots").teas()
    assert find(teas, lambda tea: tea.startswith("s")) == "sencha"
