"""However the supervisor ends, nothing of what it started is left."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from stack import kernel
from stack.programs import Program
from stack.supervisor import Stopped, Supervisor

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the kernel's promises are Linux's")

# A program with a child in its group and one in a session of its own, as a worker has.
FAMILY = """
    import os, subprocess, sys, time
    for apart in (False, True):
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=apart)
    open(sys.argv[1], "w").write("up")
    time.sleep(600)
"""

STACK = """
    import sys
    from pathlib import Path
    from stack.guardian import guarded
    from stack.programs import Program
    from stack.supervisor import Stopped, Supervisor

    folder = Path(sys.argv[1])

    def work():
        with Supervisor(folder, folder / "logs") as supervisor:
            try:
                for name in ("first", "second"):
                    command = (sys.executable, str(folder / "family.py"), str(folder / name))
                    supervisor.start(Program(name, command))
                supervisor.keep_running()
            except Stopped:
                pass
        (folder / "orderly").write_text("yes")
        return 0

    sys.exit(guarded(work))
"""


@pytest.fixture
def stack(tmp_path: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A guardian, its supervisor and two programs with two children each: eight processes."""
    (tmp_path / "family.py").write_text(textwrap.dedent(FAMILY))
    (tmp_path / "run_stack.py").write_text(textwrap.dedent(STACK))
    process = subprocess.Popen(
        [sys.executable, str(tmp_path / "run_stack.py"), str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        start_new_session=True,
    )
    _until(lambda: (tmp_path / "first").exists() and (tmp_path / "second").exists())
    yield process
    for pid in _with_folder(tmp_path):
        os.kill(pid, signal.SIGKILL)
    process.wait()


def _until(condition, seconds: float = 20) -> None:  # type: ignore[no-untyped-def]
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.05)


def _with_folder(folder: Path) -> list[int]:
    """Processes that name the folder on their command line."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if str(folder).encode() in entry.read_bytes():
                found.append(int(entry.parent.name))
        except OSError:
            continue
    return [pid for pid in found if pid != os.getpid()]


def _alive(pids: list[int]) -> list[int]:
    alive = []
    for pid in pids:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        if state != "Z":
            alive.append(pid)
    return alive


def _tree(process: "subprocess.Popen[bytes]") -> list[int]:
    return [process.pid, *kernel.descendants(process.pid)]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_everything_in_order(
    stack: "subprocess.Popen[bytes]", tmp_path: Path, number: signal.Signals
) -> None:
    tree = _tree(stack)
    assert len(tree) == 8
    stack.send_signal(number)
    assert stack.wait(20) == 0
    assert _alive(tree) == []
    assert (tmp_path / "orderly").read_text() == "yes"


def test_ctrl_c_in_a_terminal_stops_everything(stack: "subprocess.Popen[bytes]", tmp_path: Path) -> None:
    tree = _tree(stack)
    os.killpg(stack.pid, signal.SIGINT)
    assert stack.wait(20) == 0
    assert _alive(tree) == []
    assert (tmp_path / "orderly").exists()


def test_killing_the_supervisor_leaves_nothing(stack: "subprocess.Popen[bytes]", tmp_path: Path) -> None:
    tree = _tree(stack)
    (supervisor,) = kernel.children(stack.pid)
    os.kill(supervisor, signal.SIGKILL)
    assert stack.wait(20) == 128 + signal.SIGKILL
    assert _alive(tree) == []
    assert not (tmp_path / "orderly").exists()


def test_killing_the_guardian_leaves_nothing_of_the_programs(
    stack: "subprocess.Popen[bytes]", tmp_path: Path
) -> None:
    tree = _tree(stack)
    stack.kill()
    stack.wait()
    _until(lambda: (tmp_path / "orderly").exists())
    _until(lambda: _alive(tree) == [])
    assert (tmp_path / "orderly").read_text() == "yes"


def test_killing_a_program_takes_its_children_and_starts_it_again(
    stack: "subprocess.Popen[bytes]", tmp_path: Path
) -> None:
    (supervisor,) = kernel.children(stack.pid)
    first = min(kernel.children(supervisor))
    (tmp_path / "first").unlink()
    os.kill(first, signal.SIGKILL)
    _until(lambda: (tmp_path / "first").exists())
    assert _alive([first]) == []
    assert len(kernel.children(supervisor)) == 2


def test_programs_stop_in_reverse_order_and_a_stubborn_one_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "program.py"
    script.write_text(
        textwrap.dedent("""
            import signal, sys, time
            def end(number, frame):
                with open(sys.argv[1], "a") as file:
                    file.write(sys.argv[2] + " " + str(number) + "\\n")
                sys.exit(0)
            handler = signal.SIG_IGN if sys.argv[2] == "stubborn" else end
            signal.signal(signal.SIGTERM, handler)
            signal.signal(signal.SIGQUIT, end)
            open(sys.argv[2] + ".up", "w").close()
            time.sleep(600)
        """)
    )
    said = tmp_path / "said"
    supervisor = Supervisor(tmp_path, tmp_path / "logs", lambda sentence: None)
    for name, number in (
        ("broker", signal.SIGTERM),
        ("stubborn", signal.SIGTERM),
        ("worker", signal.SIGQUIT),
    ):
        command = (sys.executable, str(script), str(said), name)
        supervisor.start(Program(name, command, stop_signal=number, stop_seconds=1.0))
    _until(lambda: len(list(tmp_path.glob("*.up"))) == 3)
    pids = [one.process.pid for one in supervisor.running if one.process]
    supervisor.stop()
    assert said.read_text().split("\n")[:-1] == ["worker 3", "broker 15"]
    assert _alive(pids) == []


def test_a_program_that_keeps_ending_waits_longer_each_time_and_shows_its_last_lines(tmp_path: Path) -> None:
    said: list[str] = []
    supervisor = Supervisor(tmp_path, tmp_path / "logs", said.append)
    supervisor.start(Program("broken", (sys.executable, "-c", "print('no such table'); raise SystemExit(7)")))
    one = supervisor.running[0]
    waits = []
    for _ in range(3):
        _until(lambda: one.ended)
        supervisor.watch_once()
        waits.append(round(one.start_at - time.monotonic()))
        assert one.process is None
        one.start_at = 0.0
        supervisor.watch_once()
    supervisor.stop()
    assert waits == [1, 2, 4]
    log = tmp_path / "logs" / "broken.log"
    assert said[0] == f"broken ended with status 7. Starting it again in 1 s. Its log: {log}"
    assert said[3].startswith("It ended 3 times in a row. Its last lines:\nno such table")


def test_a_program_that_is_never_ready_is_not_waited_for_without_end(tmp_path: Path) -> None:
    supervisor = Supervisor(tmp_path, tmp_path / "logs", lambda sentence: None)
    supervisor.start(Program("deaf", ("sleep", "60"), ready=lambda: False))
    began = time.monotonic()
    assert supervisor.wait_until_ready("deaf", seconds=0.3) is False
    assert time.monotonic() - began < 3
    supervisor.stop()


def test_a_program_is_ready_when_it_says_so_since_its_own_start(tmp_path: Path) -> None:
    supervisor = Supervisor(tmp_path, tmp_path / "logs", lambda sentence: None)
    (tmp_path / "logs" / "worker.log").write_text("worker ready.\n")
    command = ("sh", "-c", "while [ ! -e go ]; do sleep 0.05; done; echo worker ready.; sleep 60")
    supervisor.start(Program("worker", command, ready_words=" ready."))
    assert supervisor.wait_until_ready("worker", seconds=0.3) is False
    (tmp_path / "go").touch()
    assert supervisor.wait_until_ready("worker", seconds=10) is True
    supervisor.stop()


def test_a_command_in_the_foreground_returns_its_status_and_output(tmp_path: Path) -> None:
    supervisor = Supervisor(tmp_path, tmp_path / "logs", lambda sentence: None)
    words = [sys.executable, "-c", "import os; print(os.environ['WORD']); raise SystemExit(3)"]
    assert supervisor.run_to_end(words, {"WORD": "told"}, quiet=True) == (3, "told\n")


def test_a_stop_during_a_command_ends_the_command(tmp_path: Path) -> None:
    supervisor = Supervisor(tmp_path, tmp_path / "logs", lambda sentence: None)
    before = kernel.children(os.getpid())
    supervisor._note_signal(signal.SIGTERM, None)
    with pytest.raises(Stopped):
        supervisor.run_to_end(["sleep", "600"], {})
    assert kernel.children(os.getpid()) == before


def test_a_log_that_grew_large_keeps_one_former_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stack.supervisor.LARGEST_LOG", 1000)
    supervisor = Supervisor(tmp_path, tmp_path / "logs", lambda sentence: None)
    log = tmp_path / "logs" / "talker.log"
    log.write_text("x" * 1500)
    supervisor.start(Program("talker", ("sleep", "60")))
    supervisor.stop()
    assert log.read_text() == ""
    assert (tmp_path / "logs" / "talker.log.1").read_text() == "x" * 1500


# Touches its file until it is told to stop by a second file.
BEATING = """
    import pathlib, sys, time
    alive, silent = map(pathlib.Path, sys.argv[1:])
    while True:
        if not silent.exists():
            alive.touch()
        time.sleep(0.1)
"""


@pytest.mark.parametrize("how", ["stopped", "silent"])
def test_a_program_without_a_sign_of_life_is_started_again(tmp_path: Path, how: str) -> None:
    (tmp_path / "beating.py").write_text(textwrap.dedent(BEATING))
    alive, silent = tmp_path / "alive", tmp_path / "silent"
    command = (sys.executable, str(tmp_path / "beating.py"), str(alive), str(silent))
    said: list[str] = []
    with Supervisor(tmp_path, tmp_path / "logs", said.append) as supervisor:
        supervisor.start(Program("beating", command, alive=alive, alive_seconds=1.5))
        _until(alive.exists)
        end = time.monotonic() + 2.5
        while time.monotonic() < end:
            supervisor.watch_once()
            time.sleep(0.05)
        assert said == []
        first = supervisor.running[0].process
        assert first is not None
        if how == "stopped":
            os.kill(first.pid, signal.SIGSTOP)
        else:
            silent.touch()
        end = time.monotonic() + 20
        while supervisor.running[0].process in (first, None):
            supervisor.watch_once()
            assert time.monotonic() < end, said
            time.sleep(0.05)
        silent.unlink(missing_ok=True)
    assert said[0] == "beating gives no sign of life. It is killed and started again."
    assert said[1].startswith("beating was killed by signal 9. Starting it again in 1 s.")
