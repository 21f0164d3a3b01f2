"""Complaints about a body that a faulty server leaves out."""

from conformance.mock_server.hooks import Hook


def drop_complaints(words: str) -> Hook:
    """Return a hook on `reject` that drops every complaint with these words; other complaints about a field stay."""

    def act(_call: object, _body: object, errors: dict[str, list[str]]) -> dict[str, list[str]]:
        remaining = {name: [text for text in texts if words not in text] for name, texts in errors.items()}
        return {name: texts for name, texts in remaining.items() if texts}

    return act
