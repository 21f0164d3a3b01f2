"""Mutants of the sample client: each does one thing wrong and violates one requirement."""

import msgspec

from conformance.certify.api_clients.catalogue import load_scenarios


class ClientMutant(msgspec.Struct, frozen=True):
    """A mutant: the value of SAMPLE_MUTANT and the requirement that it violates.

    `selection` holds the selected scenarios and requirements, some of which must still pass. `tasks` are the tasks
    of its plan, those of the selected scenarios if it is empty.
    """

    name: str
    violated_requirement: str
    selection: tuple[str, ...]
    tasks: tuple[str, ...] = ()

    @property
    def declared_tasks(self) -> tuple[str, ...]:
        """The declared tasks of its plan."""
        return self.tasks or tuple(
            {
                scenario.task
                for scenario in load_scenarios()
                if {scenario.name, scenario.requirement} & set(self.selection)
            }
        )


LIST = ("list_vehicles",)
MUSTS = (
    ClientMutant("builds its own cursor", "C01", ("C01", "last-page-blank", "links-reordered")),
    ClientMutant("begins again at the end", "C02", ("C01", "C02", "C03", "token-expired")),
    ClientMutant("takes the last link", "C03", ("C01", "links-reordered", "last-page-no-next")),
    ClientMutant("reads one Link line", "C03", ("C01", "links-on-lines")),
    ClientMutant("pages too large", "C04", ("C04",), LIST),
    ClientMutant("ignores Retry-After", "C05", ("retry-after-seconds", "read-reset")),
    ClientMutant("posts again blindly", "C07", ("C07", "refused-400")),
    ClientMutant("refresh loop", "C09", ("refused-for-good",)),
    ClientMutant("never renews", "C09", ("refused-for-good", "token-expired")),
    ClientMutant("signs in again", "C09", ("person-token-expired", "C12")),
    ClientMutant("no code challenge", "C12", ("C12",), ("sign_in",)),
    ClientMutant("no state", "C12", ("C12",), ("sign_in",)),
    ClientMutant("ignores state", "C12", ("C12",), ("sign_in",)),
    ClientMutant("revokes without the slash", "C13", ("C13",), ("revoke_token",)),
    ClientMutant("no user header", "C15", ("C15", "C20"), ("add_vehicle",)),
    ClientMutant("refers by id", "C20", ("C20",), ("add_vehicle",)),
    ClientMutant("refuses unknown fields", "C16", ("unknown-fields", "unknown-values")),
    ClientMutant("drops unknown values", "C16", ("unknown-values", "C01")),
    ClientMutant("breaks on null", "C16", ("nulls", "unknown-values")),
    ClientMutant("expects an object", "C17", ("C17",)),
    ClientMutant("knows the form of ids", "C19", ("C19",)),
    ClientMutant("lowers ids", "C19", ("C19",)),
    ClientMutant("reads the words of a problem", "C21", ("other-words", "C22")),
    ClientMutant("needs a type", "C21", ("no-type", "refused-422")),
    ClientMutant("takes every error for JSON", "C21", ("html-502",)),
    ClientMutant("repeats what was refused with 400", "C22", ("refused-400", "other-words", "no-type")),
    ClientMutant("repeats what was refused with 409 or 422", "C22", ("refused-409", "refused-422", "other-words")),
    ClientMutant("asks for every scope", "C23", ("C23", "C26"), LIST),
    ClientMutant("trusts every certificate", "C24", ("tls-expired", "tls-self-signed", "tls-other-host")),
    ClientMutant("token to other origins", "C25", ("C25", "C01")),
    ClientMutant("token in the query", "C25", ("C25", "C01", "C04", "C08", "C16", "token-expired"), LIST),
)
SHOULDS = (
    ClientMutant("ignores a date in Retry-After", "C05", ("C05",)),
    ClientMutant("constant pauses", "C06", ("C06", "C08")),
    ClientMutant("no pauses", "C06", ("C06",)),
    ClientMutant("never repeats a read", "C08", ("C08", "C01")),
    ClientMutant("renews for each request", "C10", ("C10", "token-expired")),
    ClientMutant("forgets its token", "C11", ("C11",)),
    ClientMutant("no version", "C14", ("C14",), LIST),
    ClientMutant("ignores the version", "C14", ("C14",), LIST),
    ClientMutant("expands what is not documented", "C18", ("C18", "C17"), ("read_session",)),
    ClientMutant("no user agent", "C26", ("C26",), LIST),
    ClientMutant("library's user agent", "C26", ("C26", "C04"), LIST),
    ClientMutant("keeps its pace", "C27", ("C27",)),
    ClientMutant("no timeout", "C28", ("C28",)),
    ClientMutant("waits for webhooks alone", "C29", ("C29",)),
    ClientMutant("polls without a pause", "C29", ("C29",)),
)
