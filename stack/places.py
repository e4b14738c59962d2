"""Where a running installation keeps its own things: one folder, `.state` unless told otherwise."""

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

# The kernel's limit for the path of a Unix socket is 108 bytes with the closing zero; macOS has 104.
LONGEST_SOCKET_PATH = 100


@dataclass(frozen=True, slots=True)
class Places:
    """The folders and files of one installation."""

    state: Path

    @property
    def database(self) -> Path:
        return self.state / "tenfold.sqlite3"

    @property
    def files(self) -> Path:
        """Reports and their versions."""
        return self.state / "files"

    @property
    def drop(self) -> Path:
        """Reports that wait to be taken in, in folders named like companies."""
        return self.state / "drop"

    @property
    def training(self) -> Path:
        """Tables of examples for training."""
        return self.state / "training"

    @property
    def static(self) -> Path:
        return self.state / "static"

    @property
    def logs(self) -> Path:
        return self.state / "logs"

    @property
    def broker(self) -> Path:
        """What the embedded Valkey writes down, so that waiting jobs outlive a restart."""
        return self.state / "valkey"

    @property
    def secret_key(self) -> Path:
        return self.state / "secret_key"

    @property
    def passwords(self) -> Path:
        """What was generated: the admin's first password, and the one with which Flower is asked."""
        return self.state / "passwords"

    @property
    def demo_done(self) -> Path:
        """Holds the port of the demo site once the demo has run to its end."""
        return self.state / "demo_done"

    @property
    def supervisor_lock(self) -> Path:
        return self.state / "supervisor.lock"

    @property
    def socket(self) -> Path:
        """The embedded broker's Unix socket, beside its data unless that path is too long."""
        return self._socket("valkey.sock")

    @property
    def flower_socket(self) -> Path:
        """Flower's Unix socket, beside the broker's."""
        return self._socket("flower.sock")

    def _socket(self, name: str) -> Path:
        if len(os.fsencode(self.broker / name)) <= LONGEST_SOCKET_PATH:
            return self.broker / name
        digest = hashlib.sha256(os.fsencode(self.state)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"tenfold-{os.getuid()}-{digest}" / name
