"""Rules that a description states in prose, as data: the requests, and the expected responses."""

from typing import Any, Literal

import msgspec

from conformance.model.requirement import Level
from conformance.model.target import Profile


class RuleStep(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One request of a stated rule, and what is expected of its response.

    - `operation` is the operation's key, empty for the one that the rule is about.
    - `base` is the body that `put` and `drop` change: `valid` is one with every property, `least` one with the required
      ones, `present` what the resource shows of the required ones, `nothing` an empty object, `previous` the body of
      the step before, `none` no body at all.
    - `query` and `headers` are added to what the call needs. Texts in braces stand for values: see
      `conformance.probes.stated_rules.values`.
    - `fill` is a list of the body, as `{regions = 501}`, which gets so many members with names of their own.
    - `expect` is `accepted` (2xx), `refused` (4xx) or `any`; `statuses` are those that are documented, empty for all.
    - `problem` is the last segment of the problem's `type`, `members` are members that the problem must have.
    - `shows` holds values by JSON pointer into the response, `resource_shows` into the resource that is read after it.
    - `keeps` requires that the resource is the same after the step as before the first one.
    - `count` is the number of items that a list must have.
    - `same_as` is the number of the earlier step (from 1) whose response must have the same status and body.
    """

    operation: str = ""
    base: Literal["valid", "least", "present", "nothing", "previous", "none"] = "present"
    put: dict[str, Any] = {}
    drop: tuple[str, ...] = ()
    fill: dict[str, int] = {}
    query: dict[str, str] = {}
    headers: dict[str, str] = {}
    expect: Literal["accepted", "refused", "any"] = "accepted"
    statuses: tuple[int, ...] = ()
    problem: str = ""
    members: tuple[str, ...] = ()
    shows: dict[str, Any] = {}
    resource_shows: dict[str, Any] = {}
    keeps: bool = False
    count: int | None = None
    same_as: int = 0


class StatedRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A rule in the prose of a description that binds one operation.

    `requirement` is the requirement of which it is a case, `pointer` the place in the provider's description where it
    stands. A rule below MUST is for review: `reading` is then the other way to understand the text. `given` holds what
    the resource must show, by JSON pointer, for the rule to apply. The steps are sent in order, from `profile` on.
    With `unlisted` and no steps it excuses a creation: its list does not show what it creates. With `undeleted` and no
    steps it excuses a deletion: with one of these statuses the resource stays.
    """

    id: str
    requirement: str
    operation: str
    pointer: str
    statement: str
    steps: tuple[RuleStep, ...]
    level: Level = Level.MUST
    reading: str = ""
    given: dict[str, Any] = {}
    profile: Profile = Profile.STANDARD
    unlisted: bool = False
    undeleted: tuple[int, ...] = ()
