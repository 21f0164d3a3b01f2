"""The catalogue validates requirements, checks and probes before anything is planned."""

import msgspec
import pytest

from conformance.checks import Check
from conformance.errors import PlanError
from conformance.model import Kind, Level
from conformance.plan import Catalogue
from conformance.plan import catalogue as module
from conformance.probes import Probe
from specs.catalogue import load_requirements


@pytest.fixture
def offer(monkeypatch):
    """Return a function that replaces the checks and probes of the packages."""

    def replace(checks=(), probes=()):
        monkeypatch.setattr(
            module, "collect_members", lambda package, name, kind: tuple(checks if kind is Check else probes)
        )

    return replace


def probe(name, *ids):
    return Probe(name, ids, lambda o, m: True, lambda o, m: (), lambda o, s: iter(()))


def requirement(**changes):
    first = next(requirement for requirement in load_requirements() if requirement.id == "EXP-04")
    return msgspec.structs.replace(first, **changes)


def test_the_catalogue_collects_all_probes_and_checks(catalogue):
    assert {"read", "expand", "pagination"} <= set(catalogue.probes)
    assert {"RSP-01", "ERR-03", "LIM-01"} <= catalogue.find_passive_requirements()
    assert not {requirement.family for requirement in catalogue.requirements.values()} & module.PARTNER_FAMILIES


def test_every_requirement_is_judged_or_has_a_reason(catalogue):
    for requirement in catalogue.requirements.values():
        is_probed = any(requirement.id in probe.requirements for probe in catalogue.probes.values())
        is_judged = is_probed or requirement.id in catalogue.find_passive_requirements()
        if requirement.not_tested:
            assert not is_judged, f"{requirement.id} is marked as not tested, but something judges it"
        assert bool(catalogue.explain_untested(requirement)) is not (
            is_judged or requirement.kind in {Kind.STATIC, Kind.RUN}
        )


def test_the_reason_of_the_requirement_comes_first(offer):
    offer()
    known = Catalogue.collect((requirement(not_tested="too dear"), requirement(id="EXP-05", not_tested="")))
    assert known.explain_untested(known.requirements["EXP-04"]) == "too dear"
    assert "no probe" in known.explain_untested(known.requirements["EXP-05"])


@pytest.mark.parametrize(
    "offered",
    [{"probes": [probe("lost", "EXP-04", "NIX-01")]}, {"checks": [Check(("NIX-01",), lambda a, s: iter(()))]}],
)
def test_an_unknown_requirement_is_refused(offer, offered):
    offer(**offered)
    with pytest.raises(PlanError, match="judges NIX-01") as raised:
        Catalogue.collect((requirement(),))
    assert raised.value.hint


def test_a_requirement_that_binds_partners_is_refused(offer):
    offer(probes=[probe("lost", "W01")])
    with pytest.raises(PlanError, match="W01"):
        Catalogue.collect(load_requirements())


def test_an_unknown_selector_is_refused():
    others = (requirement for requirement in load_requirements() if requirement.id != "EXP-04")
    with pytest.raises(PlanError, match="'sometimes'") as raised:
        Catalogue.collect((*others, requirement(applies="sometimes")))
    assert "expandable" in raised.value.hint


def test_two_probes_of_one_name_are_refused(offer):
    offer(probes=[probe("twin", "EXP-04"), probe("other", "EXP-04"), probe("twin", "EXP-04")])
    with pytest.raises(PlanError, match="two probes are called twin"):
        Catalogue.collect((requirement(),))


def test_an_unknown_requirement_counts_as_must(catalogue):
    assert catalogue.get_level("NIX-01") is Level.MUST
    assert catalogue.get_level("RSP-06") is Level.SHOULD


def test_an_unknown_basis_is_refused(offer):
    offer()
    with pytest.raises(PlanError, match="EXP-04 has an unknown basis: 'tea leaves'"):
        Catalogue.collect((requirement(basis=("tea leaves",)),))


@pytest.mark.parametrize(
    ("implications", "message"),
    [
        ({"EXP-04": ("EXP-99",), "EXP-05": ()}, "EXP-04 implies EXP-99, which"),
        ({"EXP-04": ("EXP-05",), "EXP-05": ("EXP-04",)}, "EXP-04 implies itself, by way of EXP-05"),
        ({"EXP-04": ("EXP-04",), "EXP-05": ()}, "EXP-04 implies itself, by way of EXP-04"),
    ],
)
def test_implications_are_checked(offer, implications, message):
    offer()
    with pytest.raises(PlanError, match=message):
        Catalogue.collect(tuple(requirement(id=name, implies=implied) for name, implied in implications.items()))
