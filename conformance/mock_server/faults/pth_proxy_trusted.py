"""Whoever says that a proxy on the same host forwarded the request needs no token at one operation."""

from conformance.mock_server.seeded_faults import SeededFault, hook_at, open_to_strangers

FAULT = SeededFault(
    ("PTH-02",),
    "with X-Forwarded-For: 127.0.0.1 one operation needs no token",
    lambda site: hook_at(
        site.pick(site.secured_operations()),
        admit=open_to_strangers(lambda call: call.headers.get("x-forwarded-for", "").startswith("127."), 401, 403),
    ),
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
