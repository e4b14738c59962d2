"""Every field of the forms people fill in most says what belongs into it."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import RequestFactory

from companies.models import Company
from documents.models import Document
from tests.extraction.made import a_company, a_document

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("model", [Company, Document])
@pytest.mark.parametrize("is_new", [True, False])
def test_each_field_has_help(model: type, is_new: bool) -> None:
    request = RequestFactory().get("/")
    request.user = User.objects.create_superuser("ada")
    company = a_company()
    there = {Company: company, Document: a_document(company, 2024)}[model]
    form = admin.site._registry[model].get_form(request, None if is_new else there)
    without = {name for name, field in form.base_fields.items() if not field.help_text}
    assert without == set()
    assert len(form.base_fields) >= 5
