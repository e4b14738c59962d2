"""From a fresh installation to a company of one's own, step by step, with what is done already."""

from dataclasses import dataclass

from django.urls import reverse

from companies.models import Company
from extraction.models import CompiledStatement, ReviewItem, ReviewState
from jobs.models import TaskRun
from monitoring.overview import own_companies

DEMO = "harrowmere"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do: where it is done, what it needs, and whether it was done already."""

    title: str
    says: str
    button: str
    address: str
    permission: str
    done: bool


def first_steps() -> tuple[Step, ...]:
    """The steps in their order. A company counts where it is neither the demo nor came along."""
    own = own_companies()
    company = own.order_by("pk").first()
    started = company is not None and TaskRun.objects.about(company).exists()
    compiled = CompiledStatement.objects.filter(company__in=own, is_current=True)
    table = compiled.select_related("company").first()
    steps = [] if not Company.objects.filter(slug=DEMO).exists() else [_look_at_the_demo()]
    return (
        *steps,
        Step(
            "Add a company",
            "Its name and the address of its investor-relations page are enough. What else you know, such as"
            " the end of its fiscal year, makes the calendar of its reports right from the start.",
            "Add a company",
            reverse("admin:companies_company_add"),
            "companies.add_company",
            company is not None,
        ),
        Step(
            "Have its reports searched and read",
            "On the company's page choose “Extract financial data”: its site is searched, reports are"
            " downloaded and read, and ten years become one table. Where a site lets no program in, upload"
            " the reports instead; they are read by themselves.",
            "Open the company" if company else "Choose a company",
            _page_of(company),
            "companies.change_company",
            started,
        ),
        Step(
            "Follow the work",
            "Each run says what it does, how far it is and, where something failed, what to do about it.",
            "Look at the runs",
            reverse("admin:jobs_taskrun_changelist"),
            "jobs.view_taskrun",
            started and table is not None,
        ),
        Step(
            "Check a figure on its page",
            "Click any figure of the table: the page of the report opens with the place marked, with every"
            " other report that gives the figure, and with the sums it takes part in.",
            "Open the table" if table else "Choose a company",
            reverse("extraction:statements", args=[table.company.slug]) if table else _page_of(company),
            "extraction.view_compiledstatement",
            table is not None,
        ),
        Step(
            "Answer what only a person can",
            "A unit that is not printed, figures that do not add up, a document of unknown kind: such"
            " questions wait for you, and the coverage says which reports they hold up.",
            "Look at the questions",
            reverse("review:queue"),
            "extraction.view_reviewitem",
            ReviewItem.objects.exclude(state=ReviewState.OPEN).filter(decided_by__isnull=False).exists(),
        ),
    )


def _look_at_the_demo() -> Step:
    return Step(
        "Look at a finished table",
        "A made-up company with eight reports was read when you started: ten years, restatements, gaps with"
        " their reason. Everything you see there your own companies will have.",
        "Open the demo company",
        reverse("extraction:statements", args=[DEMO]),
        "extraction.view_compiledstatement",
        CompiledStatement.objects.filter(company__slug=DEMO).exists(),
    )


def _page_of(company: Company | None) -> str:
    if company is None:
        return reverse("admin:companies_company_changelist")
    return reverse("admin:companies_company_change", args=[company.pk])
