"""Generated secrets are kept once and readable by their owner alone."""

import stat
from pathlib import Path

from stack import passwords
from stack.places import Places


def test_a_password_is_made_once(tmp_path: Path) -> None:
    places = Places(tmp_path / "state")
    first = passwords.make(places, "flower")
    assert len(first) == 16
    assert passwords.make(places, "flower") == first
    assert passwords.make(places, "admin") != first
    assert passwords.kept(places)["flower"] == first


def test_nobody_else_can_read_them(tmp_path: Path) -> None:
    places = Places(tmp_path / "state")
    passwords.make(places, "admin")
    passwords.make_secret_key(places)
    assert stat.S_IMODE(places.passwords.stat().st_mode) == 0o600
    assert stat.S_IMODE(places.secret_key.stat().st_mode) == 0o600
    assert stat.S_IMODE(places.state.stat().st_mode) == 0o700


def test_the_secret_key_stays_the_same(tmp_path: Path) -> None:
    places = Places(tmp_path)
    passwords.make_secret_key(places)
    first = places.secret_key.read_text()
    passwords.make_secret_key(places)
    assert places.secret_key.read_text() == first
    assert len(first.strip()) == 64
