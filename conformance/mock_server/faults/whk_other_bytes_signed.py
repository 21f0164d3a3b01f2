"""The signature is over a body with different white space."""

from conformance.mock_server.seeded_faults import Fault, anywhere

FAULT = Fault(
    ("WHK-01",),
    "the signature does not verify over the raw bytes",
    lambda _site: anywhere(message=lambda _message, sent: (sent[0], sent[1].replace(b'":', b'": '))),
    changes=(),
)
