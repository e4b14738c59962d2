"""The systemd units start the same programs as docker-compose.yml, and are as shut."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.deploy import compose
from tests.deploy.compose import ROOT, Service

FOLDER = ROOT / "deploy" / "systemd"
SERVICES = {
    name: service
    for name, service in compose.read({"TENFOLD_HOST": "tenfold.example.org"}).items()
    if service.is_ours and name != "restore"  # called by hand, with rights of one's own
}
HARDENED = {
    "NoNewPrivileges": "yes",
    "CapabilityBoundingSet": "",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "RestrictAddressFamilies": "AF_INET AF_INET6 AF_UNIX",
    "SystemCallFilter": "@system-service",
    "UMask": "0027",
    "User": "tenfold",
}


class Unit:
    """A unit's file: `of` gives the last value of a key, `all` every one."""

    def __init__(self, path: Path) -> None:
        self.name = path.stem
        self.values: dict[str, list[str]] = {}
        for line in path.read_text().splitlines():
            key, separator, value = line.partition("=")
            if separator and not line.startswith("#"):
                self.values.setdefault(key, []).append(value)

    def of(self, key: str) -> str:
        return self.values.get(key, [""])[-1]

    def all(self, key: str) -> str:
        return " ".join(self.values.get(key, []))


UNITS = {path.stem.removeprefix("tenfold-"): Unit(path) for path in sorted(FOLDER.glob("*.service"))}


def seconds(written: str) -> int:
    return int(re.match(r"\d+", written)[0])  # type: ignore[index]


@pytest.mark.parametrize("service", SERVICES.values(), ids=lambda service: service.name)
def test_each_program_is_the_one_of_the_compose_file(service: Service) -> None:
    unit = UNITS[service.name]
    command = unit.of("ExecStart").replace("%%", "%").removeprefix("/opt/tenfold/.venv/bin/").split()
    wanted = [word.replace("/backups", "/var/backups/tenfold") for word in service.command]
    assert command == wanted
    assert unit.of("WorkingDirectory") == "/opt/tenfold"
    limits = service.written["deploy"]["resources"]["limits"]
    assert unit.of("CPUQuota") == f"{float(limits['cpus']) * 100:.0f}%"
    assert unit.of("MemoryMax").lower() == limits["memory"]
    assert int(unit.of("TasksMax")) == limits["pids"]
    assert (unit.of("Restart") == "always") is (service.written["restart"] == "unless-stopped")
    assert unit.of("KillSignal") == service.written.get("stop_signal", "")
    if "stop_grace_period" in service.written:
        assert seconds(unit.of("TimeoutStopSec")) == seconds(service.written["stop_grace_period"])
    secrets = {re.sub(":.*", "", name) for name in unit.values["LoadCredential"]}
    assert secrets == set(service.written["secrets"])
    for name, value in service.environment.items():
        if name.endswith("_FILE") and value.startswith("/run/secrets/"):
            assert f"{name}=%d/{value.rsplit('/', 1)[1]}" in unit.all("Environment").split()


def test_there_is_a_unit_for_each_program_and_the_target_wants_them() -> None:
    assert set(UNITS) == set(SERVICES)
    target = Unit(FOLDER / "tenfold.target")
    assert set(target.of("Wants").split()) == {f"tenfold-{name}.service" for name in UNITS} - {
        "tenfold-backup.service"
    }
    assert Unit(FOLDER / "tenfold-backup.timer").of("OnCalendar") == "*-*-* 02:10:00 UTC"


@pytest.mark.parametrize("unit", UNITS.values(), ids=lambda unit: unit.name)
def test_each_unit_is_shut(unit: Unit) -> None:
    assert {key: unit.of(key) for key in HARDENED} == HARDENED
    assert "/var/lib/tenfold" in unit.all("ReadWritePaths").split()
    if unit.name not in ("tenfold-prepare", "tenfold-backup"):
        assert unit.of("Requires") == "tenfold-prepare.service"


def test_a_silent_worker_or_scheduler_is_killed() -> None:
    for name, unit in UNITS.items():
        if name.startswith("worker-") or name == "beat":
            assert (unit.of("Type"), unit.of("NotifyAccess")) == ("notify", "main")
            assert (unit.of("WatchdogSec"), unit.of("WatchdogSignal")) == ("90", "SIGKILL")
        if name.startswith("worker-"):
            assert unit.of("SuccessExitStatus") == "1"
            given = re.search(r"TENFOLD_SOFT_SHUTDOWN_SECONDS=(\d+)", unit.all("Environment"))
            assert given is not None
            assert int(given[1]) < seconds(unit.of("TimeoutStopSec"))


def test_the_example_of_settings_names_only_what_is_read() -> None:
    known = set(re.findall(r"^([A-Z][A-Z0-9_]*)=", (ROOT / ".env.example").read_text(), re.M))
    told = re.findall(r"^([A-Z][A-Z0-9_]*)=", (FOLDER / "tenfold.env.example").read_text(), re.M)
    assert set(told) <= known
    # What differs from machine to machine in the one, and where things are, is all that differs in the other.
    compose_told = set(SERVICES["web"].environment) - {"PORT", "WEB_CONCURRENCY"}
    apart = {"TENFOLD_FILES_DIR", "TENFOLD_DROP_DIR", "TENFOLD_TRAINING_DIR"}
    apart |= {"TENFOLD_ALLOWED_PRIVATE_HOSTS", "TENFOLD_SOFT_SHUTDOWN_SECONDS"}
    assert {name for name in compose_told if not name.endswith("_FILE")} - apart == set(told) - {
        "TENFOLD_ENV_FILE"
    }


def test_systemd_understands_all_of_it(tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd is not installed here")
    for path in FOLDER.glob("tenfold*"):
        if path.suffix != ".example":
            (tmp_path / path.name).write_text(path.read_text().replace("/opt/tenfold", str(ROOT)))
    done = subprocess.run(
        [program, "verify", "--man=no", *sorted(map(str, tmp_path.iterdir()))], capture_output=True, text=True
    )
    ours = [line for line in done.stderr.splitlines() if "tenfold" in line]
    assert (done.returncode, ours) == (0, []), done.stderr
