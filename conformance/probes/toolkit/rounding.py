"""Numbers that a server is documented to store rounded. Pure."""

import re
from collections.abc import Mapping
from typing import Any

# In two units, the second in brackets: "to the nearest 0.01 kWh (10 Wh)".
_STEP = re.compile(r"\bnearest\s+([\d.,]+)[^.;(]*(?:\(([\d.,]+))?", re.IGNORECASE)


def find_rounding_step(schema: Mapping[str, Any]) -> float:
    """Return the step to which a property is documented to be rounded; 0 where it is not.

    >>> find_rounding_step({"type": "integer", "description": "Stored to the nearest 0.01 kWh (10 Wh)."})
    10.0
    """
    numeric = {"integer", "number"} & {*([kinds] if isinstance(kinds := schema.get("type", ()), str) else kinds)}
    match = _STEP.search(str(schema.get("description", ""))) if numeric else None
    steps = [float(text.rstrip(".,").replace(",", "")) for text in (match.groups() if match else ()) if text]
    return max(steps, default=0.0)


def is_rounded(schema: Mapping[str, Any], sent: Any, shown: Any) -> bool:
    """Return whether a number is shown as sent, after the documented rounding."""
    numbers = [value for value in (sent, shown) if isinstance(value, int | float) and not isinstance(value, bool)]
    return len(numbers) == 2 and abs(numbers[0] - numbers[1]) < find_rounding_step(schema)
