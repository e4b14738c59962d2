"""How many alerts wait is seen on the first page and beside the inbox, by those who may see them."""

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone

from monitoring.alerts import raise_alert
from monitoring.alerts.deciding import acknowledge
from monitoring.models import Alert

pytestmark = pytest.mark.django_db


def test_open_alerts_are_counted_until_somebody_looks_after_them(admin_client: Client) -> None:
    page = admin_client.get("/admin/").content.decode()
    assert "<strong>0</strong><span>open alerts</span>" in page
    for number in range(2):
        raise_alert("health", key=str(number), title="The broker does not answer")
    page = admin_client.get("/admin/").content.decode()
    assert "<strong>2</strong><span>open alerts</span>" in page
    assert beside_the_inbox(page) == "2"
    acknowledge(Alert.objects.filter(pk=Alert.objects.earliest("pk").pk), by=None, at=timezone.now())
    assert beside_the_inbox(admin_client.get("/admin/").content.decode()) == "1"
    acknowledge(Alert.objects.all(), by=None, at=timezone.now())
    assert beside_the_inbox(admin_client.get("/admin/").content.decode()) == ""


def test_many_are_not_counted_to_the_end_beside_the_inbox(admin_client: Client) -> None:
    for number in range(101):
        raise_alert("health", key=str(number), title="The broker does not answer")
    assert beside_the_inbox(admin_client.get("/admin/").content.decode()) == "99+"


def test_who_may_not_see_alerts_is_not_told_how_many_there_are(client: Client) -> None:
    raise_alert("health", title="The broker does not answer")
    vera = User.objects.create_user("vera", is_staff=True)
    vera.user_permissions.add(Permission.objects.get(codename="view_company"))
    client.force_login(vera)
    page = client.get("/admin/").content.decode()
    assert "open alert" not in page
    assert "/admin/monitoring/alert/" not in page


def beside_the_inbox(page: str) -> str:
    """The text behind “Inbox” in its line at the side."""
    line = page.split('href="/admin/monitoring/alert/"', 1)[1].split("</a>", 1)[0]
    words = [part.split("<")[0].strip() for part in line.split(">")]
    return "".join(words[words.index("Inbox") + 1 :])
