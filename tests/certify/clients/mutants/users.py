"""Mutants that name the user of a request wrongly, or lose the name when they repeat it (C15)."""

from tests.certify.clients.mutants.definition import must

USER_HEADER = ', headers={"EvEnergy-User": USER}'
CHANGE = 'json={"maximum_charge_limit_percentage": 80}'
RENEWAL = "                token = self.get_token(instead_of=token)\n"

MUTANTS = (
    must("C15", "no user header", "C15 C20", (USER_HEADER, ""), tasks="add_vehicle"),
    must(
        "C15", "an empty user header", "C15 C20", (USER_HEADER, ', headers={"EvEnergy-User": ""}'), tasks="add_vehicle"
    ),
    must(
        "C15",
        "another user in the header",
        "C15 C20",
        (USER_HEADER, ', headers={"EvEnergy-User": USER[:-1]}'),
        tasks="add_vehicle",
    ),
    must(
        "C15",
        "an email in the user header",
        "C15 C20",
        (USER_HEADER, ', headers={"EvEnergy-User": "robin@example.com"}'),
        tasks="add_vehicle",
    ),
    must(
        "C15",
        "the user header in X-User",
        "C15 C20",
        (USER_HEADER, ', headers={"X-EvEnergy-User": USER}'),
        tasks="add_vehicle",
    ),
    must(
        "C15",
        "loses the user header when it replays",
        "token-expired-at-add-vehicle C15",
        (RENEWAL, RENEWAL + "                headers = None\n"),
        tasks="add_vehicle",
        implied=frozenset({"C09"}),
    ),
    must(
        "C15",
        "loses the user header when it waits",
        "retry-after-add C15",
        (
            "                self._wait(response)\n",
            "                self._wait(response)\n                headers = None\n",
        ),
        tasks="add_vehicle",
    ),
    must(
        "C15",
        "changes a vehicle for everybody when it replays",
        "token-expired-at-change-vehicle C15",
        (CHANGE, CHANGE + ", headers={'EvEnergy-User': USER}"),
        (RENEWAL, RENEWAL + "                headers = None\n"),
        tasks="add_vehicle change_vehicle",
        implied=frozenset({"C09"}),
    ),
)
