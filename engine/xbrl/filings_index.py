"""The index of filings.xbrl.org: which tagged reports of an issuer there are (https://filings.xbrl.org/docs/api).

Its answers follow JSON:API: a list `data` of filings with attributes. Addresses of files are paths on the
same host.
"""

from engine.errors import Unreadable
from engine.xbrl.json_file import items, mapping, parsed, text
from engine.xbrl.sec import day_or_none
from engine.xbrl.values import ListedFiling

FILINGS_INDEX = "filings-index"


def read_filings_index(data: bytes) -> tuple[ListedFiling, ...]:
    """The filings of one page of the index, in its order.

    Raises Unreadable: bad_json, not_filings_index.
    """
    found = parsed(data)
    if not isinstance(found.get("data"), list):
        raise Unreadable(
            "The file is no page of the index of filings: it has no list `data`. Check the address of the"
            " source.",
            code="not_filings_index",
        )
    filings = []
    for entry in items(found["data"]):
        about = mapping(mapping(entry).get("attributes"))
        accession = text(about.get("fxo_id")) or text(mapping(entry).get("id"))
        if not accession:
            continue
        facts, package = text(about.get("json_url")), text(about.get("package_url"))
        filings.append(
            ListedFiling(
                accession=accession[:60],
                form="ESEF",
                period_end=day_or_none(text(about.get("period_end"))),
                # The index tells when it learnt of the filing, which is not before it was published.
                filed_on=day_or_none(text(about.get("date_added"))),
                is_tagged=bool(facts or package),
                facts_address=facts[:1000],
                package_address=package[:1000],
            )
        )
    return tuple(filings)
