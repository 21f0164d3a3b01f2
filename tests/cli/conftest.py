import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest

from conformance import cli

REFERENCE = Path(__file__).parents[2].parent / "shared" / "reference" / "ev-energy-api-v2-openapi.yaml"


class Ended(NamedTuple):
    code: int
    out: str
    err: str
    directory: Path

    @property
    def summary(self) -> dict:
        return msgspec.json.decode((self.directory / "summary.json").read_bytes())


@pytest.fixture
def evconform(capfd, monkeypatch, tmp_path) -> Callable[..., Ended]:
    """Return a function that runs a command in an empty folder; `run` gets a report directory of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("EVCONFORM_TOKEN", raising=False)
    count = iter(range(100))

    def call(*arguments: object) -> Ended:
        directory = tmp_path / f"report-{next(count)}"
        own = (
            ["--report-dir", str(directory)]
            if arguments[0] == "run" and not {"--plan", "--report-dir"} & set(arguments)
            else []
        )
        monkeypatch.setattr(sys, "argv", ["evconform", *map(str, arguments), *own])
        with pytest.raises(SystemExit) as end:
            cli.main()
        out, err = capfd.readouterr()
        code = end.value.code
        return Ended(code if isinstance(code, int) else 0, out, err, directory)

    return call
