"""Where Flower listens, and what it is told."""

import os
from pathlib import Path

import pytest

from stack import flower, passwords
from stack.places import Places


def test_it_listens_on_a_socket_and_may_only_look(tmp_path: Path) -> None:
    places = Places(tmp_path)
    where = flower.address({}, places)
    words = flower.command(where, places)
    assert where == f"unix://{tmp_path}/valkey/flower.sock"
    assert f"--unix_socket={tmp_path}/valkey/flower.sock" in words
    assert {"--read_only=True", "--url_prefix=admin/flower", "--persistent=True"} <= set(words)
    assert f"--db={tmp_path}/flower" in words
    assert not [word for word in words if "auth" in word or "port" in word]


def test_it_listens_where_it_is_told_to(tmp_path: Path) -> None:
    places = Places(tmp_path)
    where = flower.address({"TENFOLD_FLOWER_URL": "http://10.0.0.7:5555"}, places)
    assert {"--address=10.0.0.7", "--port=5555"} <= set(flower.command(where, places))


@pytest.mark.parametrize("where", ["https://a:1", "http://a", "5555", "redis://a:1"])
def test_an_address_it_cannot_listen_on_is_refused(tmp_path: Path, where: str) -> None:
    with pytest.raises(flower.FlowerUnavailable, match="Write http://host:port"):
        flower.command(where, Places(tmp_path))


def test_its_password_is_made_once_and_kept(tmp_path: Path) -> None:
    places = Places(tmp_path)
    account = flower.account({}, places)
    assert account == f"tenfold:{passwords.kept(places)['flower']}"
    assert flower.account({}, places) == account
    assert flower.account({"FLOWER_BASIC_AUTH": "me:mine"}, places) == "me:mine"


def test_a_password_in_a_file_reaches_it_and_only_once(tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    """Flower knows the value alone, and the settings refuse a value beside the name of its file."""
    (tmp_path / "account").write_text("me:mine\n")
    monkeypatch.setenv("FLOWER_BASIC_AUTH_FILE", str(tmp_path / "account"))
    monkeypatch.setenv("TENFOLD_STATE_DIR", str(tmp_path))
    monkeypatch.delenv("FLOWER_BASIC_AUTH", raising=False)
    told: dict[str, str] = {}
    monkeypatch.setattr(os, "execv", lambda program, words: told.update(os.environ))
    flower.main()
    assert told["FLOWER_BASIC_AUTH"] == "me:mine"
    assert "FLOWER_BASIC_AUTH_FILE" not in told
    monkeypatch.delenv("FLOWER_BASIC_AUTH")


def test_its_folder_is_closed_to_everyone_else(tmp_path: Path) -> None:
    where = f"unix://{tmp_path}/open/flower.sock"
    (tmp_path / "open").mkdir(mode=0o755)
    flower.prepare(where)
    assert (tmp_path / "open").stat().st_mode & 0o777 == 0o700
    (tmp_path / "link").symlink_to(tmp_path / "open")
    with pytest.raises(flower.FlowerUnavailable, match="belongs to someone else"):
        flower.prepare(f"unix://{tmp_path}/link/flower.sock")
