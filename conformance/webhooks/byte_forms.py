"""The texts as which programs write bytes: what a secret may look like where it leaks. Pure."""

import base64


def write_bytes(content: bytes) -> dict[str, str]:
    """Return the usual texts of some bytes by the name of the form; a part of each text is a leak as well.

    The names are short, since reports show them in place of a redacted text.
    """
    standard, urlsafe = base64.b64encode(content).decode(), base64.urlsafe_b64encode(content).decode()
    forms = {
        "base64": standard.rstrip("="),
        "base64url": urlsafe.rstrip("="),
        "hex": content.hex(),
        "hex-upper": content.hex().upper(),
        "hex-spaced": content.hex(" "),
        "hex-colons": content.hex(":"),
        "numbers": ", ".join(map(str, content)),
        "numbers-compact": ",".join(map(str, content)),
        "python": repr(content)[2:-1],
        "json": standard.rstrip("=").replace("/", "\\/"),
    }
    return {name: text for name, text in forms.items() if text}
