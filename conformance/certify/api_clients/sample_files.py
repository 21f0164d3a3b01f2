"""The sample client that ships with the harness, to see a certification pass and to copy from."""

from importlib.resources import files
from pathlib import Path

from conformance.errors import UsageError

SAMPLE_FILES = ("client.py", "plan.toml")


def write_sample(folder: Path) -> tuple[Path, Path]:
    """Write the sample client and its plan to a folder, and return the paths of both.

    Raises:
        UsageError: A file exists already, or cannot be written.
    """
    source = files("conformance.certify") / "sample_client"
    paths = tuple(folder / name for name in SAMPLE_FILES)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path in paths:
            with path.open("x", encoding="utf-8") as file:
                file.write((source / path.name).read_text(encoding="utf-8"))
    except FileExistsError as error:
        raise UsageError(f"{error.filename} exists already", hint="Name a new folder with --sample") from error
    except OSError as error:
        raise UsageError(f"{folder} cannot be written: {error.strerror}", hint="Name another folder") from error
    return paths[0], paths[1]
