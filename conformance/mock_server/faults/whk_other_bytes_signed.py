"""The signature is over a body with different white space."""

from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere

FAULT = SeededFault(
    ("WHK-01",),
    "the signature does not verify over the raw bytes",
    lambda _site: hook_everywhere(message=lambda _message, sent: (sent[0], sent[1].replace(b'":', b'": '))),
    changes=(),
    shown_by="deliveries",
)
