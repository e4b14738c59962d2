"""The front door: which Python it takes, when it installs, and what it says where it cannot."""

import ast
import subprocess
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    loader = SourceFileLoader("front_door", str(ROOT / "run"))
    spec = spec_from_loader("front_door", loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    monkeypatch.delenv("TENFOLD_PYTHON", raising=False)
    return module


def fake(folder: Path, name: str, script: str) -> Path:
    """A program that stands in for a Python."""
    program = folder / name
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return program


def test_very_old_pythons_can_parse_it() -> None:
    source = (ROOT / "run").read_text()
    assert ast.parse(source, feature_version=(3, 4))
    # What Python 2 cannot parse either: f-strings and annotations.
    tree = ast.parse(source)
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr | ast.AnnAssign)]
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    assert not [function.name for function in functions if function.returns or function.args.kwonlyargs]


def test_help_names_every_command() -> None:
    done = subprocess.run([sys.executable, str(ROOT / "run"), "help"], capture_output=True, text=True)
    assert done.returncode == 0
    for command in ("read FILE", "test", "lint", "browser-test", "bench", "manage", "--no-demo", "--port"):
        assert command in done.stdout


def test_an_unknown_command_is_refused_in_words() -> None:
    done = subprocess.run([sys.executable, str(ROOT / "run"), "fly"], capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr == "There is no command 'fly'. ./run help lists what there is.\n"


def test_a_name_on_the_path_that_does_not_run_is_passed_over(
    run: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake(tmp_path, "python3.13", "exit 127")
    fake(tmp_path, "python3.12", "echo 3.12.4")
    fake(tmp_path, "python3", "echo 3.11.2")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert run.find_python() == ("python3.12", "3.12.4")


def test_only_old_pythons_is_said_with_the_one_thing_to_do(
    run: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fake(tmp_path, "python3", "echo 3.9.18")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(run.sys, "executable", str(tmp_path / "python3"))
    with pytest.raises(SystemExit) as left:
        run.find_python()
    assert left.value.code == 2
    said = capsys.readouterr().err
    assert "Tenfold needs Python 3.11 or newer, and here python3 is 3.9.18" in said
    assert "apt-get install python3 python3-venv" in said


def test_a_python_without_ensurepip_is_said_with_the_package_to_install(
    run: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bare = fake(tmp_path, "bare", 'case "$2" in *ensurepip*) exit 1;; esac\necho 3.12.4')
    monkeypatch.setenv("TENFOLD_PYTHON", str(bare))
    with pytest.raises(SystemExit):
        run.make_environment()
    assert "apt-get install python3.12-venv" in capsys.readouterr().err


def test_what_is_installed_is_not_installed_again_until_the_lock_changes(
    run: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bin").mkdir()
    python = fake(tmp_path / "bin", "python", f'echo "$@" >> {tmp_path}/calls\necho 3.12.4')
    monkeypatch.setattr(run, "ROOT", str(tmp_path))
    monkeypatch.setattr(run, "VENV", str(tmp_path))
    monkeypatch.setattr(run, "PYTHON", str(python))
    lock = tmp_path / "requirements.txt"

    def installations() -> int:
        run.install("requirements.txt")
        return (tmp_path / "calls").read_text().count("pip install")

    lock.write_text("django==5.2\n")
    assert installations() == 1
    assert installations() == 1
    lock.write_text("django==5.3\n")
    assert installations() == 2


def test_an_installation_that_broke_off_is_done_again(
    run: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bin").mkdir()
    failing = 'case "$*" in *install*) exit 1;; esac\necho 3.12.4'
    monkeypatch.setattr(run, "ROOT", str(tmp_path))
    monkeypatch.setattr(run, "VENV", str(tmp_path))
    monkeypatch.setattr(run, "PYTHON", str(fake(tmp_path / "bin", "python", failing)))
    (tmp_path / "requirements.txt").write_text("django==5.2\n")
    with pytest.raises(SystemExit) as left:
        run.install("requirements.txt")
    assert left.value.code == 2
    assert "The packages could not be installed" in capsys.readouterr().err
    assert not (tmp_path / "installed").exists()
