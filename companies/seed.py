"""Companies to begin with, out of a data file."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction

from companies.models import Company, Exchange, Listing

SEED_FILE = Path(__file__).parent / "seed.yaml"


@dataclass(frozen=True, slots=True)
class Seeded:
    """Names of the companies created now and of those that were there before."""

    created: tuple[str, ...]
    existing: tuple[str, ...]


@transaction.atomic
def seed_companies(path: Path = SEED_FILE) -> Seeded:
    """Create the companies and exchanges of a seed file that do not exist yet.

    What exists is left as people have made it.
    """
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    for exchange in data["exchanges"]:
        Exchange.objects.get_or_create(mic=exchange["mic"], defaults=exchange)
    created, existing = [], []
    for entry in data["companies"]:
        if Company.objects.filter(slug=entry["slug"]).exists():
            existing.append(entry["name"])
        else:
            _create(entry)
            created.append(entry["name"])
    return Seeded(tuple(created), tuple(existing))


def _create(entry: dict[str, Any]) -> None:
    fields = {key: value for key, value in entry.items() if key not in ("listings", "fiscal_year_end")}
    month, day = entry["fiscal_year_end"]
    company = Company(**fields, fiscal_year_end_month=month, fiscal_year_end_day=day)
    company.full_clean()
    company.save()
    for listing in entry["listings"]:
        Listing.objects.create(
            company=company,
            exchange=Exchange.objects.get(mic=listing["exchange"]),
            **{key: value for key, value in listing.items() if key != "exchange"},
        )
