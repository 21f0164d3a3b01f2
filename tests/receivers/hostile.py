"""Endpoints that break HTTP: each is a function of one accepted connection."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Handler = Callable[[socket.socket], None]
ENDLESS = 100 * 1024 * 1024


def silent(connection: socket.socket) -> None:
    """Read and never respond."""
    while connection.recv(65536):
        pass


def cut_off(connection: socket.socket) -> None:
    """Close in the middle of the response."""
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf")


def huge(connection: socket.socket) -> None:
    """Respond with 200 and 100 MB."""
    connection.recv(65536)
    connection.sendall(f"HTTP/1.1 200 OK\r\ncontent-length: {ENDLESS}\r\n\r\n".encode())
    chunk, sent = b"x" * 65536, 0
    while sent < ENDLESS:
        sent += connection.send(chunk)


def no_http(connection: socket.socket) -> None:
    """Respond with another protocol."""
    connection.recv(65536)
    connection.sendall(b"220 mail.example ESMTP\r\n")


@contextmanager
def listen(handler: Handler) -> Iterator[str]:
    """Serve an endpoint, each connection in a thread of its own, and yield its address."""
    with socket.create_server(("127.0.0.1", 0), backlog=100) as server:
        thread = threading.Thread(target=_accept, args=(server, handler), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/webhook"
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


def _accept(server: socket.socket, handler: Handler) -> None:
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        threading.Thread(target=_answer, args=(connection, handler), daemon=True).start()


def _answer(connection: socket.socket, handler: Handler) -> None:
    with connection:
        try:
            handler(connection)
        except OSError:
            return  # the peer has closed the connection
