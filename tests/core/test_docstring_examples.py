"""Examples in docstrings, executed as doctests.

An example without output shows usage: it must run, whatever it returns. An example with output must give it. The names
that an example uses and does not import are those that a test of a partner has at hand.
"""

import doctest
import importlib
import pkgutil
from collections.abc import Callable, Iterator
from functools import partial
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis.stateful import run_state_machine_as_test

import strategies
from conformance.adapters.schemathesis_adapter import SchemathesisAdapter
from conformance.description import load_description
from conformance.validation import SchemaValidators, SecondOpinion

PACKAGES = ("conformance", "strategies", "specs", "reports")
MIN_EXAMPLES = 27  # as many as there were in November 2026: fewer means that some are no longer collected


class LenientChecker(doctest.OutputChecker):
    """Accepts any output of an example that states none."""

    def check_output(self, want: str, got: str, optionflags: int) -> bool:
        return not want or super().check_output(want, got, optionflags)


def list_modules() -> Iterator[str]:
    for name in PACKAGES:
        yield name
        for module in pkgutil.walk_packages(importlib.import_module(name).__path__, f"{name}."):
            if not module.name.endswith(".__main__"):
                yield module.name


def find_doctests() -> list[doctest.DocTest]:
    finder = doctest.DocTestFinder(exclude_empty=True)
    doctests = [example for name in list_modules() for example in finder.find(importlib.import_module(name), name)]
    return [example for example in doctests if example.examples]


DOCTESTS = find_doctests()
# The operation that the examples of a module mean by `operation`; elsewhere it is one with a body.
OPERATIONS = {
    "strategies.expansions": "GET /evses",
    "strategies.filters": "GET /charging_sub_sessions",
    "strategies.pages": "GET /evses",
}
# Examples that are compiled and not run, with the reason.
COMPILED_ONLY = {
    "strategies.workflows.scripts": "needs a server that keeps what it is sent",
    "strategies.workflows.workflows": "needs a server that keeps what it is sent",
}


def respond(status: int) -> Callable[..., SimpleNamespace]:
    """Return a method of a client that always receives this status, and one charging session."""
    session = {"id": "chgs01HSH04KDEWF6Z4DB2J77J74K5", "energy_delivered_watt_hours": 100}
    return lambda *_arguments, **_options: SimpleNamespace(json=lambda: [session], status_code=status)


@pytest.fixture(scope="module")
def namespace(tmp_path_factory) -> dict[str, Any]:
    """Return what a partner's test has at hand: the description, validators, a client, and what that read before."""
    description = load_description(cache_dir=tmp_path_factory.mktemp("cache"))
    validators = SchemaValidators(description)
    model = "https://api.ev.energy/v2/vehicle_models/vmdl01HSH04KDEWF6Z4DB2J77J74K5"
    user = "https://api.ev.energy/v2/users/user01HSH04KDEWF6Z4DB2J77J74K5"
    event = "charging_sub_session.ended"
    schema = strategies.schema_of_webhook(validators, event)
    return {
        **vars(strategies),
        "client": SimpleNamespace(get=respond(200), post=respond(400)),
        "deliver": respond(400),
        "description": description,
        "door": partial(SchemathesisAdapter, formats={}),
        "event": event,
        "given": given,
        "lifecycle": next(entry for entry in strategies.lifecycles(description.model) if entry.resource == "vehicles"),
        "me": user,
        "model": description.model,
        "models": [model],
        "opinion": SecondOpinion(description),
        "page": [{"id": "evse01HSH04KDEWF6Z4DB2J77J74K5"}],
        "payload": strategies.sample(validators, schema, known={"type": [event]}),
        "quote": quote,
        "run_state_machine_as_test": run_state_machine_as_test,
        "send": respond(400),
        "settings": settings,
        "test_that_has_a_seed": lambda: None,
        "user": {"url": user},
        "validators": validators,
    }


@pytest.mark.parametrize("example", DOCTESTS, ids=lambda example: example.name)
def test_docstring_example_runs(example, namespace):
    if example.name in COMPILED_ONLY:
        for part in example.examples:
            compile(part.source, example.name, "exec")
        return
    module = example.name.rpartition(".")[0]
    operation = namespace["description"].model.operations_by_key[OPERATIONS.get(module, "POST /vehicles")]
    own = {"model": {"url": namespace["models"][0]}} if module == "strategies.samples" else {}
    example.globs = {**namespace, "operation": operation, **own, **example.globs}
    output: list[str] = []
    flags = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    result = doctest.DocTestRunner(LenientChecker(), verbose=False, optionflags=flags).run(example, out=output.append)
    assert result.failed == 0, "".join(output)


def test_no_docstring_example_is_lost():
    assert sum(len(example.examples) for example in DOCTESTS) >= MIN_EXAMPLES
