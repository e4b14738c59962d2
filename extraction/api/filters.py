"""Where the filters of all resources stood before they moved to `jobs.api.filters`."""

from jobs.api.filters import AllowedFilters as AllowedFilters
from jobs.api.filters import Filter as Filter
from jobs.api.filters import MayView as MayView
from jobs.api.filters import Pages as Pages
from jobs.api.filters import asked_for as asked_for
from jobs.api.filters import day as day
from jobs.api.filters import number as number
from jobs.api.filters import one_of as one_of
from jobs.api.filters import share as share
from jobs.api.filters import text as text
