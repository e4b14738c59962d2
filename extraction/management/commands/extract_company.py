"""`manage.py extract_company SLUG`: search, download, read and compile, and say how it goes."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from companies.models import Company
from extraction.follow import follow
from jobs.launch import launch
from jobs.states import State, Trigger


class Command(BaseCommand):
    help = "Search a company's site, download and read its annual reports and compile the years."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="The company's short name in addresses, such as 'siemens'.")
        parser.add_argument("--timeout", type=float, default=3600.0, help="Seconds to follow the work.")

    def handle(self, *args: Any, slug: str, timeout: float, **options: Any) -> None:
        company = Company.objects.filter(slug=slug).first()
        if company is None:
            known = ", ".join(Company.objects.order_by("slug").values_list("slug", flat=True)[:20])
            raise CommandError(f"There is no company '{slug}'. Known: {known or 'none yet'}.")
        launched = launch(
            "extract_company_financial_data",
            subject=company,
            trigger=Trigger.SYSTEM,
            company_id=company.pk,
        )
        for line in follow(launched.run, timeout_seconds=timeout):
            self.stdout.write(line)
        launched.run.refresh_from_db()
        if launched.run.state not in (State.SUCCEEDED, State.PARTIAL):
            raise CommandError("The extraction is not complete; the run says why.")
