"""Endpoints that do not answer as HTTP wants: each is a function of one accepted connection."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Answering = Callable[[socket.socket], None]
ENDLESS = 100 * 1024 * 1024


def silent(connection: socket.socket) -> None:
    """Reads and never answers."""
    while connection.recv(65536):
        pass


def closing(connection: socket.socket) -> None:
    """Closes in the middle of its answer."""
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf")


def huge(connection: socket.socket) -> None:
    """Answers 200 with 100 MB."""
    connection.recv(65536)
    connection.sendall(f"HTTP/1.1 200 OK\r\ncontent-length: {ENDLESS}\r\n\r\n".encode())
    chunk, sent = b"x" * 65536, 0
    while sent < ENDLESS:
        sent += connection.send(chunk)


def no_http(connection: socket.socket) -> None:
    """Speaks something else."""
    connection.recv(65536)
    connection.sendall(b"220 mail.example ESMTP\r\n")


@contextmanager
def listening(answer: Answering) -> Iterator[str]:
    """The address of an endpoint that answers so, each connection in a thread of its own."""
    with socket.create_server(("127.0.0.1", 0), backlog=100) as server:
        thread = threading.Thread(target=_accept, args=(server, answer), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/webhook"
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


def _accept(server: socket.socket, answer: Answering) -> None:
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        threading.Thread(target=_answer, args=(connection, answer), daemon=True).start()


def _answer(connection: socket.socket, answer: Answering) -> None:
    with connection:
        try:
            answer(connection)
        except OSError:
            return  # the other side has gone
