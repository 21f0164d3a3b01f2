"""What a report format is."""

from collections.abc import Callable

import msgspec

from reports.summary import Summary


class Format(msgspec.Struct, frozen=True):
    """A named format: `render` gives the content of its files by file name, `file` being the one to open."""

    name: str
    file: str
    render: Callable[[Summary], dict[str, bytes]]
