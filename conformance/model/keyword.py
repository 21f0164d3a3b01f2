"""Keywords of schemas as generated requests use them and responses show them."""

import msgspec


class Keyword(msgspec.Struct, frozen=True, order=True, array_like=True, omit_defaults=True):
    """A keyword of a schema at one place, kept or broken by one value.

    `place` is `query:page_size`, `header:NAME`, `path:NAME`, `body/name` or, in a response, `response/[]/name`.
    `name` is the keyword where the value lies on it (`enum`, `minimum`, `maxLength`, `format`, `present`, `absent`) or
    the way in which it is broken (`below minimum`, `not in enum`). `value` is a value of `enum`, a format, or the other
    place of a combination.
    """

    place: str
    name: str
    value: str = ""

    @property
    def is_broken(self) -> bool:
        """Return whether the value breaks the keyword."""
        return self.name.startswith(("not ", "below ", "above "))
