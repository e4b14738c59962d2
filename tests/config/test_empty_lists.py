"""Every list without rows says what to do next."""

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.test import Client

from companies.models import Company
from config.navigation import NAVIGATION
from tests.extraction.made import a_company

pytestmark = pytest.mark.django_db
LISTS = sorted(settings.EMPTY_LISTS)


@pytest.mark.parametrize("name", LISTS)
def test_it_says_what_to_do(admin_client: Client, name: str) -> None:
    model = apps.get_model(name)
    assert model in admin.site._registry
    model._default_manager.all().delete()
    page = admin_client.get(f"/admin/{model._meta.app_label}/{model._meta.model_name}/").content.decode()
    title, todo = settings.EMPTY_LISTS[name]
    assert f"<h2>{title}</h2>" in page
    assert todo.replace("'", "&#x27;") in page
    assert "yielded" not in page


def test_every_list_at_the_side_of_the_page_is_named() -> None:
    """But the users, of whom there is always the one who looks, the trail, in which there is always that
    person's login, the one budget, and policies, which are made when they are looked at. A list of an
    analysis may do with the general sentence."""
    models = {
        "_".join((model._meta.app_label, model._meta.model_name)): model._meta.label
        for model in admin.site._registry
    }
    shown = {
        models[pattern]
        for group in NAVIGATION
        for item in group["items"]
        for pattern in models
        if str(item["link"]).endswith(f"/{pattern.replace('_', '/', 1)}/")
    }
    assert len(shown) > 15
    unnamed = {name for name in shown - set(LISTS) if not name.startswith("analysis.")}
    assert unnamed <= {"audit.AuditEvent", "auth.User", "extraction.LlmBudget", "monitoring.RetentionPolicy"}


def test_a_list_that_filters_leave_empty_says_that(admin_client: Client) -> None:
    a_company()
    page = admin_client.get("/admin/companies/company/?q=nobody").content.decode()
    assert "<h2>Nothing matches</h2>" in page
    assert "There is no company yet" not in page
    assert Company.objects.count() == 1
