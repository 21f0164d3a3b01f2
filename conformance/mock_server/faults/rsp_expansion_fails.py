"""One expansion fails in a list, but not in the single read."""

from conformance.mock_server.call import Answer, Call
from conformance.mock_server.seeded_faults import Fault, Planted, Site, at, becomes, crash
from conformance.model import Role


def plant(site: Site) -> Planted | None:
    """Choose an expansion of a list."""
    choice = site.pick(site.expansions(Role.LIST))

    def fail_expansion(call: Call, answer: Answer) -> Answer:
        if answer.status == 200 and choice and choice[1].path in call.every("expand"):
            becomes(500, crash())(answer)
        return answer

    return at(choice[0], answer=fail_expansion) if choice else None


FAULT = Fault(
    ("RSP-08", "EXP-02"),
    "one documented `expand` of a list gives 500",
    plant,
    changes=("status", "headers", "body"),
    implies=("EXP-06", "RSP-01"),  # deeper expansions fail with it; no 500 is documented
)
