"""One list begins with a byte order mark."""

from conformance.mock_server.seeded_faults import SeededFault, hook_at

FAULT = SeededFault(
    ("RSP-09",),
    "the body of one list begins with EF BB BF",
    lambda site: hook_at(site.pick(site.root_lists()), raw=lambda _call, _answer, body: b"\xef\xbb\xbf" + body),
    changes=("headers", "body"),
    implies=("ERR-01",),  # refusals also begin with it
)
