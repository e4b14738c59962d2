"""A taken port is seen, and the next free one is found."""

import socket

import pytest

from stack.ports import NoPort, is_free, next_free


@pytest.fixture
def listener() -> socket.socket:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server


def test_a_port_somebody_listens_on_is_taken(listener: socket.socket) -> None:
    assert is_free(listener.getsockname()[1]) is False


def test_the_next_free_port_is_taken_instead(listener: socket.socket) -> None:
    taken = listener.getsockname()[1]
    found = next_free(taken)
    assert taken < found < taken + 50
    assert is_free(found)


def test_a_port_promised_to_another_program_is_left_out(listener: socket.socket) -> None:
    first = next_free(listener.getsockname()[1])
    assert next_free(first, taken=(first,)) > first


def test_no_port_at_all_is_said(listener: socket.socket) -> None:
    taken = listener.getsockname()[1]
    with pytest.raises(NoPort, match=f"The ports {taken} to {taken} of 127.0.0.1 are all taken"):
        next_free(taken, tries=1)
