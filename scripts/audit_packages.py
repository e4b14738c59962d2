"""Looks whether the locked packages have known weaknesses. Needs the network, and says so without it.

    python scripts/audit_packages.py [REQUIREMENTS.txt ...] [-- words for pip-audit]

The status is 1 where a weakness is known that a newer version mends, and 2 where pip-audit failed otherwise
than by the network. What nobody has mended yet is told and does not fail, because nothing can be done
about it in the locks. Where the service could not be asked the status is 0 and the last line says so.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Weaknesses that do not concern this program, by id, each with the reason.
ACCEPTED: dict[str, str] = {}
_NO_NETWORK = (
    "ConnectionError", "Could not connect", "Failed to connect", "timed out", "Max retries",
    "Temporary failure",
    "NameResolution", "ProxyError", "503 Server Error", "ServiceError",
)  # fmt: skip


class NotAsked(Exception):
    """The service knows none of the packages: a mirror stands in its place, which serves files alone."""


@dataclass(frozen=True, slots=True)
class Weakness:
    """What is known of one version of a package; `mended_in` is empty where no version mends it."""

    package: str
    version: str
    name: str
    mended_in: tuple[str, ...]

    def __str__(self) -> str:
        mended = f"mended in {', '.join(self.mended_in)}" if self.mended_in else "not mended anywhere yet"
        return f"{self.package} {self.version}: {self.name}, {mended}"


def weaknesses(report: str) -> list[Weakness]:
    """Those of pip-audit's JSON, but for the accepted ones.

    Raises ValueError for what is no report or passes packages over, NotAsked where it passes over all.
    """
    found = []
    packages = json.loads(report)["dependencies"]
    if packages and all("skip_reason" in package for package in packages):
        raise NotAsked(packages[0]["skip_reason"])
    for package in packages:
        if "skip_reason" in package:
            raise ValueError(f"{package['name']} was passed over: {package['skip_reason']}")
        for weak in package["vulns"]:
            if ACCEPTED.keys().isdisjoint({weak["id"], *weak.get("aliases", ())}):
                mended_in = tuple(weak["fix_versions"])
                found.append(Weakness(package["name"], package["version"], weak["id"], mended_in))
    return found


def main(arguments: Sequence[str]) -> int:
    locks, more = list(arguments), list[str]()
    if "--" in locks:
        locks, more = locks[: locks.index("--")], locks[locks.index("--") + 1 :]
    worst = 0
    for lock in locks or sorted(str(path) for path in ROOT.glob("requirements*.txt")):
        status = _audit(lock, more)
        if status is None:
            break  # the next one would wait for the same service
        worst = max(worst, status)
    return worst


def _audit(lock: str, more: Sequence[str]) -> int | None:
    """The status for one file; None where the service could not be asked."""
    name = Path(lock).name
    words = [
        "--requirement",
        lock,
        "--disable-pip",
        "--no-deps",
        "--format",
        "json",
        "--progress-spinner",
        "off",
    ]
    done = subprocess.run(
        [sys.executable, "-m", "pip_audit", *words, *more], capture_output=True, text=True, check=False
    )
    try:
        found = weaknesses(done.stdout)
    except NotAsked as answer:
        print(f"{name}: NOT LOOKED AT, the service that was asked knows of none: {answer}.", flush=True)
        return None
    except (ValueError, KeyError) as error:
        if any(word in done.stderr for word in _NO_NETWORK):
            print(
                f"{name}: NOT LOOKED AT, the service that knows of weaknesses could not be asked.", flush=True
            )
            return None
        said = str(error) if done.stdout.strip() else (done.stderr.strip().splitlines() or ["nothing"])[-1]
        print(f"{name}: pip-audit failed: {said[:300]}", flush=True)
        return 2
    mendable = [weak for weak in found if weak.mended_in]
    for weak in found:
        print(f"{name}: {weak}", flush=True)
    verdict = "raise what is mended and compile the locks again" if mendable else "nothing that can be mended"
    print(f"{name}: {len(found)} known weaknesses, {verdict}.", flush=True)
    return 1 if mendable else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
