"""Ids that are almost valid: each kind of mistake has a name, and is enumerated rather than drawn."""

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType

import msgspec
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

_LETTERS = 4  # of the prefix
_LONG = 4096  # characters of the longest near miss


class NearMiss(msgspec.Struct, frozen=True):
    """A value that is wrong in one way, and the name of that way. `value` is not percent-encoded."""

    name: str
    value: str


def _shift_letters(prefix: str) -> str:
    """Replace each letter by the next of the alphabet: another prefix of four lower-case letters."""
    return "".join(chr((ord(letter) - ord("a") + 1) % 26 + ord("a")) for letter in prefix)


def _replace_last(letter: str) -> Callable[[str], str]:
    """Return a function that replaces the last character of an id."""
    return lambda valid: valid[:-1] + letter


# Source of the classes: the ULID specification (alphabet, overflow) and the description's id patterns (prefix, length).
MALFORMATIONS: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {
        "wrong-prefix": lambda valid: _shift_letters(valid[:_LETTERS]) + valid[_LETTERS:],
        "upper-case-prefix": lambda valid: valid[:_LETTERS].upper() + valid[_LETTERS:],
        "no-prefix": lambda valid: valid[_LETTERS:],
        "prefix-alone": lambda valid: valid[:_LETTERS],
        "lower-case": lambda valid: valid[:-1].lower() + "z",
        "one-short": lambda valid: valid[:-1],
        "one-long": lambda valid: valid + "0",
        "letter-i": _replace_last("I"),
        "letter-l": _replace_last("L"),
        "letter-o": _replace_last("O"),
        "letter-u": _replace_last("U"),
        "overflow": lambda valid: valid[:_LETTERS] + "8" + valid[_LETTERS + 1 :],
        "trailing-newline": lambda valid: valid + "\n",
        "leading-space": lambda valid: " " + valid,
        "trailing-space": lambda valid: valid + " ",
        "full-width-digit": _replace_last("\uff10"),
        "combining-accent": lambda valid: valid + "\u0301",
        "nul": lambda valid: valid + "\0",
        "nul-inside": _replace_last("\0"),
        "hyphen": _replace_last("-"),
        "quote": _replace_last("'"),
        "percent": _replace_last("%"),
        "very-long": lambda valid: valid + "0" * (_LONG - len(valid)),
    }
)


def near_misses(valid_id: str) -> tuple[NearMiss, ...]:
    """Return every near miss of a valid id, in a fixed order.

    >>> [miss.name for miss in near_misses("evse01HSH04KDEWF6Z4DB2J77J74K5")][:2]
    ['wrong-prefix', 'upper-case-prefix']
    """
    return tuple(NearMiss(name, malform(valid_id)) for name, malform in MALFORMATIONS.items())


def near_miss_ids(
    valid_ids: st.SearchStrategy[str], *, names: Collection[str] = tuple(MALFORMATIONS)
) -> st.SearchStrategy[NearMiss]:
    """Return a strategy for near misses of drawn ids, of the named classes only.

    Use `near_misses` to get every class at least once.

    In a test of your own::

        @given(miss=near_miss_ids(prefixed_ulids("vhcl"), names=["overflow", "letter-u"]))
        def test_no_such_vehicle(miss):
            assert client.get(f"/vehicles/{quote(miss.value)}").status_code in {400, 404}
    """
    unknown = set(names) - set(MALFORMATIONS)
    if unknown or not names:
        raise InvalidArgument(f"names must be some of {', '.join(MALFORMATIONS)}, got {sorted(unknown)}")
    chosen = st.sampled_from(sorted(names, key=tuple(MALFORMATIONS).index))
    return st.builds(lambda name, valid: NearMiss(name, MALFORMATIONS[name](valid)), chosen, valid_ids)
