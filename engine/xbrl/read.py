"""A tagged publication of any known form: companyfacts, xBRL-JSON, a tagged page or a package of them."""

import re

from engine.errors import Unreadable
from engine.xbrl.inline import read_inline
from engine.xbrl.json_file import parsed
from engine.xbrl.oim import read_xbrl_json
from engine.xbrl.package import read_package
from engine.xbrl.sec import read_company_facts
from engine.xbrl.values import TaggedReading

# Every untrusted byte goes through `engine.sandbox.tagged_safely`, which calls this in a child.


def read_tagged(data: bytes) -> TaggedReading:
    """The figures of the publication, whose form its first bytes tell.

    Raises Unreadable: the codes of the forms' own readers, and not_tagged for anything else.
    """
    start = re.sub(rb"\A(?:\xef\xbb\xbf)?\s*", b"", data[:2000])
    if data.startswith(b"PK\x03\x04"):
        return read_package(data)
    if start.startswith(b"<"):
        return read_inline([data])
    if start.startswith(b"{"):
        return read_company_facts(data) if "cik" in parsed(data) else read_xbrl_json(data)
    raise Unreadable(
        "The file is no tagged report: neither a package, nor a tagged page, nor JSON. Statements printed in"
        " a PDF are read by uploading it as a report.",
        code="not_tagged",
    )
