"""A stand-in for `docker build`: it plays a Dockerfile below a folder of this machine.

Absolute paths of the image lie below that folder; the base image stands for what is installed here. It knows what our
Dockerfile uses, and refuses the rest.
"""

import json
import os
import shlex
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class PlayedImage:
    """What a Dockerfile leaves: files below `root`, and how a container is started."""

    root: Path
    user: str = "root"
    variables: dict[str, str] = field(default_factory=dict)
    command: dict[str, list[str]] = field(default_factory=dict)

    def place(self, argument: str) -> str:
        """Return an argument; an absolute path of the image as it is on this machine."""
        return f"{self.root}{argument}" if argument.startswith("/") else argument

    def environment(self) -> Mapping[str, str]:
        """Return the environment of a container; the commands of its system are those of this machine."""
        placed = {name: ":".join(map(self.place, value.split(":"))) for name, value in self.variables.items()}
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("EVCONFORM", "PYTHON"))}
        expanded = {name: value.replace("$PATH", kept["PATH"]) for name, value in placed.items()}
        return {**kept, **expanded, "HOME": f"{self.root}/home/{self.user}"}

    def start(self, *command: str) -> subprocess.Popen[str]:
        """Start a command line in the image, with the environment of a container."""
        environment = self.environment()
        program = shutil.which(self.place(command[0]), path=environment["PATH"])
        assert program, f"{command[0]} is not in the image"
        return subprocess.Popen(
            [program, *map(self.place, command[1:])],
            env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
        )  # fmt: skip


def send_context(source: Path, target: Path) -> None:
    """Copy what `.dockerignore` sends to a build: nothing but what a line with `!` names."""
    first, *lines = (source / ".dockerignore").read_text().split()
    assert first == "*"
    ignored = shutil.ignore_patterns(*(line.removeprefix("**/") for line in lines if line.startswith("**/")))
    for name in (line[1:] for line in lines if line.startswith("!")):
        if (source / name).is_dir():
            shutil.copytree(source / name, target / name, ignore=ignored)
        else:
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source / name, target / name)


def play_dockerfile(dockerfile: Path, context: Path, root: Path) -> PlayedImage:
    """Play each instruction in turn; what a later stage does not copy from an earlier one is lost."""
    lines = [line for line in dockerfile.read_text().splitlines() if line and not line.startswith("#")]
    instructions = [(name, shlex.split(rest)) for name, _, rest in (line.partition(" ") for line in lines)]
    image = PlayedImage(root)
    for number, (name, words) in enumerate(instructions):
        match name:
            case "FROM":
                taken = [rest[1] for later, rest in instructions[number:] if later == "COPY" and len(rest) == 3]
                _begin_stage(root, taken if number else [])
                image = PlayedImage(root)
            case "COPY" if words[0].startswith("--from="):
                assert words[1] == words[2], "a virtual environment cannot be moved"
            case "COPY":
                source, target = context / words[0], Path(image.place(words[1]))
                shutil.copytree(source, target) if source.is_dir() else shutil.copy(source, target)
            case "RUN" if words[0] == "useradd":
                (root / "home" / words[-1]).mkdir(parents=True)
            case "RUN":
                process = image.start(*words)
                output, _ = process.communicate()
                assert process.returncode == 0, output
            case "ENV":
                image.variables |= dict(word.split("=", 1) for word in words)
            case "USER":
                image.user = words[0]
            case "ENTRYPOINT" | "CMD":
                image.command[name] = json.loads(lines[number].partition(" ")[2])
            case _:
                assert name == "WORKDIR", f"the stand-in does not know {name}"
    return image


def _begin_stage(root: Path, taken: list[str]) -> None:
    aside = root.with_name("taken")
    aside.mkdir()
    for path in taken:
        place = aside / path.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(f"{root}{path}", place)
    shutil.rmtree(root, ignore_errors=True)
    aside.rename(root)
