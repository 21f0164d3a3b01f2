"""Ids fit their pattern and are no ULIDs."""

import random
import string

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading
from conformance.mock_server.world.ulid import ULID_LENGTH

_CHARACTERS = string.ascii_uppercase + string.digits


def draw_id(_milliseconds: int, rng: random.Random) -> str:
    """Return characters of the pattern that tell no time, with a letter that no ULID has."""
    return "U" + "".join(rng.choice(_CHARACTERS) for _ in range(ULID_LENGTH - 1))


READING = AdmissibleReading(
    "values",
    "the patterns of ids, such as vhcl[A-Z\\d]{26}, take any letter; several examples of the description are no ULIDs",
    lambda _site: InstalledReading(),
    slots=("ids",),
    create_id=draw_id,
)
