"""Complaints about a body that a faulty server does not make."""

from conformance.mock_server.seams import Hook


def forgiving(words: str) -> Hook:
    """A hook on `reject` that drops every complaint with these words; what else is wrong with a field stays wrong."""

    def act(_call: object, _body: object, errors: dict[str, list[str]]) -> dict[str, list[str]]:
        left = {name: [text for text in texts if words not in text] for name, texts in errors.items()}
        return {name: texts for name, texts in left.items() if texts}

    return act
