"""All services of docker-compose.yml without containers: the same commands, variables, secrets and mounts.

What is different: PostgreSQL and Valkey come from the packages of the tests, everything listens on free
ports of this machine, and the proxy is left out: requests carry the header by which it says that TLS ended.
"""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

from stack import valkey
from tests.deploy import compose
from tests.deploy.compose import ROOT, Here, Service
from tests.processes import postgres_programs

SERVERS = (("web", "8000"), ("flower", "5555"), ("valkey", "6379"), ("postgres", "5432"))
# The proxy is another program, and these end by themselves.
NOT_STARTED = ("proxy", "prepare", "backup", "restore")


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


class Native:
    """The whole installation of one test. `close` leaves nothing running."""

    def __init__(self, told: dict[str, str]) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="tenfold-compose-", dir="/tmp"))
        # PostgreSQL runs as another user below it.
        self.folder.chmod(0o755)
        self.here = Here(self.folder, {server: free_port() for server in SERVERS})
        self.services = compose.read(told)
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.restarted: list[str] = []
        (self.folder / "logs").mkdir()
        (self.folder / "tmp").mkdir()
        self._programs()
        subprocess.run(
            [str(ROOT / "deploy" / "make_secrets.sh"), str(self.folder / "secrets")],
            check=True,
            capture_output=True,
        )
        # Its owner alone comes into it, and PostgreSQL is not its owner here.
        (self.folder / "secrets").chmod(0o755)

    def _programs(self) -> None:
        """The programs of other images, under the names that their commands use."""
        self.programs = self.folder / "programs"
        self.programs.mkdir()
        (self.programs / "valkey-server").symlink_to(valkey.server_binary())
        self.postgres_programs, self.account = postgres_programs(self.folder)

    def secret(self, name: str) -> str:
        return (self.folder / "secrets" / name).read_text().strip()

    def environment(self, service: Service) -> dict[str, str]:
        told = self.here.environment(service)
        return {**told, "PATH": f"{self.programs}{os.pathsep}{told['PATH']}"}

    # --- starting and stopping

    def start(self, name: str) -> None:
        service = self.services[name]
        self.here.prepare(service)
        command = self.here.command(service)
        account: dict[str, int] = {}
        if name == "postgres":
            command, account = self._postgres(service), self.account
        if name == "valkey":
            command[-1] += f" --bind 127.0.0.1 --port {self.here.ports['valkey', '6379']}"
        with self.log(name).open("ab") as output:
            self.running[name] = subprocess.Popen(
                command,
                cwd=ROOT if service.is_ours else self.folder,
                env=self.environment(service),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **account,  # type: ignore[arg-type]
            )

    def _postgres(self, service: Service) -> list[str]:
        """What the image does before it starts the server, and the server with the file's own options."""
        data = self.folder / "postgres-data"
        if not data.exists():
            data.mkdir()
            if self.account:
                os.chown(data, self.account["user"], self.account["group"])
            asked = service.environment
            subprocess.run(
                [
                    *(str(self.postgres_programs / "initdb"), "-D", str(data), "--no-sync"),
                    *("-U", asked["POSTGRES_USER"], "--auth-local=trust"),
                    *("--pwfile", self.here.text(service, asked["POSTGRES_PASSWORD_FILE"])),
                    *asked["POSTGRES_INITDB_ARGS"].split(),
                ],
                cwd=data,
                env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": str(data)},
                check=True,
                capture_output=True,
                **self.account,  # type: ignore[call-overload]
            )
        port = self.here.ports["postgres", "5432"]
        return [
            *(str(self.postgres_programs / "postgres"), "-D", str(data), "-k", str(data)),
            *("-p", str(port), "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"),
            *service.command[1:],
        ]

    def run(self, name: str, *command: str) -> "subprocess.CompletedProcess[str]":
        """A service that ends by itself, or another command in its place."""
        service = self.services[name]
        self.here.prepare(service)
        return subprocess.run(
            list(command) or self.here.command(service),
            cwd=ROOT,
            env=self.environment(service),
            capture_output=True,
            text=True,
        )

    def log(self, name: str) -> Path:
        return self.folder / "logs" / f"{name}.log"

    def is_healthy(self, name: str) -> bool:
        """As the file's own check finds it."""
        if name == "postgres":
            return self._answers("postgres", "5432") and self._has_database()
        if name == "valkey":
            return self._answers("valkey", "6379")
        service = self.services[name]
        kind, *command = service.written["healthcheck"]["test"]
        assert kind == "CMD"
        return not self.run(name, *(self.here.text(service, word) for word in command)).returncode

    def _answers(self, name: str, port: str) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.here.ports[name, port]), 1).close()
        except OSError:
            return False
        return True

    def _has_database(self) -> bool:
        """The image makes the database at its first start."""
        import psycopg

        asked = self.services["postgres"].environment
        try:
            with psycopg.connect(
                host=str(self.folder / "postgres-data"),
                port=self.here.ports["postgres", "5432"],
                user=asked["POSTGRES_USER"],
                dbname="postgres",
                autocommit=True,
            ) as connection:
                wanted = asked["POSTGRES_DB"]
                if not connection.execute("SELECT 1 FROM pg_database WHERE datname=%s", [wanted]).fetchone():
                    connection.execute(f'CREATE DATABASE "{wanted}"'.encode())
        except psycopg.OperationalError:
            return False
        return True

    def wait(self, condition: Callable[[], bool], what: str, seconds: float) -> None:
        """Until something holds; meanwhile ended programs are started again, as the file's policy says."""
        end = time.monotonic() + seconds
        while not condition():
            self.restart_ended()
            assert time.monotonic() < end, f"{what} did not happen in {seconds:g} s:\n{self.last_words()}"
            time.sleep(0.3)

    def restart_ended(self) -> None:
        for name, process in list(self.running.items()):
            if process.poll() is not None and self.services[name].written["restart"] == "unless-stopped":
                self.restarted.append(name)
                self.start(name)

    def last_words(self) -> str:
        logs = sorted((self.folder / "logs").glob("*.log"))
        return "\n".join(f"--- {log.name}\n{log.read_text(errors='replace')[-1500:]}" for log in logs)

    def kill(self, name: str) -> None:
        """The program with all its children, as when a container is killed."""
        os.killpg(self.running[name].pid, signal.SIGKILL)
        self.running[name].wait()

    def stop(self, name: str) -> int:
        """As the engine stops a container: its signal, and after its time the end. The exit status."""
        written = self.services[name].written
        process = self.running.pop(name)
        process.send_signal(getattr(signal, written.get("stop_signal", "SIGTERM")))
        try:
            return process.wait(timeout=float(written.get("stop_grace_period", "10s").removesuffix("s")))
        finally:
            _end(process)

    def close(self) -> None:
        for process in self.running.values():
            _end(process)
        shutil.rmtree(self.folder, ignore_errors=True)


def _end(process: "subprocess.Popen[bytes]") -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


@dataclass
class Visitor:
    """A browser behind the proxy: it speaks to the web program as the proxy does."""

    port: int
    host: str
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(
        self, method: str, path: str, form: dict[str, str] | None = None, **headers: str
    ) -> tuple[int, bytes, dict[str, str]]:
        """Status, body and headers of the answer."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=120)
        told = {
            "Host": self.host,
            "X-Forwarded-Proto": "https",
            "X-Forwarded-For": "203.0.113.9",
            "Referer": f"https://{self.host}/",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "X-CSRFToken": self.cookies.get("csrftoken", ""),
            **headers,
        }
        if form is not None:
            told["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, body=urlencode(form) if form is not None else None, headers=told)
        answer = connection.getresponse()
        body = answer.read()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.partition(";")[0].partition("=")
            assert "Secure" in cookie, name
            self.cookies[name] = value
        connection.close()
        return answer.status, body, {name.lower(): value for name, value in answer.getheaders()}

    def sign_in(self, name: str, password: str) -> int:
        self.ask("GET", "/admin/login/")
        form = {
            "username": name,
            "password": password,
            "csrfmiddlewaretoken": self.cookies["csrftoken"],
            "next": "/admin/",
        }
        return self.ask("POST", "/admin/login/", form)[0]
