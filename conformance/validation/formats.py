"""Formats that the validators assert in addition to those of JSON Schema 2020-12.

`float`, `double`, `int32` and `int64` say how numbers are stored and stay annotations.
"""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from urllib.parse import urlsplit

_DECIMAL = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)", re.ASCII)
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[!#$%&'()*+,/:;=?@\[\]_~0-9A-Za-z.-]*")


def is_decimal(value: object) -> bool:
    """Return whether a string is a decimal number without exponent (`12.50`); other types are always accepted."""
    return not isinstance(value, str) or _DECIMAL.fullmatch(value) is not None


def is_uri(value: object) -> bool:
    """Return whether a string is an absolute URI (RFC 3986, section 4.3, fragment allowed), without jsonschema-rs."""
    if not isinstance(value, str):
        return True
    try:
        urlsplit(value)
    except ValueError:
        return False
    return _URI.fullmatch(value) is not None


FORMATS: Mapping[str, Callable[[object], bool]] = MappingProxyType({"decimal": is_decimal})
SECOND_FORMATS: Mapping[str, Callable[[object], bool]] = MappingProxyType({"decimal": is_decimal, "uri": is_uri})
