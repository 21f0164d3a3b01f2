"""One list begins with a byte order mark."""

from conformance.mock_server.seeded_faults import Fault, at

FAULT = Fault(
    ("RSP-09",),
    "the body of one list begins with EF BB BF",
    lambda site: at(site.pick(site.lists()), raw=lambda _call, _answer, body: b"\xef\xbb\xbf" + body),
    changes=("headers", "body"),
    implies=("ERR-01",),  # refusals also begin with it
)
