"""WRT-02: what a stated rule refuses beside a property may change with it."""

from conformance.probes.stated_rules.selection import list_excluded_properties


def test_the_receiver_may_follow_the_wallet(subject):
    operation = subject.model.operations_by_key["PATCH /users/{user_id}/payout_method"]
    assert "receiver" in list_excluded_properties(operation, ["receiver_wallet"])
    assert list_excluded_properties(operation, ["unknown"]) == frozenset()
