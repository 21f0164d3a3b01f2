"""Rules for security (DSC-02, DSC-03): schemes and scopes are defined, flows grant scopes, operations name them."""

from collections.abc import Iterator
from typing import Any

from conformance.description import pointers
from conformance.description.lint.context import LintContext
from conformance.description.lint.finding import LintRule, RuleViolation
from conformance.description.schemas import DocumentNode
from conformance.model import Level


def _get_schemes(reading: LintContext) -> dict[str, Any]:
    components: dict[str, Any] = reading.document.get("components") or {}
    return components.get("securitySchemes") or {}


def _list_required_schemes(reading: LintContext) -> Iterator[tuple[str, str, list[str]]]:
    """Yield each required scheme: its place, its name, the scopes."""
    for node in (DocumentNode(reading.document, "#"), *reading.list_objects("operation")):
        for index, alternative in enumerate(node.get("security") or ()):
            for name, scopes in alternative.items():
                yield pointers.join(node.pointer, "security", index, name), name, scopes


def _find_unknown_schemes(reading: LintContext) -> Iterator[RuleViolation]:
    known = _get_schemes(reading)
    for at, name, _ in _list_required_schemes(reading):
        if name not in known:
            yield RuleViolation(at, f"no security scheme is called {name}", " or ".join(known), name, kind=name)


def _find_unknown_scopes(reading: LintContext) -> Iterator[RuleViolation]:
    schemes = _get_schemes(reading)
    for at, name, scopes in _list_required_schemes(reading):
        flows = (schemes.get(name) or {}).get("flows")
        if flows is None:
            continue
        defined = {scope for flow in flows.values() for scope in flow.get("scopes") or {}}
        for index, scope in enumerate(scopes):
            if scope not in defined:
                message = f"no flow of {name} defines the scope {scope}"
                yield RuleViolation(pointers.join(at, index), message, "a defined scope", scope, kind=scope)


def _find_empty_flows(reading: LintContext) -> Iterator[RuleViolation]:
    for name, scheme in _get_schemes(reading).items():
        flows = scheme.get("flows") or {}
        others = any(flow.get("scopes") for flow in flows.values())
        for flow, value in flows.items():
            if others and not value.get("scopes"):
                at = pointers.join("#/components/securitySchemes", name, "flows", flow, "scopes")
                yield RuleViolation(at, f"the flow {flow} defines no scope, so that it can grant nothing")


def _find_missing_scopes(reading: LintContext) -> Iterator[RuleViolation]:
    if not any(operation.scopes for operation in reading.model.operations):
        return
    for operation in reading.operations:
        if operation.security and not any(
            requirement.scopes for alternative in operation.security for requirement in alternative
        ):
            message = "any token is accepted: no scope is named, although other operations name theirs"
            if "security" not in operation.node.value:
                yield RuleViolation(operation.node.pointer, f"{operation.key}: {message}")


RULES = (
    LintRule("scheme-unknown", "DSC-02", Level.MUST, "A security scheme is not defined.", _find_unknown_schemes),
    LintRule("scope-unknown", "DSC-03", Level.MUST, "A scope is not defined by any flow.", _find_unknown_scopes),
    LintRule("flow-empty", "", Level.SHOULD, "A flow defines no scope.", _find_empty_flows),
    LintRule("scope-missing", "", Level.MAY, "An operation names no scope.", _find_missing_scopes),
)
