"""Request bodies of an operation: a strategy for valid bodies, a complete sample, and bodies with one defect."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument
from msgspec.json import encode

from conformance.model import Operation, Request
from conformance.validation import SchemaValidators, SecondOpinion
from strategies.defects import Defect, defects
from strategies.disk_cache import load_or_make
from strategies.instances import Known, instances
from strategies.samples import sample

_JSON = "application/json"


def schema_of_body(operation: Operation) -> str:
    """Return the pointer of the schema of an operation's JSON body.

    Raises InvalidArgument for an operation without a JSON body.
    """
    pointer = find_body_schema(operation)
    if not pointer:
        raise InvalidArgument(f"{operation.key} documents no JSON body")
    return pointer


def find_body_schema(operation: Operation) -> str:
    """Return the pointer of the schema of an operation's JSON body, empty where it documents none."""
    media = operation.body.media if operation.body else ()
    return next((media_type.schema for media_type in media if media_type.type == _JSON), "")


def bodies(validators: SchemaValidators, operation: Operation, *, known: Known | None = None) -> st.SearchStrategy[Any]:
    """Return a strategy for valid JSON bodies of an operation, without read-only properties.

    `known` gives values by property name: links must lead to something that exists, and only the caller knows which
    resources exist.

    In a test of your own::

        add_vehicle = model.operations_by_key["POST /vehicles"]

        @given(body=bodies(validators, add_vehicle, known={"model": models, "user": [me]}))
        def test_a_vehicle_can_be_added(body):
            assert client.post("/vehicles", json=body).status_code == 201
    """
    pointer = schema_of_body(operation)
    return instances(validators, pointer, known=known, writing=True, resource=operation.resource)


def sample_body(validators: SchemaValidators, operation: Operation, *, known: Known | None = None) -> Any | None:
    """Return a valid JSON body with every writable property, always the same, or None if none can be made."""
    return sample(validators, schema_of_body(operation), known=known, writing=True, resource=operation.resource)


def body_defects(validators: SchemaValidators, operation: Operation, body: Any) -> tuple[Defect, ...]:
    """Return every single defect of a valid JSON body of an operation, see `defects`.

    >>> from conformance.description import load_description
    >>> validators = SchemaValidators(load_description())
    >>> operation = validators.description.model.operations_by_key["POST /vehicles"]
    >>> body_defects(validators, operation, sample_body(validators, operation))[0].name
    'wrong-type'
    """
    return defects(validators.request_validators, schema_of_body(operation), body)


def list_agreed_defects(
    validators: SchemaValidators, opinion: SecondOpinion, operation: Operation, body: Any
) -> tuple[Defect, ...]:
    """Return the defects of a valid JSON body that openapi-core rejects too.

    The second opinion depends on the class and the place of a defect only. It is used once for each description, on
    the sample body; defects that the sample does not have are judged on the given body.
    """
    candidates = body_defects(validators, operation, body)
    cached = load_or_make(
        validators.description,
        f"{operation.key} defects",
        dict[str, bool],
        lambda: _collect_opinions(validators, opinion, operation, sample_body(validators, operation)),
    )
    missing = [defect for defect in candidates if _full_name(defect) not in cached]
    opinions = {**cached, **(_collect_opinions(validators, opinion, operation, body) if missing else {})}
    return tuple(defect for defect in candidates if opinions[_full_name(defect)])


def _collect_opinions(
    validators: SchemaValidators, opinion: SecondOpinion, operation: Operation, body: Any
) -> dict[str, bool]:
    """Return, by name, whether openapi-core objects to more in each defect of a body than in the body itself."""

    def list_errors(sent: Any) -> set[str]:
        headers = (("Content-Type", _JSON),)
        content = b"" if sent is None else encode(sent)  # as a write sends it
        return {
            *opinion.validate_request(operation, Request(operation.key, operation.method, target, headers, content))
        }

    target = operation.path.translate({ord("{"): None, ord("}"): None})
    before = list_errors(body)
    return {
        _full_name(defect): bool(list_errors(defect.body) - before)
        for defect in (body_defects(validators, operation, body) if body is not None else ())
    }


def _full_name(defect: Defect) -> str:
    """Return class and place of a defect as one text."""
    return f"{defect.name} {defect.pointer}"
