"""Faults in reading the headers: absent, empty, doubled, of another family, outside the signature."""

import httpx

from tests.receivers.mutants.registry import Faults
from tests.receivers.plain import FAMILIES, Delivery, PlainReceiver, RefusedError

FAULTS = Faults()


def require(*values: str) -> None:
    if not all(values):
        raise RefusedError


@FAULTS("W01")
class CaseSensitive(PlainReceiver):
    """names of headers are case-sensitive."""

    def choose_family(self, headers: httpx.Headers) -> str:
        if not any(name == b"svix-id" or name.startswith(b"webhook-") for name, _ in headers.raw):
            raise RefusedError
        return super().choose_family(headers)


@FAULTS("W01")
class EndedUnsupported(PlainReceiver):
    """refuses ended events."""

    def find_type(self, delivery, payload):
        if payload["type"].endswith(".ended"):
            raise RefusedError(422)
        return super().find_type(delivery, payload)


@FAULTS("W02")
class IdOptional(PlainReceiver):
    """the id may be absent: then everything is believed."""

    def verify(self, delivery: Delivery) -> None:
        if delivery.id:
            super().verify(delivery)


@FAULTS("W02")
class EmptyIdSigned(PlainReceiver):
    """an empty id is part of the signed text."""

    def check_presence(self, delivery: Delivery) -> None:
        require(delivery.stamp, delivery.signatures)


@FAULTS("W02")
class UndefinedId(PlainReceiver):
    """an absent id is the text undefined."""

    def read_headers(self, headers: httpx.Headers, body: bytes) -> Delivery:
        delivery = super().read_headers(headers, body)
        delivery.id = delivery.id or "undefined"
        return delivery


@FAULTS("W02")
class NoneId(PlainReceiver):
    """an absent id is the text None."""

    def read_headers(self, headers: httpx.Headers, body: bytes) -> Delivery:
        delivery = super().read_headers(headers, body)
        delivery.id = delivery.id or "None"
        return delivery


@FAULTS("W03")
class TimestampOptional(PlainReceiver):
    """the timestamp may be absent: then everything is believed."""

    def verify(self, delivery: Delivery) -> None:
        if delivery.stamp:
            super().verify(delivery)


@FAULTS("W03")
class EmptyTimestampSigned(PlainReceiver):
    """an empty timestamp is not compared with the clock."""

    def verify(self, delivery: Delivery) -> None:
        require(delivery.id, delivery.signatures)
        if delivery.stamp:
            self.check_time(delivery.stamp)
        self.check_signatures(delivery)


@FAULTS("W03")
class NullTimestamp(PlainReceiver):
    """an absent timestamp is the text null, which is not compared with the clock."""

    def verify(self, delivery: Delivery) -> None:
        require(delivery.id, delivery.signatures)
        if delivery.stamp:
            self.check_time(delivery.stamp)
        else:
            delivery.stamp = "null"
        self.check_signatures(delivery)


@FAULTS("W04")
class SignatureOptional(PlainReceiver):
    """the signature may be absent: then everything is believed."""

    def verify(self, delivery: Delivery) -> None:
        if delivery.signatures:
            super().verify(delivery)


@FAULTS("W04")
class AllOptional(PlainReceiver):
    """unsigned messages are taken for tests."""

    def verify(self, delivery: Delivery) -> None:
        if delivery.id or delivery.stamp or delivery.signatures:
            super().verify(delivery)


@FAULTS("W04")
class EndedUnverified(PlainReceiver):
    """only created events are verified."""

    def verify(self, delivery: Delivery) -> None:
        if b".ended" not in delivery.body:
            super().verify(delivery)


@FAULTS("W04")
class TextUnverified(PlainReceiver):
    """only JSON is verified."""

    def verify(self, delivery: Delivery) -> None:
        if "json" in delivery.headers.get("content-type", ""):
            super().verify(delivery)


@FAULTS("W04")
class KnownIdFirst(PlainReceiver):
    """a known id is answered with 2xx before anything is verified."""

    def verify(self, delivery: Delivery) -> None:
        if delivery.id not in self.seen:
            super().verify(delivery)


@FAULTS("W05")
class OtherFamilyOpen(PlainReceiver):
    """webhook-* is not verified."""

    def verify(self, delivery: Delivery) -> None:
        if "svix-id" in delivery.headers:
            super().verify(delivery)


@FAULTS("W12")
class OtherFamilyTimeless(PlainReceiver):
    """the age of webhook-* is not checked."""

    def verify(self, delivery: Delivery) -> None:
        self.check_presence(delivery)
        if "svix-id" in delivery.headers:
            self.check_time(delivery.stamp)
        self.check_signatures(delivery)


@FAULTS("W16")
class OtherFamilyUnlabelled(PlainReceiver):
    """any label is taken in webhook-*."""

    def check_signatures(self, delivery: Delivery) -> None:
        if "svix-id" not in delivery.headers:
            delivery.signatures = delivery.signatures.replace("v2,", "v1,").replace("v1a,", "v1,")
        super().check_signatures(delivery)


@FAULTS("W18")
class EitherFamily(PlainReceiver):
    """records the id of the family that was not verified."""

    def is_duplicate(self, delivery: Delivery) -> bool:
        delivery.id = delivery.headers.get("webhook-id") or delivery.id
        return super().is_duplicate(delivery)


@FAULTS("W18")
class SvixIdAlways(PlainReceiver):
    """verifies the family that is right, and records svix-id."""

    def read_headers(self, headers: httpx.Headers, body: bytes) -> Delivery:
        for family in FAMILIES:
            values = [headers.get(f"{family}-{part}", "") for part in ("id", "timestamp", "signature")]
            delivery = Delivery(*values, headers, body)
            try:
                super().verify(delivery)
            except RefusedError:
                continue
            delivery.id = headers.get("svix-id", delivery.id)
            return delivery
        raise RefusedError

    def verify(self, delivery: Delivery) -> None:
        """It was verified already."""


@FAULTS("W18")
class FirstId(PlainReceiver):
    """of two ids, verifies the one and records the other."""

    def read_headers(self, headers: httpx.Headers, body: bytes) -> Delivery:
        stamp, signatures = headers.get("svix-timestamp", ""), headers.get("svix-signature", "")
        for identifier in headers.get_list("svix-id"):
            delivery = Delivery(identifier, stamp, signatures, headers, body)
            try:
                super().verify(delivery)
            except RefusedError:
                continue
            delivery.id = next((one for one in headers.get_list("svix-id") if one != identifier), identifier)
            return delivery
        raise RefusedError

    def verify(self, delivery: Delivery) -> None:
        """It was verified already."""


@FAULTS("W18")
class FreshestTimestamp(PlainReceiver):
    """of two timestamps, verifies the one and compares the other with the clock."""

    def read_headers(self, headers: httpx.Headers, body: bytes) -> Delivery:
        identifier, signatures = headers.get("svix-id", ""), headers.get("svix-signature", "")
        stamps = headers.get_list("svix-timestamp") or [""]
        self.check_time(max(stamps))
        for stamp in stamps:
            delivery = Delivery(identifier, stamp, signatures, headers, body)
            try:
                self.check_signatures(delivery)
            except RefusedError:
                continue
            return delivery
        raise RefusedError

    def verify(self, delivery: Delivery) -> None:
        self.check_presence(delivery)


@FAULTS("W19")
class HeaderType(PlainReceiver):
    """trusts the header svix-event-type."""

    def find_type(self, delivery, payload):
        return delivery.headers.get("svix-event-type", payload["type"])


@FAULTS("W19")
class HeaderTypeInstead(PlainReceiver):
    """trusts the header svix-event-type where it does not know the signed type."""

    def find_type(self, delivery, payload):
        kind = payload["type"]
        return kind if self.is_known_type(kind) else delivery.headers.get("svix-event-type", kind)
