"""The file `.env` is read the way Django's settings read it."""

from pathlib import Path

import pytest

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


def test_a_secret_may_lie_in_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "flower"
    secret.write_text("me:mine\n")
    told = {"FLOWER_BASIC_AUTH_FILE": str(secret), "SSL_CERT_FILE": "/etc/ssl/certs"}
    assert environment.value_of("FLOWER_BASIC_AUTH", told) == "me:mine"
    assert environment.read(tmp_path, told) == {**told, "FLOWER_BASIC_AUTH": "me:mine"}
    assert environment.value_of("SECRET_KEY", told) == ""


@pytest.mark.parametrize(
    ("content", "more", "sentence"),
    [
        (None, {}, "SECRET_KEY_FILE names {file}, which cannot be read: No such file or directory."),
        (b"", {}, "SECRET_KEY_FILE names {file}, which is empty. Write the value into it."),
        (b"\xff\xfe", {}, "SECRET_KEY_FILE names {file}, which cannot be read: it is no text."),
        (b"key", {"SECRET_KEY": "x"}, "SECRET_KEY and SECRET_KEY_FILE are both set. Keep one of them."),
    ],
)
def test_a_file_that_holds_no_secret_is_said_by_name(
    tmp_path: Path, content: bytes | None, more: dict[str, str], sentence: str
) -> None:
    file = tmp_path / "key"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(environment.UnreadableSecret) as refused:
        environment.read(tmp_path, {"SECRET_KEY_FILE": str(file), **more})
    assert str(refused.value) == sentence.format(file=file)
