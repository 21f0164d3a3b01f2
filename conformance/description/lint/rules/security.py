"""Rules for security (DSC-02, DSC-03): schemes and scopes are defined, flows grant scopes, operations name them."""

from collections.abc import Iterator
from typing import Any

from conformance.description import pointers
from conformance.description.lint.context import Reading
from conformance.description.lint.finding import Hit, Rule
from conformance.description.schemas import Node
from conformance.model import Level


def _get_schemes(reading: Reading) -> dict[str, Any]:
    components: dict[str, Any] = reading.document.get("components") or {}
    return components.get("securitySchemes") or {}


def _list_required_schemes(reading: Reading) -> Iterator[tuple[str, str, list[str]]]:
    """Yield each required scheme: its place, its name, the scopes."""
    for node in (Node(reading.document, "#"), *reading.every("operation")):
        for index, alternative in enumerate(node.get("security") or ()):
            for name, scopes in alternative.items():
                yield pointers.join(node.pointer, "security", index, name), name, scopes


def _find_unknown_schemes(reading: Reading) -> Iterator[Hit]:
    known = _get_schemes(reading)
    for at, name, _ in _list_required_schemes(reading):
        if name not in known:
            yield Hit(at, f"no security scheme is called {name}", " or ".join(known), name, kind=name)


def _find_unknown_scopes(reading: Reading) -> Iterator[Hit]:
    schemes = _get_schemes(reading)
    for at, name, scopes in _list_required_schemes(reading):
        flows = (schemes.get(name) or {}).get("flows")
        if flows is None:
            continue
        defined = {scope for flow in flows.values() for scope in flow.get("scopes") or {}}
        for index, scope in enumerate(scopes):
            if scope not in defined:
                message = f"no flow of {name} defines the scope {scope}"
                yield Hit(pointers.join(at, index), message, "a defined scope", scope, kind=scope)


def _find_empty_flows(reading: Reading) -> Iterator[Hit]:
    for name, scheme in _get_schemes(reading).items():
        flows = scheme.get("flows") or {}
        others = any(flow.get("scopes") for flow in flows.values())
        for flow, value in flows.items():
            if others and not value.get("scopes"):
                at = pointers.join("#/components/securitySchemes", name, "flows", flow, "scopes")
                yield Hit(at, f"the flow {flow} defines no scope, so that it can grant nothing")


def _find_missing_scopes(reading: Reading) -> Iterator[Hit]:
    for operation in reading.operations:
        if operation.security and not any(
            requirement.scopes for alternative in operation.security for requirement in alternative
        ):
            message = "any token is accepted: no scope is named, although other operations name theirs"
            if "security" not in operation.node.value:
                yield Hit(operation.node.pointer, f"{operation.key}: {message}")


RULES = (
    Rule("scheme-unknown", "DSC-02", Level.MUST, "A security scheme is not defined.", _find_unknown_schemes),
    Rule("scope-unknown", "DSC-03", Level.MUST, "A scope is not defined by any flow.", _find_unknown_scopes),
    Rule("flow-empty", "", Level.SHOULD, "A flow defines no scope.", _find_empty_flows),
    Rule("scope-missing", "", Level.MAY, "An operation names no scope.", _find_missing_scopes),
)
