"""Requirements, checks and probes are held against each other before anything is planned."""

import msgspec
import pytest

from conformance.checks import Check
from conformance.errors import PlanError
from conformance.model import Kind, Level
from conformance.plan import Catalogue
from conformance.plan import catalogue as module
from conformance.plan.planner import level_of
from conformance.probes import Probe
from specs.catalogue import requirements


@pytest.fixture
def offering(monkeypatch):
    """Replaces what the packages of checks and probes offer."""

    def offer(checks=(), probes=()):
        monkeypatch.setattr(module, "collect", lambda package, name, kind: tuple(checks if kind is Check else probes))

    return offer


def probe(name, *ids):
    return Probe(name, ids, lambda o, m: True, lambda o, m: (), lambda o, s: iter(()))


def one(**changes):
    first = next(each for each in requirements() if each.id == "EXP-04")
    return msgspec.structs.replace(first, **changes)


def test_what_is_offered_is_found(catalogue):
    assert {"read", "expansion", "pagination"} <= set(catalogue.probes)
    assert {"RSP-01", "ERR-03", "LIM-01"} <= catalogue.judged_passively()
    assert not {each.family for each in catalogue.requirements.values()} & module.PARTNER


def test_every_requirement_is_judged_or_says_why_not(catalogue):
    for each in catalogue.requirements.values():
        probed = any(each.id in probe.requirements for probe in catalogue.probes.values())
        judged = probed or each.id in catalogue.judged_passively()
        if each.not_tested:
            assert not judged, f"{each.id} says that it is not tested, but something judges it"
        assert bool(catalogue.untested(each)) is not (judged or each.kind in {Kind.STATIC, Kind.RUN})


def test_a_reason_of_its_own_comes_first(offering):
    offering()
    known = Catalogue.of((one(not_tested="too dear"), one(id="EXP-05", not_tested="")))
    assert known.untested(known.requirements["EXP-04"]) == "too dear"
    assert "no probe" in known.untested(known.requirements["EXP-05"])


@pytest.mark.parametrize(
    "offered",
    [{"probes": [probe("lost", "EXP-04", "NIX-01")]}, {"checks": [Check(("NIX-01",), lambda a, s: iter(()))]}],
)
def test_a_requirement_that_nobody_knows_is_refused(offering, offered):
    offering(**offered)
    with pytest.raises(PlanError, match="judges NIX-01") as told:
        Catalogue.of((one(),))
    assert told.value.hint


def test_a_requirement_of_partners_is_none_of_the_api(offering):
    offering(probes=[probe("lost", "W01")])
    with pytest.raises(PlanError, match="W01"):
        Catalogue.of(requirements())


def test_a_selector_that_nobody_knows_is_refused():
    with pytest.raises(PlanError, match="'sometimes'") as told:
        Catalogue.of((*(each for each in requirements() if each.id != "EXP-04"), one(applies="sometimes")))
    assert "expandable" in told.value.hint


def test_two_probes_of_one_name_are_refused(offering):
    offering(probes=[probe("twin", "EXP-04"), probe("other", "EXP-04"), probe("twin", "EXP-04")])
    with pytest.raises(PlanError, match="two probes are called twin"):
        Catalogue.of((one(),))


def test_a_requirement_that_nobody_knows_is_not_played_down(catalogue):
    assert level_of(catalogue, "NIX-01") is Level.MUST
    assert level_of(catalogue, "RSP-06") is Level.SHOULD
