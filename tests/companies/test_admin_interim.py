"""Interim reports are read from the list of companies, when a person asks for them."""

import pytest
from django.test import Client

from jobs.models import TaskRun
from tests.extraction.made import a_company

pytestmark = pytest.mark.django_db


def test_interim_reports_of_chosen_companies_are_asked_for(admin_client: Client) -> None:
    company = a_company()
    a_company("southwind")
    answer = admin_client.post(
        "/admin/companies/company/", {"action": "process_interim", "_selected_action": [company.pk]}
    )
    assert answer.status_code == 302
    run = TaskRun.objects.get()
    assert (run.task, run.subject, run.arguments) == (
        "process_all_documents",
        company,
        {"company_id": company.pk, "interim": True},
    )
