"""What the header of a run says where somebody is to be certified by it."""

from enum import StrEnum

import msgspec


class Certified(StrEnum):
    """What is certified."""

    WEBHOOKS = "webhook receiver"
    CLIENT = "API client"


class Certification(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who is to be certified as what.

    `subject` is the partner's name for it and `version` the partner's version of it; `profile` is what it is certified
    for, in the words of its kind. `plan_sha256` digests what was to be done, `suite_sha256` the harness that did it.
    `whole` is false where what was judged is only a part of any profile.
    """

    kind: Certified
    subject: str
    version: str
    profile: str
    plan_sha256: str
    suite_sha256: str
    whole: bool = True
