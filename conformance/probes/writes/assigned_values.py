"""VAL-07: a client does not choose what the server assigns to a new resource. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from conformance.evidence.filter_semantics import parse_comparable
from conformance.evidence.outcomes import fail_case, pass_case, quote_json
from conformance.evidence.responses import OperationResponse
from conformance.model import Outcome


def check_assigned_values(
    created: OperationResponse, read: OperationResponse, sent: Mapping[str, Any], writable: Mapping[str, Any]
) -> Iterator[Outcome]:
    """Judge the members of a body that are not writable: the new resource does not show them (VAL-07)."""
    forged = {name: value for name, value in sent.items() if name not in writable}
    shown = read.json if isinstance(read.json, dict) else {}
    taken = [name for name, value in forged.items() if name in shown and _is_same(value, shown[name])]
    for name in taken:
        yield fail_case(
            created,
            "VAL-07",
            f"a client chooses the {name} of a new resource",
            expected="a value that the server assigns",
            actual=quote_json(shown[name]),
            pointer=f"/{name}",
            also=(read,),
        )
    if forged and not taken:
        yield pass_case(created, "VAL-07")


def _is_same(sent: Any, shown: Any) -> bool:
    moment = parse_comparable(sent)
    return sent == shown or (moment is not None and moment == parse_comparable(shown))
