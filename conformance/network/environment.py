"""Settings of the machine that connections depend on: proxies and certificates, named in environment variables."""

import os
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from conformance.errors import UsageError
from conformance.tools.url_secrets import hide_url_secrets

_PROXY_SCHEMES = frozenset({"", "http", "https"})
_CERTIFICATE_VARIABLES = ("SSL_CERT_FILE", "SSL_CERT_DIR")


@contextmanager
def explain_settings() -> Iterator[None]:
    """Explain why no connection can be opened, by the variable that prevents it.

    Raises UsageError for a proxy that is not understood, and for certificates that cannot be read.
    """
    try:
        _check_certificate_folder()
        yield
    except (ImportError, ValueError, httpx.InvalidURL) as error:
        name, value = _find_proxy_variable()
        if not name:
            raise
        raise UsageError(
            f"{name} is not a proxy that can be used, got {hide_url_secrets(value)!r}",
            hint=f"Set {name} to a URL with http or https, or unset it: {error}",
        ) from error
    except OSError as error:
        name = next((name for name in _CERTIFICATE_VARIABLES if os.environ.get(name)), "")
        if not name:
            raise
        reason = "no certificates in PEM" if isinstance(error, ssl.SSLError) else error.strerror
        raise UsageError(
            f"{name} does not lead to certificates: {os.environ[name]}: {reason}",
            hint=f"Set {name} to a file of trusted certificates, or unset it",
        ) from error


def _check_certificate_folder() -> None:
    """Raise OSError if the folder of certificates does not exist; OpenSSL would silently trust no certificate."""
    folder = os.environ.get("SSL_CERT_DIR")
    if folder and not os.environ.get("SSL_CERT_FILE"):
        for part in folder.split(os.pathsep):
            if next(Path(part).iterdir(), None) is None:
                raise FileNotFoundError(0, "the folder is empty", part)


def _find_proxy_variable() -> tuple[str, str]:
    """Return the name and the value of the variable whose proxy is not understood, empty texts without one."""
    for name, value in os.environ.items():
        if name.lower().endswith("_proxy") and name.lower() != "no_proxy" and value and not _is_usable(value):
            return name, value
    return "", ""


def parse_proxy(proxy: str | None) -> str | None:
    """Return the URL of a proxy, which the environment may name without its scheme; raises ValueError for no URL."""
    if not proxy:
        return None
    if not _is_usable(proxy):
        raise ValueError("it is no URL of a proxy")
    return proxy if "://" in proxy else f"http://{proxy}"


def _is_usable(proxy: str) -> bool:
    try:
        parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
        return parts.scheme in _PROXY_SCHEMES and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
