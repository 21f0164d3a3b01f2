"""Where a requirement or probe applies is stated once."""

from collections import defaultdict
from pathlib import Path

from conformance import probes
from conformance.applicability.selectors import SELECTORS
from conformance.description import load_description
from conformance.probes.toolkit.base import Probe
from conformance.tools.registry import collect_members

FOREIGN = Path(__file__).parents[1] / "foreign"
NARROWER = {
    "_is_create",
    "_is_update",
    "_has_undocumented_method",
    "is_json_write",
}  # differ from others on no operation here


def test_no_two_predicates_choose_the_same_operations():
    models = [load_description(path).model for path in (None, *sorted(FOREIGN.glob("*.yaml")))]
    of_probes = (probe.applies for probe in collect_members(probes, "PROBES", Probe) if not probe.is_api_wide)
    predicates = {each for each in (*SELECTORS.values(), *of_probes) if each.__name__ not in NARROWER}
    chosen = defaultdict(set)
    for predicate in predicates:
        operations = frozenset(
            (model.title, o.key) for model in models for o in model.operations if predicate(o, model)
        )
        chosen[operations].add(predicate.__qualname__)
    assert [names for operations, names in chosen.items() if operations and len(names) > 1] == []
