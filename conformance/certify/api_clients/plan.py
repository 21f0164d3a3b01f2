"""The file that a partner fills in: whose client it is, and which tasks its integration does."""

import hashlib
from enum import StrEnum
from pathlib import Path

import msgspec

from conformance.certify.api_clients.tasks import FULL, PROFILES, TASKS, everything, profile_of
from conformance.errors import UsageError


class Kind(StrEnum):
    """Whether a client can keep a secret (RFC 6749, section 2.1)."""

    CONFIDENTIAL = "confidential"
    PUBLIC = "public"


class Client(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whose client it is."""

    name: str
    version: str
    kind: Kind = Kind.CONFIDENTIAL


class ClientPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a client declares: each task by name, whether its integration does it. What is not named is declined."""

    client: Client
    tasks: dict[str, bool]

    @property
    def public(self) -> bool:
        """Whether the client keeps no secret."""
        return self.client.kind is Kind.PUBLIC

    @property
    def declared(self) -> tuple[str, ...]:
        """The tasks that are declared, in the order of the table."""
        return tuple(name for name in TASKS if self.tasks.get(name))

    @property
    def declined(self) -> tuple[str, ...]:
        """The tasks that are not."""
        return tuple(name for name in TASKS if not self.tasks.get(name))

    @property
    def profile(self) -> str:
        """What the declared tasks add up to."""
        return profile_of(self.declared, public=self.public)

    @property
    def sha256(self) -> str:
        """A digest of what is declared, whatever the file looks like."""
        return hashlib.sha256(msgspec.json.encode(self, order="deterministic")).hexdigest()

    def narrowed(self, profile: str) -> "ClientPlan":
        """The plan for one profile alone. Raises UsageError for an unknown one, or one whose tasks are declined."""
        profiles = {**PROFILES, FULL: everything(public=self.public)}
        if profile not in profiles:
            raise UsageError(f"{profile!r} is no profile", hint=f"Profiles: {', '.join(profiles)}.")
        if missing := sorted(profiles[profile] - set(self.declared)):
            raise UsageError(f"the profile {profile!r} needs the task {missing[0]}", hint="Declare it in the plan.")
        tasks = {name: name in profiles[profile] and done for name, done in self.tasks.items()}
        return msgspec.structs.replace(self, tasks=tasks)


def read(path: Path) -> ClientPlan:
    """The plan in a file; raises UsageError with the place where it cannot be understood."""
    try:
        plan = msgspec.toml.decode(path.read_bytes(), type=ClientPlan)
    except OSError as fault:
        raise UsageError(f"{path} cannot be read: {fault.strerror}", hint=_HINT) from fault
    except (msgspec.MsgspecError, UnicodeDecodeError) as fault:
        raise UsageError(f"{path} is no plan: {fault}", hint=_HINT) from fault
    if unknown := sorted(set(plan.tasks) - set(TASKS)):
        raise UsageError(f"{path}: {unknown[0]!r} is no task", hint=f"Tasks: {', '.join(TASKS)}.")
    if not plan.declared:
        raise UsageError(f"{path} declares no task", hint="Set those that your integration does to true.")
    return plan


def presumed(command: str) -> ClientPlan:
    """The plan where no file is given: everything that a client with a secret can do, under its program's name."""
    client = Client(Path(command).name, "")
    return ClientPlan(client, {name: name != "sign_in" for name in TASKS})


_HINT = "Print a template with --plan-template."


def template() -> str:
    """A plan to fill in."""
    tasks = "\n".join(f"{f'{name} = false':<24} # {each.about}" for name, each in TASKS.items())
    profiles = "\n".join(f"# {name}: {', '.join(t for t in TASKS if t in needed)}" for name, needed in PROFILES.items())
    return f"""[client]
name = "Example fleet sync"
version = "1.0.0"
kind = "confidential"    # or "public": it keeps no secret and signs people in

# What your integration does. For each task that is true, your command is started with EVCONFORM_TASK set to its name.
# Profiles, and the tasks that they need; full is everything:
{profiles}
[tasks]
{tasks}
"""
