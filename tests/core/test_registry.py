"""Collection of the members that a package offers."""

import sys

import pytest

from conformance.tools.registry import collect_members


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Return a function that writes a package of modules and imports it."""

    def make(name, **modules):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "__init__.py").write_text("")
        for module, text in modules.items():
            (folder / f"{module}.py").write_text(text)
        monkeypatch.syspath_prepend(tmp_path)
        for known in [module_name for module_name in sys.modules if module_name.partition(".")[0] == name]:
            monkeypatch.delitem(sys.modules, known)
        return __import__(name)

    return make


def test_members_come_in_the_order_of_modules_and_of_their_tuples(package):
    members = package("offering", b="THINGS = ('3',)", a="THINGS = ('1', '2')", c="OTHERS = (5,)")
    assert collect_members(members, "THINGS", str) == ("1", "2", "3")


def test_a_member_of_another_type_is_refused_by_name(package):
    package_name = package("misleading", a="THINGS = ('1', 2)")
    with pytest.raises(TypeError, match=r"misleading\.a\.THINGS must hold instances of str only, got 2"):
        collect_members(package_name, "THINGS", str)


def test_a_module_that_breaks_is_not_passed_over(package):
    package_name = package("breaking", a="raise RuntimeError('broken')")
    with pytest.raises(RuntimeError, match="broken"):
        collect_members(package_name, "THINGS", str)
