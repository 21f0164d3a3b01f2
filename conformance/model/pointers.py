"""JSON pointers (RFC 6901) as places in a schema rather than in one body."""

import re

_ARRAY_INDEX = re.compile(r"/\d+(?=/|$)")


def fold_indices(pointer: str) -> str:
    """Replace the array indices of a pointer: `/3/model` and `/7/model` are one place, `/*/model`."""
    return _ARRAY_INDEX.sub("/*", pointer)
