"""The container: its build steps as a script on this machine, and what compose.yaml starts in it."""

import os
import signal
import socket
import time
from pathlib import Path

import pytest
import yaml

from conformance import __version__
from tests.forge.image_player import PlayedImage, play_dockerfile, send_context

ROOT = Path(__file__).parents[2]
_START_S = 60.0

pytestmark = pytest.mark.long  # everything is installed once more


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> PlayedImage:
    """The image that the Dockerfile builds of what is sent to a build."""
    folder = tmp_path_factory.mktemp("build")
    send_context(ROOT, folder / "context")
    return play_dockerfile(ROOT / "Dockerfile", folder / "context", folder / "image")


def test_image_holds_the_command_and_not_what_it_was_built_of(image):
    process = image.start(*image.command["ENTRYPOINT"], "--version")
    assert process.communicate()[0] == f"evconform {__version__}\n"
    assert image.user != "root"
    assert image.command["CMD"] == ["run"]
    assert sorted(path.name for path in image.root.iterdir()) == ["home", "opt"]
    assert Path(image.place("/opt/evconform/ci/shard.sh")).stat().st_mode & 0o111


def test_compose_starts_a_server_that_its_healthcheck_takes_for_healthy(image):
    service = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]["api"]
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])

    def is_healthy() -> bool:
        assert service["healthcheck"]["test"][0] == "CMD"
        process = image.start(*(word.replace(":8000", f":{port}") for word in service["healthcheck"]["test"][1:]))
        process.communicate()
        return process.returncode == 0

    command = [port if word == "8000" else word for word in service["command"]]
    assert not is_healthy()
    server = image.start(*image.command["ENTRYPOINT"], *command)
    try:
        end = time.monotonic() + _START_S
        while not is_healthy():
            assert server.poll() is None, server.communicate()[0]
            assert time.monotonic() < end, "the server does not start"
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.communicate()
    assert not is_healthy()
