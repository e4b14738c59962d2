"""Every page at the side of the admin exists and is shown to those who may see it."""

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client, RequestFactory

from config.navigation import NAVIGATION

ITEMS = [item for group in NAVIGATION for item in group["items"]]


@pytest.mark.django_db
@pytest.mark.parametrize("item", ITEMS, ids=[item["title"] for item in ITEMS])
def test_the_page_opens(admin_client: Client, item: dict) -> None:  # type: ignore[type-arg]
    # Flower's pages open as well, and say that there is none here.
    expected = 503 if item["title"] == "Workers" else 200
    assert admin_client.get(str(item["link"])).status_code == expected


@pytest.mark.django_db
def test_people_are_shown_what_they_may_see() -> None:
    viewer = User.objects.create_user("victor", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_company"))
    request = RequestFactory().get("/admin/")
    request.user = User.objects.get(pk=viewer.pk)
    shown = [item["title"] for item in ITEMS if "permission" not in item or item["permission"](request)]
    assert shown == ["Overview", "Companies"]
