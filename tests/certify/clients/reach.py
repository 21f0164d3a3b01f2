"""The tasks that a change of the sample client reaches: those that run a function which differs."""

import ast
from collections.abc import Iterator

from conformance.certify.api_clients.tasks import TASKS

_CLASS = "Client"  # whose methods count as functions


def find_reached_tasks(original: str, changed: str) -> frozenset[str]:
    """Return the tasks that use a function which differs between two programs, all where anything else differs."""
    before, after = _dump_units(ast.parse(original)), _dump_units(ast.parse(changed))
    different = {name for name in before | after if before.get(name) != after.get(name)}
    if "" in different:
        return frozenset(TASKS)
    uses = _collect_uses(ast.parse(changed))
    return frozenset(task for task in TASKS if different & _collect_reachable(task, uses))


def _iterate_functions(program: ast.Module) -> Iterator[ast.FunctionDef]:
    for node in program.body:
        if isinstance(node, ast.FunctionDef):
            yield node
        elif isinstance(node, ast.ClassDef) and node.name == _CLASS:
            yield from (method for method in node.body if isinstance(method, ast.FunctionDef))


def _dump_units(program: ast.Module) -> dict[str, str]:
    """Return the code of each function by its name, and everything else under an empty name."""
    functions = list(_iterate_functions(program))
    units = {function.name: ast.dump(function) for function in functions}
    for function in functions:
        function.body, function.args = [], ast.arguments([], [], None, [], [], None, [])
    return {**units, "": ast.dump(program)}


def _collect_uses(program: ast.Module) -> dict[str, set[str]]:
    """Return the names that each function uses; constructing the client uses its `__init__`."""
    uses = {
        function.name: {
            node.id if isinstance(node, ast.Name) else node.attr
            for node in ast.walk(function)
            if isinstance(node, ast.Name | ast.Attribute)
        }
        for function in _iterate_functions(program)
    }
    for task in TASKS:
        uses.setdefault(task, set()).add("__init__")
    return uses


def _collect_reachable(task: str, uses: dict[str, set[str]]) -> set[str]:
    reached, new = set[str](), {task}
    while new:
        reached |= new
        new = {name for one in new for name in uses.get(one, ())} & set(uses) - reached
    return reached
