"""Faults in reading the timestamp and comparing it with the clock."""

import math
import re
import time

from tests.receivers.mutants.registry import Faults
from tests.receivers.plain import Delivery, PlainReceiver, RefusedError

FAULTS = Faults()


@FAULTS("W11")
class EarlierSecond(PlainReceiver):
    """also tries the neighbouring seconds."""

    def check_signatures(self, delivery: Delivery) -> None:
        for step in (0, 1, -1):
            shifted = Delivery(
                delivery.id, str(int(delivery.stamp) + step), delivery.signatures, delivery.headers, delivery.body
            )
            try:
                super().check_signatures(shifted)
            except RefusedError:
                continue
            return
        raise RefusedError


@FAULTS("W12")
class NoAge(PlainReceiver):
    """the age is not checked."""

    def check_time(self, stamp: str) -> None:
        self.read_time(stamp)


@FAULTS("W12")
class TenMinutes(PlainReceiver):
    """a tolerance of ten minutes."""

    tolerance_s = 600


@FAULTS("W12")
class OneDirection(PlainReceiver):
    """only the future is checked."""

    def check_time(self, stamp: str) -> None:
        if self.read_time(stamp) - time.time() > 300:
            raise RefusedError


@FAULTS("W12")
class FalsyZero(PlainReceiver):
    """a timestamp of 0 counts as none, and is not compared."""

    def check_time(self, stamp: str) -> None:
        if self.read_time(stamp):
            super().check_time(stamp)


@FAULTS("W12")
class WithinTheHour(PlainReceiver):
    """compares the time within the hour alone."""

    def check_time(self, stamp: str) -> None:
        distance = abs(self.read_time(stamp) - time.time()) % 3600
        if min(distance, 3600 - distance) > 300:
            raise RefusedError


@FAULTS("W13")
class NoFuture(PlainReceiver):
    """the future is not checked."""

    def check_time(self, stamp: str) -> None:
        if time.time() - self.read_time(stamp) > 300:
            raise RefusedError


@FAULTS("W13")
class WideFuture(PlainReceiver):
    """half an hour ahead is tolerated."""

    def check_time(self, stamp: str) -> None:
        if not -1800 < time.time() - self.read_time(stamp) <= 300:
            raise RefusedError


@FAULTS("W14")
class NotANumber(PlainReceiver):
    """NaN passes a comparison that is written as a refusal."""

    def read_time(self, stamp: str) -> float:
        try:
            return float(stamp)
        except ValueError:
            raise RefusedError from None

    def check_time(self, stamp: str) -> None:
        if abs(self.read_time(stamp) - time.time()) > 300:
            raise RefusedError


@FAULTS("W14")
class LeadingDigits(PlainReceiver):
    """reads the leading digits, as parseInt does."""

    def read_time(self, stamp: str) -> float:
        match = re.match(r"[0-9]{1,12}", stamp)
        if not match:
            raise RefusedError
        return int(match[0])


@FAULTS("W14")
class Milliseconds(PlainReceiver):
    """takes milliseconds as well."""

    def read_time(self, stamp: str) -> float:
        number = super().read_time(stamp[:12])
        return int(stamp) / 1000 if len(stamp) == 13 else number

    def check_time(self, stamp: str) -> None:
        if abs(self.read_time(stamp) - int(time.time())) > 300:
            raise RefusedError


@FAULTS("W14")
class FirstTenDigits(PlainReceiver):
    """cuts the timestamp after ten digits."""

    def read_time(self, stamp: str) -> float:
        return super().read_time(stamp[:10])


@FAULTS("W14")
class UnreadableIsNow(PlainReceiver):
    """a timestamp that cannot be read counts as now."""

    def read_time(self, stamp: str) -> float:
        return super().read_time(stamp) if stamp.isdigit() else time.time()


@FAULTS("W14")
class SignIgnored(PlainReceiver):
    """the sign of the timestamp is ignored."""

    def read_time(self, stamp: str) -> float:
        return super().read_time(stamp.lstrip("-"))


@FAULTS("W14")
class InfinitySafe(PlainReceiver):
    """Infinity is replaced by now."""

    def read_time(self, stamp: str) -> float:
        number = float(stamp) if stamp == "Infinity" else super().read_time(stamp)
        return time.time() if math.isinf(number) else number


@FAULTS("W11")
class TimestampUnsigned(PlainReceiver):
    """tries all seconds of the last two hours until one verifies."""

    def check_signatures(self, delivery: Delivery) -> None:
        if delivery.body.startswith(b'{"type"') and int(delivery.stamp) > time.time() - 300:
            for age in (0, *range(3598, 3604)):
                aged = Delivery(
                    delivery.id, str(int(delivery.stamp) - age), delivery.signatures, delivery.headers, delivery.body
                )
                try:
                    super().check_signatures(aged)
                except RefusedError:
                    continue
                return
        super().check_signatures(delivery)
