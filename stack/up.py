"""`./run`: everything is started, the demo is done once, and the terminal says where things are."""

import argparse
import fcntl
import json
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from stack import environment, flower, passwords, ports, programs, valkey
from stack.places import Places
from stack.supervisor import Stopped, Supervisor

ROOT = Path(__file__).resolve().parent.parent
WEB_PORT, DEMO_PORT = 8000, 8031


class CannotStart(Exception):
    """The stack cannot be started; the message says why and what to do."""


@dataclass(frozen=True)
class Addresses:
    """Where each server listens. `demo` is None where the demo is switched off."""

    host: str
    web: int
    demo: int | None

    @property
    def web_url(self) -> str:
        return f"http://{programs.reachable(self.host)}:{self.web}"

    @property
    def demo_url(self) -> str:
        return f"http://127.0.0.1:{self.demo}"


def options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./run", description="Start Tenfold: web, worker, schedules and demo."
    )
    parser.add_argument("--port", type=int, default=WEB_PORT, help=f"port of the web pages ({WEB_PORT})")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (this machine only)")
    parser.add_argument("--state", type=Path, help="folder for data and logs (.state)")
    parser.add_argument("--no-demo", action="store_true", help="without the demo company and its site")
    return parser.parse_args(arguments)


def up(arguments: Sequence[str]) -> int:
    """Run the stack until somebody stops it; the exit status."""
    wanted = options(arguments)
    try:
        settings = environment.read(ROOT)
    except environment.UnreadableSecret as error:
        print(f"Tenfold cannot start: {error}", file=sys.stderr)
        return 1
    state = wanted.state or Path(settings.get("TENFOLD_STATE_DIR") or ROOT / ".state")
    places = Places(state.expanduser().absolute())
    try:
        places.state.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _only_one(places), Supervisor(ROOT, places.logs, say) as supervisor:
            try:
                _start(supervisor, places, wanted, settings)
                supervisor.keep_running()
            except Stopped:
                pass
            say("Stopping.")
    except (
        CannotStart,
        environment.UnreadableSecret,
        ports.NoPort,
        valkey.BrokerUnavailable,
        flower.FlowerUnavailable,
        OSError,
    ) as error:
        print(f"Tenfold cannot start: {error}", file=sys.stderr)
        return 1
    say("Stopped. Nothing of it is running any more.")
    return 0


def say(sentence: str) -> None:
    print(sentence, flush=True)


@contextmanager
def _only_one(places: Places) -> Iterator[None]:
    """Hold the lock of the state folder, so that two stacks never share one."""
    with places.supervisor_lock.open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            raise CannotStart(
                f"it is running already on {lock.read().strip() or places.state}. Stop it first,"
                " or use another folder with --state."
            ) from None
        try:
            yield
        finally:
            lock.truncate(0)


def _start(
    supervisor: Supervisor, places: Places, wanted: argparse.Namespace, settings: dict[str, str]
) -> None:
    """The start, step by step."""
    began = time.monotonic()
    with_demo = not wanted.no_demo and (ROOT / "demo" / "serve.py").is_file()
    addresses = _choose_ports(wanted, places, with_demo)
    passwords.make_secret_key(places)
    child_environment = _environment(places, addresses, settings)
    if _needs_broker(settings):
        valkey.prepare(places)
        supervisor.start(programs.broker(places))
        if not supervisor.wait_until_ready("broker", 20):
            raise CannotStart(f"the broker does not answer. Its log: {places.logs / 'broker.log'}")
    password = _prepare(supervisor, places, child_environment)
    _start_programs(supervisor, places, addresses, child_environment)
    if not supervisor.wait_until_ready("web", 60):
        raise CannotStart(f"the web server does not answer. Its log: {places.logs / 'web.log'}")
    # Flower asks the workers once when it starts, so it starts after them.
    supervisor.wait_until_ready("worker", 20)
    supervisor.start(programs.flower(places, flower.address(settings, places), child_environment))
    places.supervisor_lock.write_text(f"{addresses.web_url}\n")
    _say_where(places, addresses, password, time.monotonic() - began)
    if with_demo:
        _run_demo_once(supervisor, places, addresses, child_environment)
    say(
        f"\nYour own: add a company at {addresses.web_url}/admin/companies/company/add/ and choose its action"
        " 'Extract financial data', or upload a PDF there; for one file in the terminal, ./run read FILE."
        "\nStop with Ctrl-C."
    )


def _needs_broker(settings: dict[str, str]) -> bool:
    """Whether no server is named, so that one has to be started here."""
    return not settings.get("REDIS_URL") and not settings.get("CELERY_BROKER_URL")


def _choose_ports(wanted: argparse.Namespace, places: Places, with_demo: bool) -> Addresses:
    web = ports.next_free(wanted.port, wanted.host)
    # The demo company's address holds the port of the first start, so that port comes first again.
    preferred = _demo_port_of_first_start(places) or DEMO_PORT
    demo = ports.next_free(preferred, taken=(web,)) if with_demo else None
    _say_if_taken("web pages use", wanted.port, web)
    if demo is not None:
        _say_if_taken("the demo site uses", preferred, demo)
    return Addresses(wanted.host, web, demo)


def _demo_port_of_first_start(places: Places) -> int | None:
    if not places.demo_done.is_file():
        return None
    written = places.demo_done.read_text().strip()
    return int(written) if written.isdigit() else None


def _say_if_taken(who: str, preferred: int, port: int) -> None:
    if port != preferred:
        say(f"Port {preferred} is taken, so {who} {port}.")


def _environment(places: Places, addresses: Addresses, settings: dict[str, str]) -> dict[str, str]:
    """What every program is told beside the environment of `./run` itself."""
    told = {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "TENFOLD_STATE_DIR": str(places.state),
        # Flower asks for it, and the web pages that fetch what Flower shows know it.
        "FLOWER_BASIC_AUTH": flower.account(settings, places),
        "FLOWER_BASIC_AUTH_FILE": "",
        # Lines reach the logs when they are written, not when a buffer is full.
        "PYTHONUNBUFFERED": "1",
    }
    if not settings.get("TENFOLD_PUBLIC_URL"):
        told["TENFOLD_PUBLIC_URL"] = addresses.web_url
    if _needs_broker(settings):
        told["REDIS_URL"] = f"unix://{places.socket}"
    if addresses.demo is not None:
        allowed = [settings.get("TENFOLD_ALLOWED_PRIVATE_HOSTS", ""), f"127.0.0.1:{addresses.demo}"]
        told["TENFOLD_ALLOWED_PRIVATE_HOSTS"] = ",".join(filter(None, allowed))
    return told


def _prepare(supervisor: Supervisor, places: Places, child_environment: dict[str, str]) -> str | None:
    """Bring the database up to date; the admin's password where the account was made just now."""
    chosen = environment.value_of("TENFOLD_ADMIN_PASSWORD")
    # Kept before the account is made: a start that breaks off between the two locks nobody out.
    password = chosen or passwords.make(places, "admin")
    status, output = supervisor.run_to_end(
        [sys.executable, "-m", "config.prepare"],
        {**child_environment, "TENFOLD_ADMIN_PASSWORD": password, "TENFOLD_ADMIN_PASSWORD_FILE": ""},
        quiet=True,
    )
    if status:
        raise CannotStart(f"the database could not be prepared.\n{output.strip()}")
    return password if json.loads(output.splitlines()[-1])["admin_created"] else None


def _start_programs(
    supervisor: Supervisor, places: Places, addresses: Addresses, child_environment: dict[str, str]
) -> None:
    if addresses.demo is not None:
        supervisor.start(programs.demo(addresses.demo, child_environment))
    supervisor.start(programs.web(addresses.host, addresses.web, child_environment))
    supervisor.start(programs.worker(places, child_environment))
    supervisor.start(programs.dispatcher(child_environment))
    supervisor.start(programs.beat(places, child_environment))


def _say_where(places: Places, addresses: Addresses, password: str | None, seconds: float) -> None:
    if password:
        sign_in = f"sign in as admin, password {password} (shown this once)"
    elif "admin" in passwords.kept(places):
        sign_in = f"sign in as admin; the first password is in {places.passwords}"
    else:
        sign_in = "sign in"
    say(f"\nTenfold answers after {seconds:.1f} s.\n")
    say(f"  Web      {addresses.web_url}/admin/   {sign_in}")
    say(f"  API      {addresses.web_url}/api/docs/")
    say(f"  Flower   {addresses.web_url}/admin/flower/   for staff who are signed in")
    if addresses.demo is not None:
        say(f"  Demo     {addresses.demo_url}/   the site of a made-up company, served from here")
    say(f"  Data     {places.state}")
    say(f"  Logs     {places.logs}\n")


def _run_demo_once(
    supervisor: Supervisor, places: Places, addresses: Addresses, child_environment: dict[str, str]
) -> None:
    """Take the demo company through the whole pipeline, the first time only."""
    if places.demo_done.exists():
        _say_moved(places, addresses)
        return
    if not supervisor.wait_until_ready("demo", 30):
        say(f"The demo site does not answer, so the demo is left out. Its log: {places.logs / 'demo.log'}")
        return
    status, _ = supervisor.run_to_end(
        [
            *(sys.executable, "manage.py", "run_demo"),
            *("--site", addresses.demo_url, "--web", addresses.web_url),
        ],
        child_environment,
    )
    if status == 0:
        places.demo_done.write_text(f"{addresses.demo}\n")
    else:
        say("The demo did not end well; it is tried again at the next start. Everything else is running.")


def _say_moved(places: Places, addresses: Addresses) -> None:
    before = _demo_port_of_first_start(places)
    if before != addresses.demo:
        say(
            f"The demo site moved from port {before}. To let the demo company follow: ./run manage run_demo"
            f" --site {addresses.demo_url} --web {addresses.web_url}"
        )
