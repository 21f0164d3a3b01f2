"""Request bodies of an operation: valid ones drawn, and one complete sample."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument
from msgspec.json import encode

from conformance.model import Operation, Request
from conformance.validation import SecondOpinion, Validators
from strategies.defects import Defect, defects
from strategies.instances import Known, instances
from strategies.kept import kept
from strategies.samples import sample

_JSON = "application/json"


def schema_of_body(operation: Operation) -> str:
    """The pointer of the schema of an operation's JSON body. An operation without one is refused."""
    media = operation.body.media if operation.body else ()
    pointer = next((each.schema for each in media if each.type == _JSON), "")
    if not pointer:
        raise InvalidArgument(f"{operation.key} documents no JSON body")
    return pointer


def bodies(validators: Validators, operation: Operation, *, known: Known | None = None) -> st.SearchStrategy[Any]:
    """Valid JSON bodies of an operation, without read-only properties.

    `known` gives values by property name: links must lead to something that exists, and only the caller knows what
    does.

    >>> @given(body=bodies(validators, model.by_key["POST /vehicles"], known={"model": models, "user": [me]}))
    ... def test_a_vehicle_can_be_added(body): assert client.post("/vehicles", json=body).status_code == 201
    """
    pointer = schema_of_body(operation)
    return instances(validators, pointer, known=known, writing=True, resource=operation.resource)


def sample_body(validators: Validators, operation: Operation, *, known: Known | None = None) -> Any | None:
    """A valid JSON body with every property that may be written, always the same; None where none is found."""
    return sample(validators, schema_of_body(operation), known=known, writing=True, resource=operation.resource)


def body_defects(validators: Validators, operation: Operation, body: Any) -> tuple[Defect, ...]:
    """Every single defect of a valid JSON body of an operation, see `defects`.

    >>> for defect in body_defects(validators, operation, sample_body(validators, operation)):
    ...     assert client.post("/vehicles", json=defect.body).status_code in {400, 422}, defect.name
    """
    return defects(validators.written, schema_of_body(operation), body)


def agreed_defects(
    validators: Validators, opinion: SecondOpinion, operation: Operation, body: Any
) -> tuple[Defect, ...]:
    """The defects of a valid JSON body that openapi-core calls wrong too, judged once for a description.

    Whether it does is a matter of the class and the place, and judged in a sample; what that has not is judged as it
    stands here.
    """
    found = body_defects(validators, operation, body)
    known = kept(
        validators.description,
        f"{operation.key} defects",
        dict[str, bool],
        lambda: _opinions(validators, opinion, operation, sample_body(validators, operation)),
    )
    lacking = [each for each in found if _named(each) not in known]
    said = {**known, **(_opinions(validators, opinion, operation, body) if lacking else {})}
    return tuple(each for each in found if said[_named(each)])


def _opinions(validators: Validators, opinion: SecondOpinion, operation: Operation, body: Any) -> dict[str, bool]:
    """Whether openapi-core finds more to object to in each defect of a body than in the body itself, by name."""

    def errors(sent: Any) -> set[str]:
        headers = (("Content-Type", _JSON),)
        content = b"" if sent is None else encode(sent)  # as a write sends it
        return {*opinion.request(operation, Request(operation.key, operation.method, target, headers, content))}

    target = operation.path.translate({ord("{"): None, ord("}"): None})
    before = errors(body)
    return {
        _named(each): bool(errors(each.body) - before)
        for each in (body_defects(validators, operation, body) if body is not None else ())
    }


def _named(defect: Defect) -> str:
    return f"{defect.name} {defect.pointer}"
