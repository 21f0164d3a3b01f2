"""Client plan: the TOML file in which a partner names its client and the tasks of its integration."""

import hashlib
from codecs import BOM_UTF8
from enum import StrEnum
from pathlib import Path

import msgspec

from conformance.certify.api_clients.tasks import FULL_PROFILE, PROFILES, TASKS, describe_profiles, list_possible_tasks
from conformance.errors import UsageError


class ClientType(StrEnum):
    """The type of an OAuth client: confidential, or public (RFC 6749, section 2.1)."""

    CONFIDENTIAL = "confidential"
    PUBLIC = "public"


class ClientIdentity(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The client under certification, as its plan names it."""

    name: str
    version: str
    kind: ClientType = ClientType.CONFIDENTIAL


class ClientPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The plan of a client. `tasks` says by name whether the integration does a task; absent tasks are declined."""

    client: ClientIdentity
    tasks: dict[str, bool]

    @property
    def is_public(self) -> bool:
        """Return whether the client is public, which means that it has no secret."""
        return self.client.kind is ClientType.PUBLIC

    @property
    def declared_tasks(self) -> tuple[str, ...]:
        """Return the names of declared tasks, in the order of TASKS."""
        return tuple(name for name in TASKS if self.tasks.get(name))

    @property
    def declined_tasks(self) -> tuple[str, ...]:
        """Return the names of declined tasks, in the order of TASKS."""
        return tuple(name for name in TASKS if not self.tasks.get(name))

    @property
    def profile(self) -> str:
        """Return the profiles that the declared tasks complete."""
        return describe_profiles(self.declared_tasks, is_public=self.is_public)

    @property
    def sha256(self) -> str:
        """Return the SHA-256 of the content, in hexadecimal, independent of the layout of the file."""
        return hashlib.sha256(msgspec.json.encode(self, order="deterministic")).hexdigest()

    def select_profile(self, profile: str) -> "ClientPlan":
        """Return the plan reduced to the tasks of one profile.

        Raises:
            UsageError: The profile is unknown, or the plan declines one of its tasks.
        """
        profiles = {**PROFILES, FULL_PROFILE: list_possible_tasks(is_public=self.is_public)}
        if profile not in profiles:
            raise UsageError(f"--profile must be one of {', '.join(profiles)}, got {profile!r}")
        if missing := sorted(profiles[profile] - set(self.declared_tasks)):
            raise UsageError(
                f"the profile {profile!r} needs the task {missing[0]}, which the plan declines",
                hint=f"Set {missing[0]} = true in [tasks] of the plan",
            )
        tasks = {name: name in profiles[profile] and declared for name, declared in self.tasks.items()}
        return msgspec.structs.replace(self, tasks=tasks)


def read_plan(path: Path) -> ClientPlan:
    """Read a client plan from a file.

    Raises:
        UsageError: The file cannot be read, is no valid plan, names an unknown task or declares none.
    """
    try:
        plan = msgspec.toml.decode(path.read_bytes().removeprefix(BOM_UTF8), type=ClientPlan)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}", hint=_HINT) from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is not a valid plan: {error}", hint=_HINT) from error
    if unknown := sorted(set(plan.tasks) - set(TASKS)):
        raise UsageError(f"{path}: [tasks] has the unknown task {unknown[0]!r}", hint=f"Tasks: {', '.join(TASKS)}")
    if not plan.declared_tasks:
        raise UsageError(
            f"{path} declares no task", hint="In [tasks], set the tasks that your integration does to true"
        )
    return plan


def build_default_plan(command: str) -> ClientPlan:
    """Return the plan for a command without a plan file: every task of a confidential client, named by its program."""
    client = ClientIdentity(Path(command).name, "")
    return ClientPlan(client, {name: name != "sign_in" for name in TASKS})


_HINT = "Print a template with --plan-template"


def build_template() -> str:
    """Return the text of a plan to fill in."""
    tasks = "\n".join(f"{f'{name} = false':<24} # {task.description}" for name, task in TASKS.items())
    profiles = "\n".join(
        f"# {name}: {', '.join(task for task in TASKS if task in needed)}" for name, needed in PROFILES.items()
    )
    return f"""[client]
name = "Example fleet sync"
version = "1.0.0"
kind = "confidential"    # or "public": it has no secret and signs people in

# Tasks of your integration. Your command is started for each task that is true, with EVCONFORM_TASK set to its name.
# Profiles and the tasks that they need ("full" needs all tasks):
{profiles}
[tasks]
{tasks}
"""
