"""DSC-02 and DSC-03: schemes and scopes are defined; and what else goes wrong with security."""

from collections.abc import Iterator
from typing import Any

from conformance.description import pointers
from conformance.description.lint.finding import Hit, Rule
from conformance.description.lint.reading import Reading
from conformance.description.schemas import Node
from conformance.model import Level


def _schemes(reading: Reading) -> dict[str, Any]:
    components: dict[str, Any] = reading.document.get("components") or {}
    return components.get("securitySchemes") or {}


def _required(reading: Reading) -> Iterator[tuple[str, str, list[str]]]:
    """Each scheme that something requires: where, its name, the scopes."""
    for node in (Node(reading.document, "#"), *reading.every("operation")):
        for index, alternative in enumerate(node.get("security") or ()):
            for name, scopes in alternative.items():
                yield pointers.join(node.pointer, "security", index, name), name, scopes


def _unknown_schemes(reading: Reading) -> Iterator[Hit]:
    known = _schemes(reading)
    for at, name, _ in _required(reading):
        if name not in known:
            yield Hit(at, f"no security scheme is called {name}", " or ".join(known), name, kind=name)


def _unknown_scopes(reading: Reading) -> Iterator[Hit]:
    schemes = _schemes(reading)
    for at, name, scopes in _required(reading):
        flows = (schemes.get(name) or {}).get("flows")
        if flows is None:
            continue
        defined = {scope for flow in flows.values() for scope in flow.get("scopes") or {}}
        for index, scope in enumerate(scopes):
            if scope not in defined:
                message = f"no flow of {name} defines the scope {scope}"
                yield Hit(pointers.join(at, index), message, "a defined scope", scope, kind=scope)


def _empty_flows(reading: Reading) -> Iterator[Hit]:
    for name, scheme in _schemes(reading).items():
        flows = scheme.get("flows") or {}
        others = any(flow.get("scopes") for flow in flows.values())
        for flow, value in flows.items():
            if others and not value.get("scopes"):
                at = pointers.join("#/components/securitySchemes", name, "flows", flow, "scopes")
                yield Hit(at, f"the flow {flow} defines no scope, so that it can grant nothing")


def _inherited(reading: Reading) -> Iterator[Hit]:
    for each in reading.operations:
        if each.security and not any(need.scopes for way in each.security for need in way):
            message = "any token will do: no scope is named, though other operations name theirs"
            if "security" not in each.node.value:
                yield Hit(each.node.pointer, f"{each.key}: {message}")


RULES = (
    Rule("scheme-unknown", "DSC-02", Level.MUST, "A security scheme is not defined.", _unknown_schemes),
    Rule("scope-unknown", "DSC-03", Level.MUST, "A scope is not defined by any flow.", _unknown_scopes),
    Rule("flow-empty", "", Level.SHOULD, "A flow defines no scope.", _empty_flows),
    Rule("scope-missing", "", Level.MAY, "An operation names no scope.", _inherited),
)
