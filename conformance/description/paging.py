"""How lists are cut into pages."""

from conformance.description.operations import Stated
from conformance.model import KeyKind, Pagination, Parameter, Scheme

_DEFAULT_SIZE, _MAX_SIZE = 25, 100
NAMES = frozenset({"page", "page_after", "page_before", "page_size"})


def pagination(operation: Stated, key_kind: KeyKind) -> Pagination | None:
    """The paging of a list, None where it has none.

    What a cursor takes follows from what identifies the items: the description gives the cursors of logs the pattern of
    an id, though logs have none.
    """
    have = {name: operation.query(name) for name in NAMES}
    after, before, page, size = (have[name] for name in ("page_after", "page_before", "page", "page_size"))
    if not (after or before or page):
        return None
    timed = key_kind is KeyKind.TIMESTAMP or (after is not None and after.schema.get("format") == "date-time")
    cursor = Scheme.TIMESTAMP if timed else Scheme.CURSOR
    limits = size.schema if size else {}
    return Pagination(
        scheme=cursor if after or before else Scheme.PAGE,
        size=_name(size),
        after=_name(after),
        before=_name(before),
        page=_name(page),
        default_size=int(limits.get("default", _DEFAULT_SIZE)),
        max_size=int(limits.get("maximum", _MAX_SIZE)),
    )


def _name(parameter: Parameter | None) -> str:
    return parameter.name if parameter else ""
