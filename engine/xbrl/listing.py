"""A list of filings of either form: the SEC's submissions or the index of filings.xbrl.org."""

from engine.xbrl.filings_index import read_filings_index
from engine.xbrl.json_file import parsed
from engine.xbrl.sec import read_submissions
from engine.xbrl.values import ListedFiling


def read_listing(data: bytes) -> tuple[ListedFiling, ...]:
    """The filings in the order of the list, the newest first in both forms as they are asked for.

    Raises Unreadable: bad_json, not_submissions, not_filings_index.
    """
    return read_submissions(data)[1] if "cik" in parsed(data) else read_filings_index(data)
