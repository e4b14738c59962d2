"""`manage.py run_demo --site URL --web URL`: the whole pipeline once, on the bundled demo company."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.urls import reverse

from companies.models import Company
from companies.seed import seed_companies


class Command(BaseCommand):
    help = "Create the demo company, run the full pipeline on its site and print where the table is."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--site", required=True, help="Where the demo site is served.")
        parser.add_argument("--web", required=True, help="Where Tenfold itself is served.")
        parser.add_argument("--timeout", type=float, default=240.0, help="Seconds to follow the work.")

    def handle(self, *args: Any, site: str, web: str, timeout: float, **options: Any) -> None:
        seed_companies(Path(settings.BASE_DIR) / "demo" / "seed.yaml")
        company = Company.objects.get(slug="harrowmere")
        # The port of the demo site may be another one at each start.
        company.investor_relations_url = f"{site.rstrip('/')}/investors/"
        company.save(update_fields=["investor_relations_url"])
        self.stdout.write(f"The main job on {company.name}:")
        call_command("extract_company", company.slug, timeout=timeout, stdout=self.stdout)
        address = reverse("extraction:statements", args=[company.slug])
        self.stdout.write(f"Its ten-year table: {web.rstrip('/')}{address}")
