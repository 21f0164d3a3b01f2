"""The pagination of lists."""

from conformance.description.operations import StatedOperation
from conformance.model import KeyKind, Pagination, Parameter, Scheme

_DEFAULT_SIZE, _MAX_SIZE = 25, 100
PAGE_PARAMETERS = frozenset({"page", "page_after", "page_before", "page_size"})


def derive_pagination(operation: StatedOperation, key_kind: KeyKind) -> Pagination | None:
    """Return the pagination of a list, or None if it has none.

    The key of the items decides what a cursor takes, not the pattern of the cursor: the description gives the cursors
    of logs the pattern of an id, although logs have none.
    """
    parameters = {name: operation.find_query_parameter(name) for name in PAGE_PARAMETERS}
    after, before, page, size = (parameters[name] for name in ("page_after", "page_before", "page", "page_size"))
    if not (after or before or page):
        return None
    is_timed = key_kind is KeyKind.TIMESTAMP or (after is not None and after.schema.get("format") == "date-time")
    cursor = Scheme.TIMESTAMP if is_timed else Scheme.CURSOR
    limits = size.schema if size else {}
    return Pagination(
        scheme=cursor if after or before else Scheme.PAGE,
        size=_get_name(size),
        after=_get_name(after),
        before=_get_name(before),
        page=_get_name(page),
        default_size=int(limits.get("default", _DEFAULT_SIZE)),
        max_size=int(limits.get("maximum", _MAX_SIZE)),
    )


def _get_name(parameter: Parameter | None) -> str:
    return parameter.name if parameter else ""
