"""docker-compose.yml as Compose reads it, and as this machine can run it without containers."""

import os
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "docker-compose.yml"
_VARIABLE = re.compile(
    r"\$(?:(?P<escaped>\$)|\{(?P<name>[A-Z_][A-Z0-9_]*)(?:(?P<how>:-|:\?)(?P<other>[^}]*))?\})"
)


class MissingVariable(Exception):
    """The file insists on a variable; the message is the file's own."""


@dataclass(frozen=True)
class Service:
    """One service, with everything filled in."""

    name: str
    image: str
    command: list[str]
    environment: dict[str, str]
    written: dict[str, Any] = field(repr=False)

    @property
    def is_ours(self) -> bool:
        return self.image.startswith("tenfold:")

    def option(self, name: str) -> str | None:
        """What stands behind an option of its command."""
        words = self.command
        return words[words.index(name) + 1] if name in words else None

    @property
    def mounts(self) -> dict[str, str]:
        """Folders and files inside, to what lies behind: a name, a path of the host, or nothing."""
        found = {str(entry).partition(":")[0]: "" for entry in self.written.get("tmpfs", [])}
        for entry in self.written.get("volumes", []):
            source, separator, rest = str(entry).partition(":")
            found[rest.partition(":")[0] if separator else source] = source if separator else ""
        for secret in self.written.get("secrets", []):
            found[f"/run/secrets/{secret}"] = f"secret:{secret}"
        return found


def read(environment: Mapping[str, str]) -> dict[str, Service]:
    """All services. Raises MissingVariable."""
    document = filled(yaml.safe_load(FILE.read_text(encoding="utf-8")), environment)
    return {name: _service(name, written) for name, written in document["services"].items()}


def document(environment: Mapping[str, str]) -> dict[str, Any]:
    """The whole file with its variables filled in."""
    return dict(filled(yaml.safe_load(FILE.read_text(encoding="utf-8")), environment))


def filled(value: Any, environment: Mapping[str, str]) -> Any:
    """Variables replaced by Compose's rules: ${A}, ${A:-default}, ${A:?message}, and $$ for one sign."""
    if isinstance(value, dict):
        return {key: filled(entry, environment) for key, entry in value.items()}
    if isinstance(value, list):
        return [filled(entry, environment) for entry in value]
    return _VARIABLE.sub(lambda match: _value(match, environment), value) if isinstance(value, str) else value


def _value(match: "re.Match[str]", environment: Mapping[str, str]) -> str:
    if match["escaped"]:
        return "$"
    written = environment.get(match["name"], "")
    if not written and match["how"] == ":?":
        raise MissingVariable(match["other"])
    return written or (match["other"] or "")


def _service(name: str, written: dict[str, Any]) -> Service:
    command = written.get("command", [])
    return Service(
        name=name,
        image=written["image"],
        command=shlex.split(command) if isinstance(command, str) else list(command),
        environment={key: str(value) for key, value in written.get("environment", {}).items()},
        written=written,
    )


@dataclass
class Here:
    """Where on this machine lies what a container sees: a folder for each mount, a port for each server."""

    folder: Path
    ports: dict[tuple[str, str], int]

    def prepare(self, service: Service) -> None:
        """Make what is mounted: folders, and files of ours with the paths of this machine in them."""
        for inside, behind in service.mounts.items():
            place = self._place(service, inside, behind)
            if behind.startswith("./deploy/"):
                place.write_text(self.text(service, (ROOT / behind).read_text(encoding="utf-8")))
            elif not behind.startswith("secret:"):
                place.mkdir(parents=True, exist_ok=True)

    def _place(self, service: Service, inside: str, behind: str) -> Path:
        if behind.startswith("secret:"):
            return self.folder / "secrets" / behind.removeprefix("secret:")
        if behind.startswith("./deploy/"):
            return self.folder / Path(behind).name
        shared = behind.removeprefix("./") or f"{service.name}{inside.replace('/', '-')}"
        return self.folder / shared

    def text(self, service: Service, written: str) -> str:
        """A word of a command or a variable, with paths and servers of this machine."""
        places = {
            inside: str(self._place(service, inside, behind)) for inside, behind in service.mounts.items()
        }
        # The longest first, and all in one go: what was put in is not looked at again.
        inside = "|".join(map(re.escape, sorted(places, key=len, reverse=True)))
        if inside:
            written = re.sub(rf"(?<![\w./-])(?:{inside})(?![\w-])", lambda match: places[match[0]], written)
        for (name, port), here in self.ports.items():
            host = rf"(?:127\.0\.0\.1|{name})" if name == service.name else name
            written = re.sub(rf"(?<![\w.-]){host}:{port}\b", f"127.0.0.1:{here}", written)
        return written

    def command(self, service: Service) -> list[str]:
        return [self.text(service, word) for word in service.command]

    def environment(self, service: Service) -> dict[str, str]:
        """The service's own variables, and nothing of ours but where programs are found."""
        told = {name: self.text(service, value) for name, value in service.environment.items()}
        if "PORT" in told:
            told["PORT"] = str(self.ports[service.name, told["PORT"]])
        path = os.pathsep.join([str(ROOT / ".venv" / "bin"), os.environ["PATH"]])
        # The image sets these.
        image = {
            "PATH": path,
            "PYTHONUNBUFFERED": "1",
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "TENFOLD_STATIC_DIR": str(self.folder / "staticfiles"),
        }
        return {**image, "TMPDIR": str(self.folder / "tmp"), **told}
