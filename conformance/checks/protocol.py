"""VER-01 and LIM-01: the headers that every answer carries."""

import re
from collections.abc import Iterator

from conformance.answers import Answer
from conformance.checks.base import Check
from conformance.judging import passed, quote, violated
from conformance.model import Outcome
from conformance.subject import Subject

VERSION = "EvEnergy-Version"
LIMIT, REMAINING = "X-RateLimit-Limit", "X-RateLimit-Remaining"


def version_stated(answer: Answer, subject: Subject) -> Iterator[Outcome]:
    """VER-01: `EvEnergy-Version: 2` on every response, errors too."""
    response = answer.exchange.response
    if response is None:
        return
    name = subject.model.version_header or VERSION
    value = response.header(name)
    if value is not None and value.strip() == "2":
        yield passed(answer, "VER-01")
    else:
        yield violated(
            answer,
            "VER-01",
            f"the response does not state {name}: 2",
            expected="2",
            actual="absent" if value is None else quote(value),
            pointer=f"header:{name}",
        )


def allowance_stated(answer: Answer, subject: Subject) -> Iterator[Outcome]:
    """LIM-01, as far as one answer shows it: the rate headers are integers and Remaining is not above Limit.

    Only a 2xx must carry them: an anonymous or unparsable request belongs to no bucket.
    """
    response, spec = answer.exchange.response, answer.spec
    if response is None or spec is None:
        return
    documented = {header.name.lower() for header in spec.headers}
    values = {name: response.header(name) for name in (LIMIT, REMAINING) if name.lower() in documented}
    judged = False
    for name, value in values.items():
        if value is None:
            if answer.ok and answer.exchange.request.identity:
                yield violated(answer, "LIM-01", f"{name} is absent", expected="an integer", pointer=f"header:{name}")
        elif _count(value) is None:
            yield violated(
                answer,
                "LIM-01",
                f"{name} is no integer from 0",
                expected="an integer",
                actual=quote(value),
                pointer=f"header:{name}",
            )
        else:
            judged = True
    limit, left = (_count(values.get(name) or "") for name in (LIMIT, REMAINING))
    if limit is not None and left is not None and left > limit:
        yield violated(
            answer,
            "LIM-01",
            "more is left than the limit allows",
            expected=f"≤ {limit}",
            actual=str(left),
            pointer=f"header:{REMAINING}",
        )
    elif judged:
        yield passed(answer, "LIM-01")


def _count(text: str) -> int | None:
    """A header's digits as a number; None for anything else, and for more digits than any count has."""
    return int(text) if re.fullmatch(r"[0-9]{1,18}", text) else None


CHECKS = (Check(("VER-01",), version_stated), Check(("LIM-01",), allowance_stated))
