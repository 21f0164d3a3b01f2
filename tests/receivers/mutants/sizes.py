"""Faults that depend on the size and framing of a body."""

import httpx

from tests.receivers.mutants.registry import Faults
from tests.receivers.plain import Delivery, PlainReceiver, RefusedError

FAULTS = Faults()


class LargeUnverified(PlainReceiver):
    """Does not verify bodies above a size."""

    max_bytes = 100_000_000
    threshold = 0

    def verify(self, delivery: Delivery) -> None:
        if len(delivery.body) <= self.threshold:
            super().verify(delivery)


@FAULTS("W28")
class Above100Kilobytes(LargeUnverified):
    """does not verify above 100 KB."""

    threshold = 100_000


@FAULTS("W28")
class AboveMegabyte(LargeUnverified):
    """does not verify above 1 MB, and refuses above 2 MB."""

    threshold, max_bytes = 1_000_000, 2_000_000


@FAULTS("W28")
class Above5Megabytes(LargeUnverified):
    """does not verify above 5 MB, and refuses above 10 MB."""

    threshold, max_bytes = 5_000_000, 10_000_000


@FAULTS("W28")
class Above20Megabytes(LargeUnverified):
    """does not verify above 20 MB."""

    threshold = 20_000_000


@FAULTS("W28")
class ChunkedUnverified(PlainReceiver):
    """does not verify what comes in chunks."""

    def verify(self, delivery: Delivery) -> None:
        if "chunked" not in delivery.headers.get("transfer-encoding", ""):
            super().verify(delivery)


@FAULTS("W28")
class PresenceOnly(PlainReceiver):
    """looks only whether large bodies have a signature."""

    max_bytes = 100_000_000

    def check_signatures(self, delivery: Delivery) -> None:
        if len(delivery.body) < 100_000:
            super().check_signatures(delivery)


@FAULTS("W28")
class BeginningVerified(PlainReceiver):
    """verifies the first 64 KB."""

    def verify(self, delivery: Delivery) -> None:
        if len(delivery.body) <= 65_536:
            super().verify(delivery)


@FAULTS("W28")
class SmallBodies(PlainReceiver):
    """refuses bodies above 10 KB."""

    max_bytes = 10_000


@FAULTS("W28")
class CrashOnLarge(PlainReceiver):
    """fails on 1 MB."""

    def read_body(self, request: httpx.Request) -> bytes:
        if len(request.content) > 500_000:
            raise RefusedError(500)
        return super().read_body(request)
