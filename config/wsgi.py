"""What the web server calls."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()

# Everything that lives as long as the process is loaded now and left out of every later search for garbage:
# looking through all of it again costs a tenth of a second, and a page of many figures sets it off. The
# values of such a page are no garbage either, so that the search waits for more of them.
get_resolver().url_patterns  # noqa: B018
gc.collect()
gc.freeze()
gc.set_threshold(10_000, 20, 20)
