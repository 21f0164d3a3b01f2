"""Plan items: a probe on an operation, and the part of its sample that it tries."""

import re

import msgspec

from conformance.probes.toolkit.base import Need

_NAME = re.compile(r"(?P<base>.+\])(?: parts? (?P<first>\d+)(?:-(?P<last>\d+))?)?")


class PlanItem(msgspec.Struct, frozen=True):
    """A plan item: a probe on one operation, and the requirements that it judges there.

    `payers` are the identities that pay, by kind of payer (`conformance.evidence.payers`).
    Of what the probe samples it tries `parts` parts, from number `part` on; the seed chooses number 0.
    """

    probe: str
    operation: str
    group: str
    requirements: tuple[str, ...]
    needs: tuple[Need, ...]
    part: int = 0
    parts: int = 1
    payers: tuple[tuple[str, str], ...] = ()

    @property
    def own_requests(self) -> int:
        """Return the number of requests that the item is expected to send and shares with no other item."""
        return sum(need.count for need in self.needs if not need.shared)

    @property
    def base_name(self) -> str:
        """Return the probe and the operation, such as `expansion[GET /evses/{evse_id}]`."""
        return f"{self.probe}[{self.operation}]"

    @property
    def name(self) -> str:
        """Return the name to show and to select: the base name, and the number of the part from 2 on."""
        if self.parts > 1:
            return f"{self.base_name} parts {self.part + 1}-{self.part + self.parts}"
        return f"{self.base_name} part {self.part + 1}" if self.part else self.base_name

    @property
    def test_name(self) -> str:
        """Return the name of its pytest item: the part inside the brackets, because pytest ends each id with one."""
        return f"{self.base_name.removesuffix(']')}{self.name.removeprefix(self.base_name)}]"


def parse_item_name(name: str) -> tuple[str, range]:
    """Return the base name of an item and the numbers of its parts, from 0 on.

    >>> parse_item_name("near-existing-id[GET /evses/{evse_id}] parts 2-4")
    ('near-existing-id[GET /evses/{evse_id}]', range(1, 4))
    """
    match = _NAME.fullmatch(name)
    if match is None:
        return name, range(1)
    first = int(match["first"] or 1)
    return match["base"], range(first - 1, int(match["last"] or first))
