"""A mutant of the sample client: the program with one fault, and the requirement that must detect it."""

import msgspec

from conformance.certify.api_clients.catalogue import load_scenarios
from conformance.model import Level
from tests.certify.clients.sample import Edit


class ClientMutant(msgspec.Struct, frozen=True):
    """A mutant.

    `requirement` is the one that it violates, as a MUST or a SHOULD (`level`). `selection` holds scenarios and
    requirements that are run for it, some of which must still pass. `tasks` are the tasks of its plan, those of the
    selected scenarios if it is empty. `implied` are other MUSTs that the fault violates too.
    """

    name: str
    requirement: str
    selection: tuple[str, ...]
    edits: tuple[Edit, ...]
    level: Level = Level.MUST
    tasks: tuple[str, ...] = ()
    is_public: bool = False
    implied: frozenset[str] = frozenset()

    @property
    def declared_tasks(self) -> tuple[str, ...]:
        """The declared tasks of its plan."""
        return self.tasks or tuple(
            sorted(
                {
                    scenario.task
                    for scenario in load_scenarios()
                    if {scenario.name, scenario.requirement} & set(self.selection)
                }
            )
        )

    @property
    def kind(self) -> str:
        """The type of the client."""
        return "public" if self.is_public else "confidential"


def must(requirement: str, name: str, selection: str, *edits: Edit, **more: object) -> ClientMutant:
    """Return a mutant that violates a MUST; `selection` and `tasks` hold words."""
    options = {key: tuple(value.split()) if type(value) is str else value for key, value in more.items()}
    return ClientMutant(name, requirement, tuple(selection.split()), edits, **options)  # type: ignore[arg-type]


def should(requirement: str, name: str, selection: str, *edits: Edit, **more: object) -> ClientMutant:
    """Return a mutant that violates a SHOULD."""
    return must(requirement, name, selection, *edits, level=Level.SHOULD, **more)
