"""The demo site keeps its port from start to start, because the demo company's address holds it."""

import socket
from pathlib import Path

from stack.places import Places
from stack.up import _choose_ports, options


def a_free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def test_the_port_of_the_first_start_comes_first(tmp_path: Path) -> None:
    places = Places(tmp_path)
    port = a_free_port()
    places.demo_done.write_text(f"{port}\n")
    assert _choose_ports(options([]), places, with_demo=True).demo == port


def test_another_is_taken_and_said_where_it_is_in_use(tmp_path: Path, capsys) -> None:  # type: ignore[no-untyped-def]
    places = Places(tmp_path)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = int(listener.getsockname()[1])
        places.demo_done.write_text(f"{port}\n")
        chosen = _choose_ports(options([]), places, with_demo=True).demo
    assert chosen is not None
    assert chosen > port
    assert f"Port {port} is taken, so the demo site uses {chosen}." in capsys.readouterr().out


def test_a_file_that_says_nothing_is_passed_over(tmp_path: Path) -> None:
    places = Places(tmp_path)
    places.demo_done.write_text("\n")
    assert _choose_ports(options(["--no-demo"]), places, with_demo=False).demo is None
