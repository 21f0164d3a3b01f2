"""Words of an enumeration that one PATCH refuses, as several seeded faults share them."""

from collections.abc import Callable
from typing import Any

from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, hook_at
from conformance.model import Role


def refuse_word(site: FaultSite, position: Callable[[int], int], fewest: int = 1) -> InstalledFault | None:
    """Return a hook that refuses one word of an enumeration in one PATCH; None where no enumeration is long enough.

    `position` returns the index of the word, given the number of words; `fewest` is the least number of words.
    """
    choice = site.pick(
        (operation, name, words[position(len(words))])
        for operation in site.body_writes(Role.UPDATE)
        for name, schema in site.writable_properties(operation).items()
        if len(words := [word for word in schema.get("enum", ()) if word is not None]) >= fewest
    )
    if choice is None:
        return None
    operation, name, word = choice

    def reject(_call: ServerCall, body: dict[str, Any], errors: dict[str, list[str]]) -> dict[str, list[str]]:
        return {**errors, name: ["Unknown word."]} if name in body and body[name] == word else errors

    return hook_at(operation, reject=reject)
