#!/usr/bin/env python3
"""Django's entry point."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        from django.core.management import execute_from_command_line
    except ModuleNotFoundError:
        sys.exit("Django is not installed for this Python. Use ./run manage, which installs what is needed.")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
