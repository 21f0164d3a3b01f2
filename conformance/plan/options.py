"""The options that decide what a run tries, and what it may cost."""

import msgspec

from conformance.model import Profile, ResourceModel, Target
from conformance.plan.case_selection import CaseSelection
from conformance.plan.item import PlanItem


class PlanOptions(msgspec.Struct, frozen=True):
    """Options that decide what is run.

    `budget` is the number of requests of each identity in an hour; those in `lower_budgets` have less. `shard` is
    (1-based index, number of shards). `finished_items` names items that an earlier run finished: they stay in the plan
    and cost nothing. `hours` is the number of hours over which the run may spread.
    `kept_for_generated` is the part of `budget` that generated requests alone may use.
    `failed_turns` holds, by base name of an item, the turns at which it failed in an earlier run; what failed, and what
    is in `changed_operations`, comes first. Only `touched_operations` are planned, all where it is empty.
    """

    target: Target
    profile: Profile = Profile.STANDARD
    budget: int | None = None
    selection: CaseSelection = CaseSelection()
    shard: tuple[int, int] = (1, 1)
    finished_items: frozenset[str] = frozenset()
    lower_budgets: dict[str, int] = {}
    seed: int = 1
    hours: int = 1
    failed_turns: dict[str, frozenset[int]] = {}
    changed_operations: frozenset[str] = frozenset()
    touched_operations: frozenset[str] = frozenset()
    kept_for_generated: int = 0

    def get_limit(self, identity: str) -> int | None:
        """Return how many requests an identity may send on this shard in all hours, None for any number.

        The shards of a run share the budget: what they may send together is the budget of the run.
        """
        first_hour = self.get_first_hour(identity)
        return (
            None
            if first_hour is None
            else first_hour + self._divide_budget(self.budget or first_hour) * (self.hours - 1)
        )

    def get_first_hour(self, identity: str) -> int | None:
        """Return how many requests an identity may send on this shard in the first hour, None for any number."""
        limit = self.lower_budgets.get(identity, self.budget)
        return None if limit is None else self._divide_budget(limit)

    def get_full_hour(self) -> int | None:
        """Return how many requests each identity may send on this shard in a whole hour, None for any number."""
        return None if self.budget is None else self._divide_budget(self.budget)

    def get_plain_limit(self, identity: str) -> int | None:
        """Return how many requests an identity may send without generated ones in all hours, None for any number."""
        limit = self.get_limit(identity)
        return None if limit is None else max(0, limit - self._divide_budget(self.kept_for_generated) * self.hours)

    def _divide_budget(self, limit: int) -> int:
        index, count = self.shard
        return limit // count + (index <= limit % count)

    def is_urgent(self, item: PlanItem) -> bool:
        """Return whether an item failed in an earlier run, or its operation has changed since."""
        return item.base_name in self.failed_turns or item.operation in self.changed_operations

    def build_url(self, path: str) -> str:
        """Return the URL of a path below the base URL; a whole URL stays as it is."""
        return path if "://" in path else self.target.base_url + path

    def select_groups(self, model: ResourceModel) -> frozenset[str]:
        """Return the resource groups of the shard: operations of one resource stay together."""
        groups = list(dict.fromkeys(operation.group for operation in model.operations))
        return frozenset(groups[self.shard[0] - 1 :: self.shard[1]])
