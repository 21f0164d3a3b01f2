"""One public class name, one class: a reader who meets a name knows which class is meant."""

import ast
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("conformance", "strategies", "specs", "reports")
# One module a seeded fault or reading: their classes are found by their place, not by their name.
EXCLUDED = (ROOT / "conformance/mock_server/faults", ROOT / "conformance/mock_server/readings")
# Name -> reason why several classes have it.
EXCEPTIONS: dict[str, str] = {}


def find_classes() -> dict[str, list[str]]:
    """Return the modules of each public class by its name; private classes and classes in functions are left out."""
    modules = defaultdict(list)
    for package in PACKAGES:
        for file in sorted((ROOT / package).rglob("*.py")):
            if not any(folder in file.parents for folder in EXCLUDED):
                for node in ast.parse(file.read_text(encoding="utf-8")).body:
                    if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                        modules[node.name].append(file.relative_to(ROOT).as_posix())
    return modules


def test_each_public_class_name_stands_for_one_class():
    repeated = {name: files for name, files in find_classes().items() if len(files) > 1}
    assert {name: files for name, files in repeated.items() if name not in EXCEPTIONS} == {}


def test_every_exception_is_needed():
    classes = find_classes()
    assert [name for name in EXCEPTIONS if len(classes.get(name, ())) < 2] == []
