"""The file `.env` is read the way Django's settings read it."""

from pathlib import Path

from stack import environment


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(
        "# a comment\nREDIS_URL=redis://file:6379/0\nexport TENFOLD_CONTACT='me at home'  \n"
        'DATABASE_URL="postgresql://a/b"\nTENFOLD_LOG_LEVEL=DEBUG # loud\nnot a setting\n'
    )
    found = environment.read(tmp_path, {"REDIS_URL": "redis://environment:6379/0"})
    assert found == {
        "REDIS_URL": "redis://environment:6379/0",
        "TENFOLD_CONTACT": "me at home",
        "DATABASE_URL": "postgresql://a/b",
        "TENFOLD_LOG_LEVEL": "DEBUG",
    }


def test_another_file_can_be_named(tmp_path: Path) -> None:
    other = tmp_path / "production.env"
    other.write_text("DEBUG=false\n")
    told = {"TENFOLD_ENV_FILE": str(other)}
    assert environment.read(tmp_path, told) == {"DEBUG": "false", **told}


def test_no_file_is_no_setting(tmp_path: Path) -> None:
    assert environment.read(tmp_path, {}) == {}
