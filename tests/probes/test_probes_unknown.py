"""ERR-05 and what scripts promise."""

from scripted import BASE, Shelf, affordable, drive, problem, reply, ulid

from conformance.model import Verdict
from conformance.probes.unknown import PROBES

(UNKNOWN,) = (each for each in PROBES if each.name == "unknown-id")
MAKES = [{"id": ulid("emak", n), "url": f"{BASE}/evse_makes/{ulid('emak', n)}"} for n in range(3)]
ITEM = "GET /evse_makes/{evse_make_id}"


def test_an_id_that_nobody_has_is_asked_once(subject):
    run = drive(UNKNOWN, ITEM, subject, Shelf({"/evse_makes": MAKES}))
    assert run.passed() == {"ERR-05"}
    assert affordable(run, UNKNOWN, ITEM, subject)
    assert len(run.requests) == 2


def test_an_id_that_nobody_has_may_not_be_answered(subject):
    def anything(request):
        return reply(MAKES if request.target == "/evse_makes" else MAKES[0])

    assert drive(UNKNOWN, ITEM, subject, anything).violated() == {"ERR-05"}


def test_a_refused_identity_decides_nothing(subject):
    def refusing(request):
        return reply(MAKES) if request.target == "/evse_makes" else problem(403)

    assert drive(UNKNOWN, ITEM, subject, refusing).verdicts("ERR-05") == {Verdict.NOT_OBSERVABLE}


def test_an_empty_collection_gives_nothing_to_ask(subject):
    run = drive(UNKNOWN, ITEM, subject, Shelf({"/evse_makes": []}))
    assert run.verdicts("ERR-05") == {Verdict.NOT_TESTED}
