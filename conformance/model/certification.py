"""The part of a run's header that names the subject of a certification."""

from enum import StrEnum

import msgspec


class Certified(StrEnum):
    """The kind of system that is certified."""

    WEBHOOKS = "webhook receiver"
    CLIENT = "API client"


class Certification(msgspec.Struct, frozen=True, omit_defaults=True):
    """The system that a run certifies.

    `subject` is the partner's name for it and `version` the partner's version of it; `profile` is the certification
    profile, in the words of its kind. `plan_sha256` is the digest of the plan, `suite_sha256` that of the harness.
    `whole` is false if only a part of a profile was tested, `selected` is true if that was chosen with `--select`.
    `served` says that an operator started the client, so that its exit statuses and output were not seen.
    """

    kind: Certified
    subject: str
    version: str
    profile: str
    plan_sha256: str
    suite_sha256: str
    whole: bool = True
    selected: bool = False
    served: bool = False
