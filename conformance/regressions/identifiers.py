"""The ids and times of two worlds that correspond to each other, learnt from responses to the same reads."""

import re
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import NamedTuple
from urllib.parse import quote, unquote

_TOKEN = re.compile(
    r"(?P<time>\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:?\d\d)?)"
    r"|(?P<uuid>[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})"
    r"|(?P<id>(?<![0-9A-Za-z])[a-z]{0,8}[0-9A-Z]{20,32}(?![0-9A-Za-z]))"
)
_CLOCKS = timedelta(hours=1)  # by which the times of two worlds may differ beside the usual difference
_MAX_DELTAS = 256  # differences of times that are remembered


class _Piece(NamedTuple):
    kind: str  # `time`, `uuid` or `id`
    text: str


class IdentifierMap:
    """The ids and times of the target, with those of the baseline that they correspond to."""

    def __init__(self) -> None:
        self._to_baseline: dict[str, str] = {}
        self._to_target: dict[str, str] = {}
        self._deltas: list[float] = []  # seconds from a time of the target to that of the baseline
        self._ids, self._other_ids = 0, 0  # ids that are known, and those of them that have another one in the baseline

    @property
    def has_other_ids(self) -> bool:
        """Return whether the two targets call most things otherwise: they hold different data."""
        return 2 * self._other_ids > self._ids

    def translate(self, text: str) -> str:
        """Return a text of the target, such as a path with its query, with the ids and times of the baseline."""
        plain = _TOKEN.sub(self._translate, text)
        if plain != text or "%" not in text:
            return plain
        decoded = unquote(text)  # a time in a query has its colons escaped
        translated = _TOKEN.sub(self._translate, decoded)
        return text if translated == decoded else quote(translated, safe="/?&=:,@!$'()*;~-._")

    def can_translate(self, text: str) -> bool:
        """Return whether it is known what a text of the target means in the baseline.

        An id that no response has shown may be made up, or one that the baseline calls otherwise. So may a time in a
        path, which is an id there.
        """
        path, _, query = unquote(text).partition("?")
        names = [match[0] for match in _TOKEN.finditer(path)]
        names += [match[0] for match in _TOKEN.finditer(query) if match.lastgroup != "time"]
        return not self.has_other_ids or all(name in self._to_baseline for name in names)

    def agree(self, target: str, baseline: str) -> bool:
        """Return whether two texts differ only in ids and times; learn which of these correspond to each other."""
        if target == baseline and not _TOKEN.search(target):
            return True
        ours, theirs = _split(target), _split(baseline)
        if [piece if isinstance(piece, str) else piece.kind for piece in ours] != [
            piece if isinstance(piece, str) else piece.kind for piece in theirs
        ]:
            return False
        pairs = [
            (one, other)
            for one, other in zip(ours, theirs, strict=True)
            if isinstance(one, _Piece) and isinstance(other, _Piece)
        ]
        return all(self._is_consistent(one, other) for one, other in pairs)

    def find(self, target: str) -> str | None:
        """Return the id of the baseline that corresponds to an id of the target, None if it is not known."""
        return self._to_baseline.get(target)

    def _is_consistent(self, one: _Piece, other: _Piece) -> bool:
        if one.kind == "time":
            return self._has_consistent_times(one.text, other.text)
        known, used = self._to_baseline.get(one.text), self._to_target.get(other.text)
        if known is None and used is None:
            self._to_baseline[one.text], self._to_target[other.text] = other.text, one.text
            self._ids += 1
            self._other_ids += one.text != other.text
            return True
        return known == other.text

    def _has_consistent_times(self, one: str, other: str) -> bool:
        if _describe_form(one) != _describe_form(other):
            return False
        first, second = _parse(one), _parse(other)
        if first is None or second is None:
            return one == other
        delta = (second - first).total_seconds()
        usual = median(self._deltas) if self._deltas else 0.0
        if abs(delta - usual) > _CLOCKS.total_seconds():
            return False
        if len(self._deltas) < _MAX_DELTAS:
            self._deltas.append(delta)
        self._to_baseline.setdefault(one, other)
        return True

    def _translate(self, match: re.Match[str]) -> str:
        text = match[0]
        known = self._to_baseline.get(text)
        if known is not None or match.lastgroup != "time":
            return known or text
        moment = _parse(text)
        if moment is None or not self._deltas:
            return text
        return _format_like(moment + timedelta(seconds=median(self._deltas)), text)


def _split(text: str) -> list[str | _Piece]:
    """Return the ids and times of a text, and what stands between them."""
    pieces: list[str | _Piece] = []
    at = 0
    for match in _TOKEN.finditer(text):
        pieces += [text[at : match.start()], _Piece(match.lastgroup or "", match[0])]
        at = match.end()
    return [*pieces, text[at:]]


def _describe_form(time: str) -> tuple[int, str]:
    """Return how a time is written: the digits of its fraction, and its zone."""
    fraction = re.search(r"\.(\d+)", time)
    zone = re.search(r"([Zz]|[+-]\d\d:?\d\d)$", time)
    return len(fraction[1]) if fraction else 0, zone[1] if zone else ""


def _parse(time: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(time.upper())
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _format_like(moment: datetime, form: str) -> str:
    """Return a moment as another one is written."""
    digits, zone = _describe_form(form)
    text = moment.strftime("%Y-%m-%dT%H:%M:%S")
    return text + (f".{moment.microsecond:06d}"[: digits + 1] if digits else "") + zone
