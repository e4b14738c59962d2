"""How a command ends, and how it says what went wrong."""

import json
import sys

EXIT_READ = 0
EXIT_NOTHING_FOUND = 1
EXIT_WRONG_ARGUMENTS = 2
EXIT_UNREADABLE = 3
EXIT_NO_FILE = 4


def complain(message: str, status: int, code: str, as_json: bool) -> int:
    if as_json:
        print(json.dumps({"error": {"code": code, "message": message}}, ensure_ascii=False))
    print(f"{code}: {message}", file=sys.stderr)
    return status
