"""Positive cases drawn by our own strategies: many values together, each at an edge of its schema."""

from typing import Any
from urllib.parse import quote, urlencode

import hypothesis
import msgspec
from hypothesis import strategies as st

from conformance.adapters import GeneratedCase, GenerationMode, GenerationPhase
from conformance.model import Operation, Request
from conformance.validation import SchemaValidators
from strategies.bodies import bodies, find_body_schema
from strategies.determinism import exclude_local_constants
from strategies.queries import queries
from strategies.texts import fill_path

_DRAWN = 16  # of which those are sent that add something
_JSON = (("Content-Type", "application/json"),)


def draw_combinations(operation: Operation, validators: SchemaValidators, seed: int) -> list[GeneratedCase]:
    """Return cases that combine the parameters of a read, or the properties of a body, the same ones for one seed."""
    path = fill_path(validators.description, operation)
    if find_body_schema(operation):
        drawn = _draw(bodies(validators, operation), operation.key, seed)
        return [_build_case(operation, path, msgspec.json.encode(body)) for body in drawn]
    if not any(parameter.location == "query" for parameter in operation.parameters):
        return []
    drawn_queries = _draw(queries(validators.description, operation), operation.key, seed)
    return [_build_case(operation, _build_target(path, query)) for query in drawn_queries]


def _build_target(path: str, query: tuple[tuple[str, str], ...]) -> str:
    return f"{path}?{urlencode(query, quote_via=quote, safe=':,')}" if query else path


def _build_case(operation: Operation, target: str, body: bytes = b"") -> GeneratedCase:
    request = Request(operation.key, operation.method, target, _JSON if body else (), body)
    return GeneratedCase(
        operation.key, GenerationMode.POSITIVE, GenerationPhase.COMBINATION, request, note="Values at edges together"
    )


def _draw(strategy: st.SearchStrategy[Any], key: str, seed: int) -> list[Any]:
    """Return values of a strategy, the same for one seed and operation."""
    values: list[Any] = []

    @hypothesis.seed(f"{key} {seed}")
    @hypothesis.settings(
        max_examples=_DRAWN,
        database=None,
        deadline=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(strategy)
    def keep(value: Any) -> None:
        values.append(value)

    with exclude_local_constants():
        keep()
    return values
