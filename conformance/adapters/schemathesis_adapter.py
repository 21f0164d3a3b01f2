"""schemathesis as a generator of requests; every name of it is used here only and has a contract test.

Its configuration is always given, since it otherwise searches parent directories for files. Its own headers are
removed, since one of them is random.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from hashlib import sha256
from typing import Any, NamedTuple

import hypothesis
import requests
import schemathesis
from hypothesis.errors import Unsatisfiable
from hypothesis.strategies import SearchStrategy

from conformance.adapters.generated_case import GeneratedCase, GenerationMode, GenerationPhase
from conformance.adapters.simplification import simplify_document
from conformance.description import Description
from conformance.model import Headers, Operation, Request

KnownValues = Mapping[str, Sequence[Any]]
SchemathesisCase = schemathesis.Case[Any]

_WEBHOOKS = "/webhooks/"
_HOST = "http://generated.invalid"
_BOUNDARY = re.compile(r"(?<=multipart/form-data; boundary=)[0-9a-f]{32}$")
_OWN_HEADERS = {"user-agent", "accept-encoding", "connection", "content-length", "x-schemathesis-testcaseid", "accept"}
_MODES = {
    GenerationMode.POSITIVE: schemathesis.GenerationMode.POSITIVE,
    GenerationMode.NEGATIVE: schemathesis.GenerationMode.NEGATIVE,
}
# Undocumented methods have a probe of their own.
_CONFIG: dict[str, Any] = {"phases": {"coverage": {"unexpected-methods": []}}}


class SchemathesisAdapter:
    """Generated cases of one description, operation by operation. Building one takes some tenths of a second.

    `formats` maps names of string formats to strategies. They hold for the whole process, since schemathesis keeps one
    registry.
    """

    def __init__(self, description: Description, formats: Mapping[str, SearchStrategy[str]]) -> None:
        for name, strategy in formats.items():
            schemathesis.openapi.format(name, strategy)
        self._document = description.document
        self._schema = _load_schema(simplify_document(_remove_cursors(description), description.dereference))

    @cached_property
    def _webhooks(self) -> schemathesis.BaseSchema:
        return _load_schema(_convert_webhooks(self._document))

    def generate_coverage_cases(
        self, operation: Operation, *, known: KnownValues | None = None
    ) -> Iterator[GeneratedCase]:
        """Yield cases enumerated from the schemas, positive and negative, with one feature or defect each.

        The cases are the same in every run. `known` holds real values by name of a parameter or of a property of the
        body; they replace generated ones in turn, except where the case is about that value.
        """
        api_operation = self._schema[operation.path][operation.method]
        cases = self._schema.iter_coverage_cases(
            api_operation,
            generation_modes=list(_MODES.values()),
            generation_config=self._schema.config.generation_for(operation=api_operation, phase="coverage"),
        )
        converter = _CaseConverter(operation.key, GenerationPhase.COVERAGE, known or {})
        yield from (generated for case in cases if (generated := converter.convert(case)))

    def generate_fuzzing_cases(  # noqa: PLR0913 - options by name
        self,
        operation: Operation,
        *,
        mode: GenerationMode,
        seed: int,
        examples: int,
        known: KnownValues | None = None,
        is_wanted: Callable[[GeneratedCase], bool] = lambda _: True,
    ) -> tuple[GeneratedCase, ...]:
        """Draw at most `examples` cases that `is_wanted` accepts, the same ones for one seed.

        The result is empty if the schemas admit no case. Drawing is slow: it ends with the last case accepted, or after
        `2 * examples` draws.
        """
        strategy = self._schema[operation.path][operation.method].as_strategy(generation_mode=_MODES[mode])
        converter = _CaseConverter(operation.key, GenerationPhase.FUZZING, known or {})
        return _draw_cases(strategy, converter, seed, examples, is_wanted)

    def generate_deliveries(
        self, name: str, *, mode: GenerationMode, seed: int, examples: int
    ) -> tuple[GeneratedCase, ...]:
        """Draw at most `examples` deliveries of a webhook, as `fuzzing` does; their target is `/webhooks/NAME`."""
        strategy = self._webhooks[_WEBHOOKS + name]["POST"].as_strategy(generation_mode=_MODES[mode])
        converter = _CaseConverter(f"POST {_WEBHOOKS}{name}", GenerationPhase.FUZZING, {})
        return _draw_cases(strategy, converter, seed, examples, lambda _: True)


def _load_schema(document: Mapping[str, Any]) -> schemathesis.BaseSchema:
    return schemathesis.openapi.from_dict(dict(document), config=schemathesis.Config.from_dict(_CONFIG))


def _remove_cursors(description: Description) -> dict[str, Any]:
    """Return the document without cursors: only a list knows its cursors, and one parameter hides the other."""
    paths = {path: dict(item) for path, item in description.document["paths"].items()}
    for operation in description.model.operations:
        if operation.pagination:
            cursors = {operation.pagination.after, operation.pagination.before}
            item, method = paths[operation.path], operation.method.lower()
            parameters = item[method].get("parameters", [])
            remaining = [
                parameter for parameter in parameters if description.dereference(parameter)["name"] not in cursors
            ]
            item[method] = {**item[method], "parameters": remaining}
    return {**description.document, "paths": paths}


def _convert_webhooks(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document with webhooks as paths, `/webhooks/NAME`: schemathesis generates for paths only.

    Nothing in it is read-only: the sender of a webhook owns what it sends.
    """
    webhooks = {_WEBHOOKS + name: item for name, item in document.get("webhooks", {}).items()}
    return {key: _remove_read_only(value) for key, value in {**document, "paths": webhooks}.items()}


def _remove_read_only(node: Any) -> Any:
    if isinstance(node, Mapping):
        return {
            key: _remove_read_only(value) for key, value in node.items() if not (key == "readOnly" and value is True)
        }
    return [_remove_read_only(item) for item in node] if isinstance(node, list) else node


class _EnoughCasesError(BaseException):
    """Ends drawing from inside; not an Exception, so that no handler on the way catches it."""


def _draw_cases(
    strategy: SearchStrategy[SchemathesisCase],
    converter: "_CaseConverter",
    seed: int,
    examples: int,
    is_wanted: Callable[[GeneratedCase], bool],
) -> tuple[GeneratedCase, ...]:
    """Draw values of a strategy, the same for one seed; `SearchStrategy.example` is not meant for programs."""
    cases: list[GeneratedCase] = []

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=2 * examples,
        database=None,
        deadline=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(strategy)
    def draw(case: SchemathesisCase) -> None:
        generated = converter.convert(case)
        if generated is not None and is_wanted(generated):
            cases.append(generated)
        if len(cases) >= examples:
            raise _EnoughCasesError

    with suppress(Unsatisfiable, _EnoughCasesError):
        draw()
    return tuple(cases)


class _CaseConverter:
    """Converts cases to requests, each once, and drops those that no HTTP message can carry."""

    def __init__(self, key: str, phase: GenerationPhase, known: KnownValues) -> None:
        self._key, self._phase, self._known = key, phase, known
        self._seen: set[Request] = set()
        self._index = -1

    def convert(self, case: SchemathesisCase) -> GeneratedCase | None:
        """Return the case as the harness represents it; None if it is a repetition or cannot be sent."""
        self._index += 1
        about = _CaseInfo.from_case(case)
        _insert_known_values(case, about, self._known, self._index)
        request = _prepare_request(self._key, case)
        if request is None or request in self._seen:
            return None
        self._seen.add(request)
        return GeneratedCase(self._key, about.mode, self._phase, request, about.place, about.note)


class _CaseInfo(NamedTuple):
    """The metadata of a case."""

    mode: GenerationMode
    place: str
    note: str

    @classmethod
    def from_case(cls, case: SchemathesisCase) -> "_CaseInfo":
        """Read the metadata, which every generated case has."""
        if case.meta is None:
            raise TypeError(f"schemathesis generated {case} without metadata")
        data = case.meta.phase.data
        location = data.parameter_location.value if data.parameter_location else ""
        has_name = location and location != "body" and data.parameter
        place = f"{location}:{data.parameter}" if has_name else location
        return cls(GenerationMode(case.meta.generation.mode.value), place, data.description or "")


def _insert_known_values(case: SchemathesisCase, about: _CaseInfo, known: KnownValues, index: int) -> None:
    """Replace generated values by known ones, in turn; the value that the case is about stays."""
    has_invalid_body = about.mode is GenerationMode.NEGATIVE and about.place == "body"
    body = case.body if isinstance(case.body, dict) and not has_invalid_body else {}
    containers = {"path": case.path_parameters, "query": case.query, "header": case.headers, "body": body}
    for location, container in containers.items():
        for name in [
            parameter for parameter in container if known.get(parameter) and f"{location}:{parameter}" != about.place
        ]:
            container[name] = known[name][index % len(known[name])]


def _prepare_request(key: str, case: SchemathesisCase) -> Request | None:
    """Return the request as `requests` would send it, or None if it refuses to."""
    try:
        prepared = requests.Request(**case.as_transport_kwargs(base_url=_HOST)).prepare()
    except (requests.RequestException, ValueError):
        return None
    headers, body = _fix_boundary(_filter_headers(prepared.headers), _encode_body(prepared.body))
    return Request(operation=key, method=case.method, target=prepared.path_url, headers=headers, body=body)


def _fix_boundary(headers: Headers, body: bytes) -> tuple[Headers, bytes]:
    """Replace the random boundary of a multipart body by one derived from its content."""
    for name, value in headers:
        match = _BOUNDARY.search(value) if name.lower() == "content-type" else None
        if match and match[0].encode() in body:
            old_boundary = match[0].encode()
            new_boundary = sha256(body.replace(old_boundary, b"")).hexdigest()[: len(old_boundary)]
            new_headers = tuple(
                (header_name, header_value.replace(match[0], new_boundary) if header_name == name else header_value)
                for header_name, header_value in headers
            )
            return new_headers, body.replace(old_boundary, new_boundary.encode())
    return headers, body


def _filter_headers(headers: Mapping[str, str | bytes]) -> Headers:
    texts = ((name, value.decode("latin-1") if isinstance(value, bytes) else value) for name, value in headers.items())
    return tuple((name, value) for name, value in texts if name.lower() not in _OWN_HEADERS)


def _encode_body(body: object) -> bytes:
    if isinstance(body, str):
        return body.encode()
    return body if isinstance(body, bytes) else b""
