"""`./run manage …`: Django's commands in the same state folder that `./run` uses."""

import os
import sys
from pathlib import Path

from stack import environment, passwords
from stack.places import Places

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    try:
        settings = environment.read(ROOT)
    except environment.UnreadableSecret as error:
        sys.exit(str(error))
    places = Places(Path(settings.get("TENFOLD_STATE_DIR") or ROOT / ".state").expanduser().absolute())
    if not settings.get("SECRET_KEY"):
        passwords.make_secret_key(places)
    os.execv(sys.executable, [sys.executable, str(ROOT / "manage.py"), *sys.argv[1:]])  # noqa: S606


if __name__ == "__main__":
    main()
