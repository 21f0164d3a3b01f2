"""Other spellings of a request target, which a lenient server may take for the same path."""

from collections.abc import Iterator

import msgspec

from conformance.model import Headers, Request

# Headers in which a proxy states the client and the request to a server; a client must gain nothing by sending them.
_PROXY_HEADERS: Headers = (
    ("X-Forwarded-For", "127.0.0.1"),
    ("X-Real-IP", "127.0.0.1"),
    ("X-Forwarded-User", "admin"),
    ("X-Authenticated-User", "admin"),
    ("X-Internal-Request", "true"),
)


class Spelling(msgspec.Struct, frozen=True):
    """One spelling of a path: a description of it, the request target, and further headers."""

    oddity: str
    target: str
    headers: Headers = ()

    def apply(self, request: Request, identity: str) -> Request:
        """Return the request in this spelling for an identity, or without a token where that is empty.

        It names no operation, as the description says nothing about this path.
        """
        headers = (*request.headers, *self.headers)
        return msgspec.structs.replace(
            request, operation="*", target=self.target, headers=headers, identity=identity, fresh=False
        )


def list_spellings(target: str) -> tuple[Spelling, ...]:
    """Return the other spellings of a request target, always as many and in the same order.

    >>> [spelling.target for spelling in list_spellings("/evses/x?page_size=1")][:4]
    ['/evses/x/?page_size=1', '//evses/x?page_size=1', '/evses//x?page_size=1', '/EVSES/x?page_size=1']
    """
    path, mark, query = target.partition("?")
    spelled = (Spelling(oddity, odd + mark + query) for oddity, odd in _spell_path(path))
    return (*spelled, Spelling("the headers of a proxy", target, _PROXY_HEADERS))


def _spell_path(path: str) -> Iterator[tuple[str, str]]:
    """Yield each oddity with the path spelled so; `path` begins with a slash."""
    first, slash, rest = path[1:].partition("/")
    below = slash + rest
    yield "a slash at the end", f"{path}/"
    yield "two slashes at the beginning", f"/{path}"
    yield "two slashes inside", f"/{first}//{rest}"
    yield "upper case", f"/{first.upper()}{below}"
    yield "an encoded letter", f"/%{ord(first[0]):02X}{first[1:]}{below}"
    yield "a dot segment", f"/.{path}"
    yield "two dot segments", f"/{first}/..{path}"
    yield "an encoded dot segment", f"/%2e{path}"
    yield "a path parameter", f"{path};x=1"
    yield "a file extension", f"{path}.json"
    yield "an encoded slash", f"/{first}%2F{rest}"
    yield "an encoded blank at the end", f"{path}%20"
    yield "a backslash", f"/{first}%5C{rest}" if rest else f"{path}%5C"
