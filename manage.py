#!/usr/bin/env python3
"""Django's entry point."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        from django.core.exceptions import ImproperlyConfigured
        from django.core.management import execute_from_command_line
    except ModuleNotFoundError:
        sys.exit("Django is not installed for this Python. Use ./run manage, which installs what is needed.")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        # A wrong setting is a sentence for whoever sets it, not a crash.
        sys.exit(str(error))


if __name__ == "__main__":
    main()
