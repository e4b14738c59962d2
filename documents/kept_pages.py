"""Pages of a company's site as they were at the last search, so that an unchanged page costs the site
no more than the word that it has not changed."""

import hashlib
import zlib

from companies.models import Company
from documents.models import KeptPage
from net.content import media_type_of
from net.values import Fetched

LARGEST_KEPT = 1024 * 1024  # bytes, unpacked
LONGEST_ADDRESS = 2000


class KeptPages:
    """The pages of one company's site. Only pages that the site can be asked about are kept: those that
    came with an entity tag or a date."""

    def __init__(self, company: Company) -> None:
        self._company = company

    def recall(self, url: str) -> Fetched | None:
        """The page as it was, None where it is not kept."""
        kept = KeptPage.objects.filter(company=self._company, address_hash=_hash(url)).first()
        if kept is None:
            return None
        body = zlib.decompress(bytes(kept.body))
        return Fetched(
            url=url,
            final_url=kept.final_url,
            status=200,
            content_type=kept.content_type,
            media_type=media_type_of(body),
            charset=kept.charset or None,
            body=body,
            etag=kept.entity_tag,
            last_modified=kept.last_modified,
            not_modified=True,
            disposition_name="",
        )

    def keep(self, page: Fetched) -> None:
        """Keep a page that was fetched anew."""
        has_validator = page.etag or page.last_modified
        too_long = max(len(page.url), len(page.final_url)) > LONGEST_ADDRESS
        if not has_validator or not page.is_whole or len(page.body) > LARGEST_KEPT or too_long:
            return
        KeptPage.objects.update_or_create(
            company=self._company,
            address_hash=_hash(page.url),
            defaults={
                "final_url": page.final_url,
                "content_type": page.content_type[:200],
                "charset": (page.charset or "")[:50],
                "entity_tag": page.etag[:300],
                "last_modified": page.last_modified[:100],
                "body": zlib.compress(page.body),
            },
        )


def _hash(url: str) -> str:
    return hashlib.sha256(url.encode()).hexdigest()
