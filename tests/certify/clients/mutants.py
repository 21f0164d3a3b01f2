"""Mutants of the sample client: each does one thing wrong and violates one requirement."""

import msgspec

from conformance.certify.api_clients.catalogue import scenarios


class Mutant(msgspec.Struct, frozen=True):
    """A mutant: the value of SAMPLE_MUTANT and the requirement that it `fails`.

    `played` are the selected scenarios and requirements, some of which must still pass. `tasks` are the declared tasks,
    if empty those of the selected scenarios.
    """

    name: str
    fails: str
    played: tuple[str, ...]
    tasks: tuple[str, ...] = ()

    @property
    def declared(self) -> tuple[str, ...]:
        """The declared tasks of its plan."""
        return self.tasks or tuple(
            {scenario.task for scenario in scenarios() if {scenario.name, scenario.requirement} & set(self.played)}
        )


LIST = ("list_vehicles",)
MUSTS = (
    Mutant("builds its own cursor", "C01", ("C01", "last-page-blank", "links-reordered")),
    Mutant("begins again at the end", "C02", ("C01", "C02", "C03", "token-expired")),
    Mutant("takes the last link", "C03", ("C01", "links-reordered", "last-page-no-next")),
    Mutant("reads one Link line", "C03", ("C01", "links-on-lines")),
    Mutant("pages too large", "C04", ("C04",), LIST),
    Mutant("ignores Retry-After", "C05", ("retry-after-seconds", "read-reset")),
    Mutant("posts again blindly", "C07", ("C07", "refused-400")),
    Mutant("refresh loop", "C09", ("refused-for-good",)),
    Mutant("never renews", "C09", ("refused-for-good", "token-expired")),
    Mutant("signs in again", "C09", ("person-token-expired", "C12")),
    Mutant("no code challenge", "C12", ("C12",), ("sign_in",)),
    Mutant("no state", "C12", ("C12",), ("sign_in",)),
    Mutant("ignores state", "C12", ("C12",), ("sign_in",)),
    Mutant("revokes without the slash", "C13", ("C13",), ("revoke_token",)),
    Mutant("no user header", "C15", ("C15", "C20"), ("add_vehicle",)),
    Mutant("refers by id", "C20", ("C20",), ("add_vehicle",)),
    Mutant("refuses unknown fields", "C16", ("unknown-fields", "unknown-values")),
    Mutant("drops unknown values", "C16", ("unknown-values", "C01")),
    Mutant("breaks on null", "C16", ("nulls", "unknown-values")),
    Mutant("expects an object", "C17", ("C17",)),
    Mutant("knows the form of ids", "C19", ("C19",)),
    Mutant("lowers ids", "C19", ("C19",)),
    Mutant("reads the words of a problem", "C21", ("other-words", "C22")),
    Mutant("needs a type", "C21", ("no-type", "refused-422")),
    Mutant("takes every error for JSON", "C21", ("html-502",)),
    Mutant("repeats what was refused with 400", "C22", ("refused-400", "other-words", "no-type")),
    Mutant("repeats what was refused with 409 or 422", "C22", ("refused-409", "refused-422", "other-words")),
    Mutant("asks for every scope", "C23", ("C23", "C26"), LIST),
    Mutant("trusts every certificate", "C24", ("tls-expired", "tls-self-signed", "tls-other-host")),
    Mutant("token to other origins", "C25", ("C25", "C01")),
    Mutant("token in the query", "C25", ("C25", "C01", "C04", "C08", "C16", "token-expired"), LIST),
)
SHOULDS = (
    Mutant("ignores a date in Retry-After", "C05", ("C05",)),
    Mutant("constant pauses", "C06", ("C06", "C08")),
    Mutant("no pauses", "C06", ("C06",)),
    Mutant("never repeats a read", "C08", ("C08", "C01")),
    Mutant("renews for each request", "C10", ("C10", "token-expired")),
    Mutant("forgets its token", "C11", ("C11",)),
    Mutant("no version", "C14", ("C14",), LIST),
    Mutant("ignores the version", "C14", ("C14",), LIST),
    Mutant("expands what is not documented", "C18", ("C18", "C17"), ("read_session",)),
    Mutant("no user agent", "C26", ("C26",), LIST),
    Mutant("library's user agent", "C26", ("C26", "C04"), LIST),
    Mutant("keeps its pace", "C27", ("C27",)),
    Mutant("no timeout", "C28", ("C28",)),
    Mutant("waits for webhooks alone", "C29", ("C29",)),
    Mutant("polls without a pause", "C29", ("C29",)),
)
