"""Every page of the admin opens, in light and dark, complains of nothing and can be used by everybody."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.contrib import admin
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page

from analysis.models import Anomaly
from companies.models import Company
from documents.models import Document
from extraction.models import Fact
from jobs.launch import launch
from jobs.models import TaskRun
from monitoring.alerts import raise_alert
from monitoring.models import HealthCheck, HealthTransition, PerformanceSample
from monitoring.quality.check import check_quality
from tests.browser.accessibility import faults_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]

# Pages of libraries, which open without a fault and whose making is theirs: the description of the API,
# which is a file as well, and the API as pages to click through, which production does not have.
OF_LIBRARIES = ("/api/docs/", "/api/v1/")


def main_pages(company: Company) -> list[str]:
    """Those on which people work, with something on them."""
    run = TaskRun.objects.first() or launch("classify_document", document_id=1).run
    fact = Fact.objects.filter(concept="is.revenue", superseded_at=None).latest("pk")
    document = Document.objects.filter(company=company).latest("pk")
    return [
        "/admin/",
        "/admin/now/",
        "/admin/overview/first-steps/",
        "/admin/coverage/?kind=all",
        reverse("coverage:company", args=[company.slug]),
        "/admin/companies/company/",
        reverse("admin:companies_company_change", args=[company.pk]),
        "/admin/documents/document/",
        reverse("admin:documents_document_change", args=[document.pk]),
        "/admin/documents/document/several",
        "/admin/extraction/reviewitem/",
        "/admin/extraction/restatement/",
        "/admin/jobs/taskrun/",
        run.get_absolute_url(),
        "/admin/django_celery_beat/periodictask/",
        f"/admin/statements/{company.slug}/",
        f"/admin/statements/{company.slug}/?statement=balance_sheet&share=1&growth=1&chart=bs.total_assets",
        f"/admin/statements/{company.slug}/?cell=is.revenue@{fact.period_end}",
        reverse("extraction:proof", args=[fact.pk]),
    ]


def operations_pages(company: Company) -> list[str]:
    """Those on which people look after the system and what was found, with something on them."""
    now = timezone.now()
    alert = raise_alert("health", title="Broker: unhealthy", text="It does not answer.").alert
    assert alert is not None
    anomaly = Anomaly.objects.filter(company=company).first() or Anomaly.objects.create(
        company=company, kind="outlier", metric="net_margin", label="Net margin", severity="high",
        severity_rank=3, window_start=date(2024, 12, 31), window_end=date(2024, 12, 31), statistic=9,
        threshold=3.5, explanation="Twice the usual.", first_found_at=now, last_found_at=now,
    )  # fmt: skip
    if not HealthCheck.objects.exists():
        _watched(now)
        check_quality(at=now)
    return [
        "/admin/monitoring/alert/",
        reverse("admin:monitoring_alert_change", args=[alert.pk]),
        "/admin/monitoring/alertrule/",
        "/admin/monitoring/notificationchannel/",
        "/admin/analysis/anomaly/",
        anomaly.get_absolute_url(),
        "/admin/quality/",
        "/admin/monitoring/retentionpolicy/",
        "/admin/ratios/peers/",
        reverse("ratios:company", args=[company.slug]),
        "/admin/health/?period=week",
        "/admin/performance/",
        "/admin/audit/auditevent/",
        reverse("admin:audit_auditevent_change", args=[1]),
    ]


def _watched(now: datetime) -> None:
    """Two looks at a part that turned worse, and a window of measurements."""
    for minutes, health in ((20, "healthy"), (10, "unhealthy")):
        probe = {"name": "broker", "health": health, "observed": health, "good_looks": 0,
                 "sentence": "As it is.", "milliseconds": 12}  # fmt: skip
        look = HealthCheck.objects.create(
            checked_at=now - timedelta(minutes=minutes), observed=health, health=health, milliseconds=12,
            probes=[probe],
        )  # fmt: skip
    HealthTransition.objects.create(
        check_row=look, probe="broker", before="healthy", after="unhealthy", sentence="As it is.", at=now
    )
    labels = {"task": "download_pdf", "queue": "scraping", "state": "failed"}
    PerformanceSample.objects.create(
        metric="runs_ended", labels=labels, series="made", value=7, since=now - timedelta(minutes=10),
        at=now - timedelta(minutes=1),
    )  # fmt: skip


def other_pages() -> list[str]:
    """The list of every model, the form for a new one, and the page of the newest where there is one."""
    addresses = []
    for model, page in admin.site._registry.items():
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        addresses.append(reverse(f"{name}_changelist"))
        newest = model._default_manager.order_by("-pk").first()
        if newest is not None:
            addresses.append(reverse(f"{name}_change", args=[newest.pk]))
        if type(page).has_add_permission is admin.ModelAdmin.has_add_permission:
            addresses.append(reverse(f"{name}_add"))
    return [*addresses, *OF_LIBRARIES]


def faults(page: Page, live_server: object, addresses: list[str]) -> list[str]:
    """What is wrong with these pages, each with its address."""
    found = []
    for address in addresses:
        response = page.goto(f"{live_server}{address}")
        assert response is not None
        if response.status != 200:
            found.append(f"{address}: {response.status}")
        elif address not in OF_LIBRARIES:
            # What is made when the page has loaded gets its names a moment later.
            page.wait_for_timeout(500 if "/add/" in address or "/change/" in address else 0)
            found += [f"{address}: {fault}" for fault in faults_of(page)]
    return found


@pytest.mark.parametrize("pages", [main_pages, operations_pages])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_main_pages_have_no_serious_fault(
    signed_in: Page,
    live_server: object,
    company: Company,
    scheme: str,
    pages: Callable[[Company], list[str]],
) -> None:
    signed_in.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    launch("recompile_company_statements", subject=company, company_id=company.pk)

    found = faults(signed_in, live_server, pages(company))
    assert found == [], "\n".join(found)


def test_every_other_page_opens_without_a_fault(
    signed_in: Page, live_server: object, company: Company
) -> None:
    found = faults(signed_in, live_server, other_pages())
    assert found == [], "\n".join(found)


@pytest.mark.parametrize("pages", [main_pages, operations_pages])
def test_the_main_pages_fit_a_narrow_screen(
    signed_in: Page, live_server: object, company: Company, pages: Callable[[Company], list[str]]
) -> None:
    signed_in.set_viewport_size({"width": 390, "height": 800})
    wide = {}
    for address in pages(company):
        signed_in.goto(f"{live_server}{address}")
        wide[address] = signed_in.evaluate("document.documentElement.scrollWidth")
    assert {address: width for address, width in wide.items() if width > 390} == {}


def test_the_page_to_sign_in_has_no_serious_fault(page: Page, live_server: object) -> None:
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.goto(f"{live_server}/admin/login/")
        assert faults_of(page) == []


def test_the_rule_finds_what_it_looks_for(page: Page) -> None:
    faulty = "<img src='data:,'><button></button>"
    page.set_content(f"<html lang=en><title>x</title><main><h1>x</h1>{faulty}</main>")
    found = faults_of(page)
    assert [fault.split(" ")[0] for fault in found] == ["button-name", "image-alt"]
