"""Reading of a YAML or JSON file: one document in UTF-8, with errors by line and column."""

import json
import re
from typing import Any

import msgspec

from conformance.description import yaml_reader
from conformance.description.limits import MAX_DEPTH, build_depth_error, measure_depth
from conformance.errors import DescriptionError

_JSON = re.compile(r'\s*\{\s*["}]')


def read_text(data: bytes, source: str) -> Any:
    """Return the data in the bytes of a YAML or JSON document.

    `source` names the file in errors. Raises DescriptionError with line and column for anything that is not one
    document of plain data in UTF-8, nests deeper than 200 levels or expands to more than five million nodes.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise DescriptionError(
            f"{source}:{line}: byte {error.start} is not UTF-8 ({error.reason})", hint="Save the file as UTF-8"
        ) from None
    return _read_json(text, source) if _JSON.match(text) else yaml_reader.read_yaml(text, source)


def _read_json(text: str, source: str) -> Any:
    def build_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        data = dict(pairs)
        if len(data) < len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in names if names.count(name) > 1)
            raise DescriptionError(
                f"{source}: an object has the key `{twice}` twice (its keys: {', '.join(names[:5])} …)",
                hint="Remove or merge one of the two",
            )
        return data

    try:
        data = json.loads(
            text,
            object_pairs_hook=build_object,
            parse_constant=str,
            parse_int=yaml_reader.read_scalar,
            parse_float=yaml_reader.read_scalar,
        )
        msgspec.json.encode(data)
    except json.JSONDecodeError as error:
        raise DescriptionError(
            f"{source}:{error.lineno}:{error.colno}: not valid JSON: {error.msg}",
            hint="Check the syntax there, and that the file is complete",
        ) from None
    except UnicodeEncodeError as error:
        raise DescriptionError(
            f"{source}: a string holds half of a surrogate pair ({error.object[error.start]!a})",
            hint="Write the character itself, or both halves",
        ) from None
    except RecursionError:
        deep = True
    else:
        deep = measure_depth(data) > MAX_DEPTH
    if deep:
        raise build_depth_error(source)
    return data
