"""Which ports are free."""

import socket


class NoPort(Exception):
    """Every port that was tried is taken."""


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """True where a server could listen on the port now."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as attempt:
        # A port whose last connections are still closing is free for a server.
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind((host, port))
        except OSError:
            return False
    return True


def next_free(
    preferred: int, host: str = "127.0.0.1", *, tries: int = 50, taken: tuple[int, ...] = ()
) -> int:
    """The preferred port or the next one above it that is free. Raises NoPort."""
    for port in range(preferred, min(preferred + tries, 65536)):
        if port not in taken and is_free(port, host):
            return port
    raise NoPort(f"The ports {preferred} to {preferred + tries - 1} of {host} are all taken. Use --port.")
