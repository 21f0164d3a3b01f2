"""Exit 0 where a server answers below 500 at the URL given, else 1 with the reason (for a container)."""

import sys
import urllib.error
import urllib.request


def is_healthy(url: str, timeout_s: float = 2.0) -> tuple[bool, str]:
    """Return whether the server answers below 500, and the status or the error; a refusal is an answer."""
    try:
        with urllib.request.urlopen(url, timeout=timeout_s) as response:  # noqa: S310 - the URL of our own container
            return response.status < 500, f"status {response.status}"
    except urllib.error.HTTPError as error:
        return error.code < 500, f"status {error.code}"
    except OSError as error:
        return False, str(error)


if __name__ == "__main__":
    healthy, what = is_healthy(sys.argv[1])
    sys.exit(None if healthy else f"{sys.argv[1]}: {what}")
