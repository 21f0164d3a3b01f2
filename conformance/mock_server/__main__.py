"""`python -m conformance.mock_server`: serve on loopback until the process is ended."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from conformance.errors import HarnessError, UsageError
from conformance.mock_server import clock
from conformance.mock_server.assembly import ServerSettings
from conformance.mock_server.rate_limit import DEFAULT_RATE_LIMIT
from conformance.mock_server.uvicorn_server import serve_until_ended
from conformance.tools.process_lifetime import end_with_input


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse the command line, serve, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m conformance.mock_server", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 takes a free one (default: 0)")
    parser.add_argument("--seed", type=int, default=1, help="seed of the world (default: 1)")
    parser.add_argument("--description", type=Path, help="OpenAPI description (default: the bundled description)")
    parser.add_argument(
        "--overlay", type=Path, action="append", default=[], help="overlay of the description; repeatable"
    )
    parser.add_argument(
        "--fault", action="append", default=[], metavar="NAME", help="seed the fault of this name; repeatable"
    )
    parser.add_argument(
        "--reading", action="append", default=[], metavar="NAME", help="follow the reading of this name; repeatable"
    )
    parser.add_argument(
        "--rate-limit",
        type=int,
        default=DEFAULT_RATE_LIMIT,
        metavar="N",
        help="requests an hour (default: %(default)s)",
    )
    parser.add_argument("--now", metavar="TIME", help="freeze the clock at an RFC 3339 time (default: the clock runs)")
    parser.add_argument(
        "--until-input-ends",
        action="store_true",
        help="end when the standard input ends, as with the process before it",
    )
    options = parser.parse_args(arguments)
    if options.until_input_ends:
        end_with_input()
    try:
        moment = _parse_time(options.now)
        settings = ServerSettings(
            options.description,
            options.seed,
            tuple(options.fault),
            tuple(options.reading),
            rate_limit=options.rate_limit,
            now=moment,
            overlays=tuple(options.overlay),
        )
        serve_until_ended(settings, options.port)
    except HarnessError as error:
        sys.stderr.write(f"{error.message}\n{error.hint}\n")
        return error.exit_code
    return 0


def _parse_time(text: str | None) -> int | None:
    if text is None:
        return None
    moment = clock.parse_time(text)
    if moment is None:
        raise UsageError(f"--now must be an RFC 3339 time, got {text!r}", hint="For example 2026-01-31T12:00:00Z")
    return moment


if __name__ == "__main__":
    sys.exit(main())
