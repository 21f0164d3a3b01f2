"""Faults in keys, lists of signatures, labels, and the comparison of MACs."""

import base64
import binascii
import itertools

from tests.receivers.mutants.registry import Faults
from tests.receivers.plain import PREVIOUS, Delivery, PlainReceiver

FAULTS = Faults()
PUBLISHED = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@FAULTS("W05")
class NoVerification(PlainReceiver):
    """the MAC is not compared."""

    def is_equal(self, mac: str, expected: bytes) -> bool:
        return True


@FAULTS("W05")
class EmptySecret(PlainReceiver):
    """an empty second secret is a key."""

    def __init__(self) -> None:
        super().__init__()
        self.secrets.append("whsec_")


@FAULTS("W05")
class PublishedSecret(PlainReceiver):
    """the secret of the documentation was left in."""

    def __init__(self) -> None:
        super().__init__()
        self.secrets.append(PUBLISHED)


@FAULTS("W05")
class UnknownTypeUnverified(PlainReceiver):
    """unknown types are answered before they are verified."""

    def verify(self, delivery: Delivery) -> None:
        if b"tariff_of_tomorrow" not in delivery.body:
            super().verify(delivery)


@FAULTS("W05")
class KnownIdUnverified(PlainReceiver):
    """the MAC of a known id is not compared."""

    def check_signatures(self, delivery: Delivery) -> None:
        if delivery.id not in self.seen:
            super().check_signatures(delivery)


@FAULTS("W06")
class PreviousSecret(PlainReceiver):
    """the previous secret stays valid."""

    def __init__(self) -> None:
        super().__init__()
        self.secrets.append(PREVIOUS)


@FAULTS("W06")
class PreviousInWebhookFamily(PlainReceiver):
    """the previous secret stays valid for webhook-*."""

    def check_signatures(self, delivery: Delivery) -> None:
        own = self.secrets
        self.secrets = own if "svix-id" in delivery.headers else [*own, PREVIOUS]
        try:
            super().check_signatures(delivery)
        finally:
            self.secrets = own


@FAULTS("W15")
class FirstOnly(PlainReceiver):
    """reads the first signature only."""

    def split(self, signatures: str) -> list[str]:
        return super().split(signatures)[:1]


@FAULTS("W15")
class LastOnly(PlainReceiver):
    """reads the last signature only."""

    def split(self, signatures: str) -> list[str]:
        return super().split(signatures)[-1:]


@FAULTS("W15")
class FirstAndLast(PlainReceiver):
    """reads the first and the last signature only."""

    def split(self, signatures: str) -> list[str]:
        tokens = super().split(signatures)
        return [tokens[0], tokens[-1]]


@FAULTS("W15")
class AtMostFive(PlainReceiver):
    """reads five signatures at most."""

    def split(self, signatures: str) -> list[str]:
        return super().split(signatures)[:5]


@FAULTS("W15")
class Whole(PlainReceiver):
    """compares the header as one signature."""

    def split(self, signatures: str) -> list[str]:
        return [signatures]


@FAULTS("W16")
class AnyLabel(PlainReceiver):
    """any label will do."""

    def is_label(self, label: str) -> bool:
        return bool(label)


@FAULTS("W16")
class LabelBeginning(PlainReceiver):
    """a label that begins with v1 will do."""

    def is_label(self, label: str) -> bool:
        return label.startswith("v1")


@FAULTS("W16")
class TwoLabels(PlainReceiver):
    """v2 counts as v1."""

    def is_label(self, label: str) -> bool:
        return label in {"v1", "v2"}


@FAULTS("W16")
class LabelFirstStops(PlainReceiver):
    """gives up at the first unknown label."""

    def split(self, signatures: str) -> list[str]:
        tokens = super().split(signatures)
        unknown = [index for index, token in enumerate(tokens) if not token.startswith("v1,")]
        return tokens[: unknown[0]] if unknown else tokens


@FAULTS("W16")
class LabelInside(PlainReceiver):
    """a label that contains v1 will do."""

    def is_label(self, label: str) -> bool:
        return "1" in label and "v" in label


@FAULTS("W17")
class LabelOptional(PlainReceiver):
    """the label may be absent."""

    def split(self, signatures: str) -> list[str]:
        return [token if "," in token else f"v1,{token}" for token in super().split(signatures)]


@FAULTS("W17")
class EmptyLabel(PlainReceiver):
    """the label may be empty."""

    def is_label(self, label: str) -> bool:
        return label in {"", "v1"}


@FAULTS("W17")
class EqualsSign(PlainReceiver):
    """an equals sign ends the label as well."""

    def split(self, signatures: str) -> list[str]:
        return [token.replace("v1=", "v1,", 1) for token in super().split(signatures)]


@FAULTS("W17")
class NoSeparator(PlainReceiver):
    """nothing needs to end the label."""

    def split(self, signatures: str) -> list[str]:
        return [token if "," in token else f"{token[:2]},{token[2:]}" for token in super().split(signatures)]


@FAULTS("W17")
class CommaSeparated(PlainReceiver):
    """commas separate signatures as well."""

    def split(self, signatures: str) -> list[str]:
        parts = signatures.replace(" ", ",").split(",")
        return [f"{label},{mac}" for label, mac in itertools.pairwise(parts)]


@FAULTS("W17")
class Beginning(PlainReceiver):
    """compares the beginning of the MAC."""

    def is_equal(self, mac: str, expected: bytes) -> bool:
        return bool(mac) and base64.b64encode(expected).decode().startswith(mac)


@FAULTS("W17")
class AnyBeginning(PlainReceiver):
    """compares as many characters as came, also none."""

    def is_equal(self, mac: str, expected: bytes) -> bool:
        return base64.b64encode(expected).decode()[: len(mac)] == mac and len(mac) % 4 == 0


@FAULTS("W17")
class Sixteen(PlainReceiver):
    """compares sixteen bytes of the MAC."""

    def is_equal(self, mac: str, expected: bytes) -> bool:
        try:
            return base64.b64decode(mac)[:16] == expected[:16]
        except binascii.Error:
            return False


@FAULTS("W17")
class AllButOne(PlainReceiver):
    """compares as many bytes as came, from sixteen on."""

    def is_equal(self, mac: str, expected: bytes) -> bool:
        try:
            decoded = base64.b64decode(mac)
        except binascii.Error:
            return False
        return len(decoded) >= 16 and expected.startswith(decoded)


@FAULTS("W17")
class CaseInsensitive(PlainReceiver):
    """compares MACs without regard to case."""

    def is_equal(self, mac: str, expected: bytes) -> bool:
        return mac.lower() == base64.b64encode(expected).decode().lower()


@FAULTS("W17")
class PaddingOptional(PlainReceiver):
    """adds the padding that is missing."""

    def is_equal(self, mac: str, expected: bytes) -> bool:
        return super().is_equal(mac.rstrip("=") + "=" * (-len(mac.rstrip("=")) % 4), expected)


@FAULTS("W17")
class Base64Url(PlainReceiver):
    """reads base64url as well."""

    def is_equal(self, mac: str, expected: bytes) -> bool:
        return super().is_equal(mac.replace("-", "+").replace("_", "/"), expected)


@FAULTS("W17")
class UnreadableIsEqual(PlainReceiver):
    """a MAC that cannot be decoded skips the comparison."""

    def is_equal(self, mac: str, expected: bytes) -> bool:
        try:
            return base64.b64decode(mac, validate=True) == expected
        except binascii.Error:
            return True
