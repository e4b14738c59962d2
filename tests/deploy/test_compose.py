"""docker-compose.yml says what it has to: every queue has a worker, and nothing is open that can be shut."""

import re
import shutil
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.queues import CLASSES, QUEUES
from stack import environment
from tests.deploy import compose
from tests.deploy.compose import ROOT, Service

TOLD = {"TENFOLD_HOST": "tenfold.example.org"}
SERVICES = compose.read(TOLD)
OURS = [service for service in SERVICES.values() if service.is_ours]
WORKERS = [service for service in OURS if service.name.startswith("worker-")]
TOOLS = ("prepare", "backup", "restore")  # they end by themselves
DOCKERFILE = (ROOT / "Dockerfile").read_text()
# What two earlier systems of the same aim advise for each queue, as tasks at once; data processing and the
# queues of analysis share one worker here.
ADVISED = {
    "worker-scraping": range(5, 11),
    "worker-extraction": range(1, 3),
    "worker-compilation": range(2, 4),
    "worker-orchestration": range(1, 2),
    "worker-default": range(2, 4),
    "worker-documents": range(4, 9),
    "worker-analysis": range(4, 9),
    "worker-training": range(2, 5),
    "worker-monitoring": range(1, 5),
}


def seconds(written: str) -> int:
    """A duration of Compose's: 90s, 1m30s."""
    found = re.findall(r"(\d+)([ms])", written)
    return sum(int(number) * (60 if unit == "m" else 1) for number, unit in found)


def test_every_queue_has_exactly_one_worker() -> None:
    taken = [queue for worker in WORKERS for queue in (worker.option("--queues") or "").split(",")]
    assert sorted(taken) == sorted(QUEUES) == sorted(CLASSES)


def test_workers_take_as_many_tasks_at_once_as_is_advised() -> None:
    assert {worker.name for worker in WORKERS} == set(ADVISED)
    for worker in WORKERS:
        assert int(worker.option("--concurrency") or 0) in ADVISED[worker.name], worker.name
        assert worker.option("--hostname") == worker.name.removeprefix("worker-") + "@%h"


def test_each_number_of_processes_can_be_changed_and_is_in_the_example() -> None:
    example = environment.read(ROOT, {"TENFOLD_ENV_FILE": str(ROOT / "deploy" / "compose.env.example")})
    names = {f"{worker.name.removeprefix('worker-').upper()}_PROCESSES" for worker in WORKERS}
    for worker in compose.read({**TOLD, **dict.fromkeys(names, "7")}).values():
        if worker in WORKERS:
            assert worker.option("--concurrency") == "7"
    for worker in WORKERS:
        name = f"{worker.name.removeprefix('worker-').upper()}_PROCESSES"
        assert example[name] == worker.option("--concurrency")


def test_every_variable_of_the_file_is_in_the_example_and_none_more() -> None:
    used = {match["name"] for match in compose._VARIABLE.finditer(compose.FILE.read_text()) if match["name"]}
    used |= set(re.findall(r"\{\$([A-Z_]+)", (ROOT / "deploy" / "Caddyfile").read_text()))
    written = re.findall(r"^([A-Z_]+)=", (ROOT / "deploy" / "compose.env.example").read_text(), re.M)
    # The version to run and where the proxy finds the web program have defaults that hold here.
    assert used - {"TENFOLD_VERSION", "TENFOLD_WEB"} == set(written)


def test_without_a_host_it_says_what_is_missing() -> None:
    with pytest.raises(compose.MissingVariable, match="Write the name under which people reach the pages"):
        compose.read({})


@pytest.mark.parametrize("service", OURS, ids=lambda service: service.name)
def test_our_programs_have_no_rights(service: Service) -> None:
    written = service.written
    assert written["user"] == "10001:10001"
    assert f"--uid {written['user'].split(':')[0]} --gid {written['user'].split(':')[1]}" in DOCKERFILE
    assert f"USER {written['user']}" in DOCKERFILE
    assert written["read_only"] is True
    assert written["cap_drop"] == ["ALL"]
    assert written["security_opt"] == ["no-new-privileges:true"]
    assert written["init"] is True
    assert "ports" not in written
    assert written["restart"] == ("no" if service.name in TOOLS else "unless-stopped")


@pytest.mark.parametrize("service", SERVICES.values(), ids=lambda service: service.name)
def test_everything_is_bounded_and_stops_in_time(service: Service) -> None:
    written = service.written
    limits = written["deploy"]["resources"]["limits"]
    assert set(limits) == {"cpus", "memory", "pids"}
    assert written["read_only"] is True
    assert written["cap_drop"] == ["ALL"]
    assert written["logging"]["options"] == {"max-size": "20m", "max-file": "5"}
    if service in WORKERS:
        assert written["stop_signal"] == "SIGQUIT"
        assert seconds(written["stop_grace_period"]) > int(
            service.environment["TENFOLD_SOFT_SHUTDOWN_SECONDS"]
        )
    # One process reads up to 1 GB beside those of the worker.
    if service.name in ("worker-extraction", "worker-documents"):
        assert int(limits["memory"].removesuffix("g")) > int(service.option("--concurrency") or 0)


def test_only_the_proxy_is_reached_and_only_workers_reach_out() -> None:
    networks = compose.document(TOLD)["networks"]
    inside = {name for name, written in networks.items() if written.get("internal")}
    assert inside == {"front", "inside"}
    open_ones = {
        name: sorted(set(service.written["networks"]) - inside) for name, service in SERVICES.items()
    }
    assert {name: found for name, found in open_ones.items() if found} == {
        "proxy": ["edge"],
        **{worker.name: ["outward"] for worker in WORKERS},
    }
    assert [name for name, service in SERVICES.items() if "ports" in service.written] == ["proxy"]
    assert SERVICES["proxy"].written["ports"] == ["80:80", "443:443", "443:443/udp"]


def test_what_waits_for_what() -> None:
    ready = {"condition": "service_healthy"}
    for service in OURS:
        if service.name not in TOOLS:
            assert service.written["depends_on"] == {
                "prepare": {"condition": "service_completed_successfully"},
                "postgres": ready,
                "valkey": ready,
            }
    for name in TOOLS:
        assert SERVICES[name].written["depends_on"] == {"postgres": ready}, name
    assert SERVICES["proxy"].written["depends_on"] == {"web": ready}
    # Whatever others wait for says when it is ready, and what may hang when it lives.
    for name in ("postgres", "valkey", "web", "beat", "flower", *(worker.name for worker in WORKERS)):
        assert SERVICES[name].written["healthcheck"]["test"], name


def test_no_secret_stands_in_the_file_and_every_one_is_made(tmp_path: Path) -> None:
    written = compose.document(TOLD)
    done = subprocess.run(
        [str(ROOT / "deploy" / "make_secrets.sh"), str(tmp_path / "secrets")], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    made = {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()}
    assert set(made) == set(written["secrets"])
    assert {entry["file"] for entry in written["secrets"].values()} == {f"./secrets/{name}" for name in made}
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "secrets").iterdir()} == {0o444}
    assert all(re.fullmatch(r"(tenfold:)?[A-Za-z0-9_-]{64}\n", content) for content in made.values())
    assert len(set(made.values())) == len(made)
    subprocess.run([str(ROOT / "deploy" / "make_secrets.sh"), str(tmp_path / "secrets")], check=True)
    assert {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()} == made
    for service in SERVICES.values():
        for name, value in service.environment.items():
            assert not re.search("KEY|PASSWORD|AUTH", name) or name.endswith("_FILE") or "/" in value, name
            assert not re.search(r"://[^/@]*:[^/@]+@", value), name


def test_every_secret_a_program_is_told_of_is_mounted_into_it() -> None:
    for service in SERVICES.values():
        named = {value for value in service.environment.values() if value.startswith("/run/secrets/")}
        assert named <= set(service.mounts), service.name
        assert set(service.written.get("secrets", [])) >= {value.rsplit("/", 1)[1] for value in named}


def test_every_setting_is_one_that_is_read() -> None:
    known = set(re.findall(r"^([A-Z][A-Z0-9_]*)=", (ROOT / ".env.example").read_text(), re.M))
    # Read by gunicorn, and by the worker for whoever watches it.
    known |= {"PORT", "WEB_CONCURRENCY", "TENFOLD_ALIVE_FILE"}
    for service in OURS:
        told = {name.removesuffix("_FILE") for name in service.environment if name not in known}
        assert told <= known, (service.name, told - known)


def test_what_programs_write_to_is_mounted_and_made_by_the_image() -> None:
    for service in OURS:
        for name, value in service.environment.items():
            if service.name == "flower" and name != "TENFOLD_STATE_DIR":
                continue  # it shows workers and touches no report
            if name.endswith("_DIR") or name == "TENFOLD_ALIVE_FILE":
                assert [inside for inside in service.mounts if value.startswith(inside)], (service.name, name)
        for inside, behind in service.mounts.items():
            # A named volume begins as what the image holds there, with its owner.
            if behind and not behind.startswith(("secret:", "./")):
                assert re.search(rf"install -d -o tenfold -g tenfold .*{inside}\b", DOCKERFILE), inside
    volumes = compose.document(TOLD)["volumes"]
    used = {
        behind
        for service in SERVICES.values()
        for behind in service.mounts.values()
        if behind and not behind.startswith(("secret:", "./"))
    }
    assert used == set(volumes)


def test_the_image_and_the_file_agree() -> None:
    web = SERVICES["web"]
    last = re.findall(r"^CMD (\[.*\])$", DOCKERFILE, re.M)
    assert last == [str(web.command).replace("'", '"')]
    assert f"EXPOSE {web.environment['PORT']}" in DOCKERFILE
    assert f":{web.environment['PORT']}/readyz" in web.written["healthcheck"]["test"][-1]
    caddy = (ROOT / "deploy" / "Caddyfile").read_text()
    assert f"web:{web.environment['PORT']}" in caddy
    major = re.search(r"ARG POSTGRES_VERSION=(\d+)", DOCKERFILE)
    assert major is not None
    assert SERVICES["postgres"].image == f"postgres:{major[1]}-bookworm"
    assert set(web.written["build"]["args"]) == set(re.findall(r"ARG (TESSERACT_\w+|EXTRAS)", DOCKERFILE))
    assert "--require-hashes" in DOCKERFILE


def test_the_image_holds_what_the_programs_name_and_no_secret() -> None:
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert {".env", ".git", ".state", "secrets", "backups"} <= set(ignored)
    for service in OURS:
        for word in service.command:
            if "/" in word and not word.startswith("/"):
                assert (ROOT / word).is_file(), word
                assert word.split("/")[0] not in ignored


def test_reports_in_a_bucket_are_reached_by_whoever_opens_them() -> None:
    told = {**TOLD, "TENFOLD_S3_BUCKET": "reports"}
    bucket = compose.filled(yaml.safe_load((ROOT / "docker-compose.s3.yml").read_text()), told)
    # Flower shows workers and beat sends knocks: neither opens a report.
    assert set(bucket["services"]) == {service.name for service in OURS} - {"flower", "beat"}
    settings = re.findall(r"^(TENFOLD_S3_\w+)=", (ROOT / ".env.example").read_text(), re.M)
    for written in bucket["services"].values():
        assert {name.removesuffix("_FILE") for name in written["environment"]} <= set(settings)
        assert written["environment"]["TENFOLD_S3_BUCKET"] == "reports"
        files = {value for name, value in written["environment"].items() if name.endswith("_FILE")}
        assert files == {f"/run/secrets/{name}" for name in written["secrets"]}
        assert set(written["networks"]) <= set(compose.document(TOLD)["networks"])
        assert set(written["secrets"]) == set(bucket["secrets"])
    with pytest.raises(compose.MissingVariable, match="Write the name of the bucket"):
        compose.filled(bucket | yaml.safe_load((ROOT / "docker-compose.s3.yml").read_text()), TOLD)


def test_the_broker_keeps_what_it_is_given() -> None:
    lines = dict(
        line.split(" ", 1)
        for line in (ROOT / "deploy" / "valkey.conf").read_text().splitlines()
        if line and not line.startswith("#")
    )
    assert (lines["appendonly"], lines["maxmemory-policy"]) == ("yes", "noeviction")
    limit = SERVICES["valkey"].written["deploy"]["resources"]["limits"]["memory"]
    # What it writes down is written by a copy of the process.
    assert int(lines["maxmemory"].removesuffix("mb")) * 1.5 <= int(limit.removesuffix("m"))
    assert "requirepass" in SERVICES["valkey"].command[-1]


def test_the_proxy_understands_its_file() -> None:
    caddy = shutil.which("caddy")
    if caddy is None:
        pytest.skip("caddy is not installed here")
    done = subprocess.run(
        [
            caddy,
            "validate",
            "--adapter",
            "caddyfile",
            "--config",
            str(ROOT / "deploy" / "Caddyfile"),
        ],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def test_the_reader_of_the_file_fills_in_as_compose_does() -> None:
    told = {"A": "a", "EMPTY": ""}
    wanted: dict[str, Any] = {"x": ["a", "b", "", "$$", "c $HOME"]}
    assert (
        compose.filled({"x": ["${A}", "${EMPTY:-b}", "${NONE}", "$$$$", "c $$HOME"]}, told)["x"]
        == wanted["x"]
    )
