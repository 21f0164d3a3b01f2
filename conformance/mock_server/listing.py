"""`--list-faults`: the catalogue of seeded faults, for people and as JSON."""

import msgspec

from conformance.mock_server.faults import listing


def fault_list(*, as_json: bool = False) -> str:
    """The catalogue as text, one line a fault, or as a JSON array of objects."""
    rows = listing()
    if as_json:
        return msgspec.json.format(msgspec.json.encode(rows), indent=2).decode()
    width = max((len(str(row["name"])) for row in rows), default=0)
    return "\n".join(
        f"{row['name']:<{width}}  {row['difficulty']:<6}  {','.join(row['requirements'])}  {row['about']}"
        for row in rows
    )
