"""Taking in a word list that somebody has a licence for."""

import hashlib

from django.db import transaction

from analysis.models import SentimentWordList
from engine.sentiment.word_list import read_word_list


def import_word_list(name: str, data: bytes, *, use: bool) -> SentimentWordList:
    """Keep a word list under a name, in place of one of that name, and use it from now on if `use`.

    Raises:
        BadInput: the file is no such list
    """
    brought = read_word_list(data.decode("utf-8-sig", errors="replace"))
    with transaction.atomic():
        if use:
            SentimentWordList.objects.filter(is_active=True).exclude(name=name).update(is_active=False)
        kept, _ = SentimentWordList.objects.update_or_create(
            name=name,
            defaults={
                "sha256": hashlib.sha256(data).hexdigest(),
                "words": dict(brought.words),
                "is_active": use,
            },
        )
    return kept
