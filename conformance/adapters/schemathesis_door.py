"""schemathesis as a generator of requests; every name of it that we use is used here and has a contract test.

Its configuration is always given, since it looks for files up the tree otherwise. Its own headers are taken out again:
one of them is random.
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

from conformance.adapters.generated import GeneratedCase, Mode, Phase
from conformance.adapters.lean import lean
from conformance.description import Description
from conformance.model import Headers, Operation, Request

Known = Mapping[str, Sequence[Any]]
Case = schemathesis.Case[Any]

_WEBHOOKS = "/webhooks/"
_HOST = "http://generated.invalid"
_BOUNDARY = re.compile(r"(?<=multipart/form-data; boundary=)[0-9a-f]{32}$")
_OWN_HEADERS = {"user-agent", "accept-encoding", "connection", "content-length", "x-schemathesis-testcaseid", "accept"}
_MODES = {Mode.POSITIVE: schemathesis.GenerationMode.POSITIVE, Mode.NEGATIVE: schemathesis.GenerationMode.NEGATIVE}
# Undocumented methods have a probe of their own.
_CONFIG: dict[str, Any] = {"phases": {"coverage": {"unexpected-methods": []}}}


class Door:
    """Generated cases of one description, operation by operation. Building one takes some tenths of a second.

    `formats` are strategies by name of a string format, for this process as a whole: schemathesis keeps one registry.
    """

    def __init__(self, description: Description, formats: Mapping[str, SearchStrategy[str]]) -> None:
        for name, strategy in formats.items():
            schemathesis.openapi.format(name, strategy)
        self._document = description.document
        self._schema = _loaded(lean(_without_cursors(description), description.deref))

    @cached_property
    def _webhooks(self) -> schemathesis.BaseSchema:
        return _loaded(_webhooks_as_paths(self._document))

    def coverage(self, operation: Operation, *, known: Known | None = None) -> Iterator[GeneratedCase]:
        """Cases enumerated from the schemas, positive and negative, always the same, one trait or fault each.

        `known` gives real values by name of a parameter or of a property of the body; they take the place of generated
        ones in turn, except where the case is about that very value.
        """
        generator = self._schema[operation.path][operation.method]
        cases = self._schema.iter_coverage_cases(
            generator,
            generation_modes=list(_MODES.values()),
            generation_config=self._schema.config.generation_for(operation=generator, phase="coverage"),
        )
        requests = _Requests(operation.key, Phase.COVERAGE, known or {})
        yield from (made for case in cases if (made := requests.of(case)))

    def fuzzing(  # noqa: PLR0913 - options by name
        self,
        operation: Operation,
        *,
        mode: Mode,
        seed: int,
        examples: int,
        known: Known | None = None,
        wanted: Callable[[GeneratedCase], bool] = lambda _: True,
    ) -> tuple[GeneratedCase, ...]:
        """At most so many wanted cases drawn at random, the same for one seed; none where the schemas admit none.

        Drawing is dear: it ends with the last case that is wanted, or after twice as many draws.
        """
        strategy = self._schema[operation.path][operation.method].as_strategy(generation_mode=_MODES[mode])
        requests = _Requests(operation.key, Phase.FUZZING, known or {})
        return _drawn(strategy, requests, seed, examples, wanted)

    def webhook(self, name: str, *, mode: Mode, seed: int, examples: int) -> tuple[GeneratedCase, ...]:
        """At most so many deliveries of a webhook, drawn as by `fuzzing`; their target is `/webhooks/NAME`."""
        strategy = self._webhooks[_WEBHOOKS + name]["POST"].as_strategy(generation_mode=_MODES[mode])
        requests = _Requests(f"POST {_WEBHOOKS}{name}", Phase.FUZZING, {})
        return _drawn(strategy, requests, seed, examples, lambda _: True)


def _loaded(document: Mapping[str, Any]) -> schemathesis.BaseSchema:
    return schemathesis.openapi.from_dict(dict(document), config=schemathesis.Config.from_dict(_CONFIG))


def _without_cursors(description: Description) -> dict[str, Any]:
    """The document without `page_after` and `page_before`: lists alone make cursors, and one hides the other."""
    paths = {path: dict(item) for path, item in description.document["paths"].items()}
    for operation in description.model.operations:
        if operation.pagination:
            cursors = {operation.pagination.after, operation.pagination.before}
            item, method = paths[operation.path], operation.method.lower()
            parameters = item[method].get("parameters", [])
            kept = [each for each in parameters if description.deref(each)["name"] not in cursors]
            item[method] = {**item[method], "parameters": kept}
    return {**description.document, "paths": paths}


def _webhooks_as_paths(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document with its webhooks for paths, `/webhooks/NAME`: schemathesis generates for paths alone.

    Nothing in it is read-only: the sender of a webhook is the owner of what it sends.
    """
    hooks = {_WEBHOOKS + name: item for name, item in document.get("webhooks", {}).items()}
    return {key: _writable(value) for key, value in {**document, "paths": hooks}.items()}


def _writable(node: Any) -> Any:
    if isinstance(node, Mapping):
        return {key: _writable(value) for key, value in node.items() if not (key == "readOnly" and value is True)}
    return [_writable(each) for each in node] if isinstance(node, list) else node


class _Enough(BaseException):
    """Ends drawing from inside: not an error, so that nobody on the way takes it for one."""


def _drawn(
    strategy: SearchStrategy[Case],
    requests: "_Requests",
    seed: int,
    examples: int,
    wanted: Callable[[GeneratedCase], bool],
) -> tuple[GeneratedCase, ...]:
    """Values of a strategy, the same for one seed; unlike `SearchStrategy.example` meant for use in programs."""
    found: list[GeneratedCase] = []

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=2 * examples,
        database=None,
        deadline=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(strategy)
    def draw(case: Case) -> None:
        made = requests.of(case)
        if made is not None and wanted(made):
            found.append(made)
        if len(found) >= examples:
            raise _Enough

    with suppress(Unsatisfiable, _Enough):
        draw()
    return tuple(found)


class _Requests:
    """Makes cases requests, each once, without those that no HTTP message can carry."""

    def __init__(self, key: str, phase: Phase, known: Known) -> None:
        self._key, self._phase, self._known = key, phase, known
        self._seen: set[Request] = set()
        self._index = -1

    def of(self, case: Case) -> GeneratedCase | None:
        """The case in our words; None where it says nothing new."""
        self._index += 1
        about = _About.of(case)
        _settle(case, about, self._known, self._index)
        request = _request(self._key, case)
        if request is None or request in self._seen:
            return None
        self._seen.add(request)
        return GeneratedCase(self._key, about.mode, self._phase, request, about.place, about.note)


class _About(NamedTuple):
    """What schemathesis says of a case."""

    mode: Mode
    place: str
    note: str

    @classmethod
    def of(cls, case: Case) -> "_About":
        """Read from the metadata, which every generated case has."""
        if case.meta is None:
            raise TypeError(f"schemathesis generated {case} without saying how")
        data = case.meta.phase.data
        location = data.parameter_location.value if data.parameter_location else ""
        named = location and location != "body" and data.parameter
        place = f"{location}:{data.parameter}" if named else location
        return cls(Mode(case.meta.generation.mode.value), place, data.description or "")


def _settle(case: Case, about: _About, known: Known, index: int) -> None:
    """Puts known values in the place of generated ones, in turn; what the case is about is left alone."""
    spoilt = about.mode is Mode.NEGATIVE and about.place == "body"
    body = case.body if isinstance(case.body, dict) and not spoilt else {}
    containers = {"path": case.path_parameters, "query": case.query, "header": case.headers, "body": body}
    for location, container in containers.items():
        for name in [each for each in container if known.get(each) and f"{location}:{each}" != about.place]:
            container[name] = known[name][index % len(known[name])]


def _request(key: str, case: Case) -> Request | None:
    """The request as `requests` would put it on the wire, None where it refuses to."""
    try:
        prepared = requests.Request(**case.as_transport_kwargs(base_url=_HOST)).prepare()
    except (requests.RequestException, ValueError):
        return None
    headers, body = _bounded(_headers(prepared.headers), _bytes(prepared.body))
    return Request(operation=key, method=case.method, target=prepared.path_url, headers=headers, body=body)


def _bounded(headers: Headers, body: bytes) -> tuple[Headers, bytes]:
    """With the boundary of multipart bodies taken from the content: `requests` draws another one each time."""
    for name, value in headers:
        found = _BOUNDARY.search(value) if name.lower() == "content-type" else None
        if found and found[0].encode() in body:
            drawn = found[0].encode()
            ours = sha256(body.replace(drawn, b"")).hexdigest()[: len(drawn)]
            fixed = tuple((n, v.replace(found[0], ours) if n == name else v) for n, v in headers)
            return fixed, body.replace(drawn, ours.encode())
    return headers, body


def _headers(headers: Mapping[str, str | bytes]) -> Headers:
    texts = ((name, value.decode("latin-1") if isinstance(value, bytes) else value) for name, value in headers.items())
    return tuple((name, value) for name, value in texts if name.lower() not in _OWN_HEADERS)


def _bytes(body: object) -> bytes:
    if isinstance(body, str):
        return body.encode()
    return body if isinstance(body, bytes) else b""
