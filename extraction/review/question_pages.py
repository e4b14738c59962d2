"""The queue of questions: one at a time beside its page, answered by one key."""

from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from companies.models import Company
from extraction.errors import WrongCorrection
from extraction.models import ReviewItem, ReviewKind, ReviewState
from extraction.review.decide import DECIDED, Decided, assign, decide, take_back, take_repair
from extraction.review.person import person_of
from extraction.review.question import question_view

PER_PAGE = 50
MINE, NOBODYS = "me", "nobody"

may_view = permission_required("extraction.view_reviewitem", raise_exception=True)
may_decide = permission_required("extraction.change_reviewitem", raise_exception=True)


@dataclass(frozen=True, slots=True)
class Choice:
    """Which questions somebody wants to see. Words that mean nothing are passed over."""

    kind: str = ""
    company: str = ""
    whose: str = ""
    decided: bool = False

    @classmethod
    def of(cls, given: Any) -> "Choice":
        kind = given.get("kind", "")
        whose = given.get("whose", "")
        return cls(
            kind=kind if kind in ReviewKind.values else "",
            company=given.get("company", "")[:100],
            whose=whose if whose in (MINE, NOBODYS) else "",
            decided=given.get("decided") == "1",
        )

    def questions(self, person: Any) -> QuerySet[ReviewItem]:
        """In the order in which they are asked; decided ones the latest first."""
        found = ReviewItem.objects.all()
        if self.company:
            found = found.filter(company__slug=self.company)
        if self.whose == MINE:
            found = found.filter(assignee=person)
        elif self.whose == NOBODYS:
            found = found.filter(assignee=None)
        if self.kind:
            found = found.filter(kind=self.kind)
        if self.decided:
            return found.filter(state__in=DECIDED).order_by("-decided_at", "-pk")
        return found.filter(state=ReviewState.OPEN).order_by("rank", "pk")

    def query(self, **more: str | int | None) -> str:
        """The choice as an address."""
        chosen = {"kind": self.kind, "company": self.company, "whose": self.whose}
        parts: dict[str, str | int | None] = {**chosen, "decided": "1" if self.decided else "", **more}
        query = urlencode({name: value for name, value in parts.items() if value is not None and value != ""})
        return f"{reverse('review:queue')}?{query}" if query else reverse("review:queue")


@may_view
def queue(request: HttpRequest) -> HttpResponse:
    """The questions of a choice, and the one that is asked now with everything needed to answer it."""
    choice = Choice.of(request.GET)
    asked = request.GET.get("item", "")
    questions = choice.questions(request.user).select_related(
        "company", "document", "assignee", "decided_by", "correction"
    )
    page = Paginator(questions, PER_PAGE).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    current = next((one for one in shown if str(one.pk) == asked), None)
    if current is None and asked.isdecimal() and len(asked) < 18:
        current = (
            questions.model.objects.select_related(
                "company", "document", "assignee", "decided_by", "correction"
            )
            .filter(pk=int(asked))
            .first()
        )
    current = current or next(iter(shown), None)
    at = next((n for n, one in enumerate(shown) if current and one.pk == current.pk), None)
    counts = dict(
        ReviewItem.objects.filter(state=ReviewState.OPEN).order_by().values_list("kind").annotate(Count("pk"))
    )
    context = {
        **admin.site.each_context(request),
        "title": "Questions",
        "choice": choice,
        "page": page,
        "questions": shown,
        "view": question_view(current) if current else None,
        "before": shown[at - 1].pk if at else None,
        "after": shown[at + 1].pk if at is not None and at + 1 < len(shown) else None,
        "kinds": [(kind.value, kind.label, counts[kind.value]) for kind in ReviewKind if kind in counts],
        "open_count": sum(counts.values()),
        "companies": Company.objects.filter(review_items__isnull=False).distinct().order_by("name"),
        "people": _people(),
        "may_decide": request.user.has_perm("extraction.change_reviewitem"),
        "may_correct": request.user.has_perm("extraction.add_correction"),
        "decided_states": DECIDED,
        "undoable": request.session.get("review_decided"),
        "this_query": choice.query(),
    }
    return render(request, "admin/extraction/review_queue.html", context)


def _people() -> QuerySet[Any]:
    """Who may decide, so that questions can be given to them."""
    may = Q(user_permissions__codename="change_reviewitem") | Q(
        groups__permissions__codename="change_reviewitem"
    )
    people = get_user_model()._default_manager.filter(is_active=True, is_staff=True)
    return people.filter(may | Q(is_superuser=True)).distinct().order_by("username")


@require_POST
@may_decide
def decide_questions(request: HttpRequest) -> HttpResponse:
    """Decide one question or several, and go on to the next that is open."""
    choice = Choice.of(request.POST)
    ids = [int(text) for text in request.POST.getlist("item") if text.isdecimal() and len(text) < 18]
    items = ReviewItem.objects.filter(pk__in=ids)
    what = request.POST.get("decision", "")
    following = _following(choice, request, ids)
    try:
        if what == "assign":
            return _assigned(request, choice, items, ids)
        if what == "undo":
            decided = _taken_back(request, ids)
            following = ids[0] if ids else None
        elif what.startswith("repair:") and what[7:].isdecimal() and len(ids) == 1:
            decided = _counted(request, ids, take_repair(items.get(), int(what[7:8]), by=person_of(request)))
        elif what in ("accept", "reject"):
            state = ReviewState.ACCEPTED if what == "accept" else ReviewState.REJECTED
            decided = _counted(request, ids, decide(items, state, by=person_of(request)))
        else:
            messages.error(request, "This is none of the decisions that can be made. Nothing was changed.")
            return HttpResponseRedirect(choice.query(item=ids[0] if ids else None))
    except (WrongCorrection, ReviewItem.DoesNotExist) as error:
        said = error.message if isinstance(error, WrongCorrection) else "This question is no longer there."
        messages.error(request, said)
        return HttpResponseRedirect(choice.query(item=ids[0] if ids else None))
    if decided.count == 0:
        messages.warning(request, "Nothing was changed: this had been decided meanwhile.")
    else:
        messages.success(request, _said(what, decided))
    return HttpResponseRedirect(choice.query(item=following))


def _following(choice: Choice, request: HttpRequest, ids: list[int]) -> int | None:
    """The question behind the last one decided, in the order of the queue."""
    order = list(choice.questions(request.user).values_list("pk", flat=True)[: PER_PAGE * 20])
    places = [order.index(pk) for pk in ids if pk in order]
    rest = [pk for pk in order[max(places, default=-1) + 1 :] if pk not in ids]
    return rest[0] if rest else None


def _assigned(
    request: HttpRequest, choice: Choice, items: QuerySet[ReviewItem], ids: list[int]
) -> HttpResponse:
    chosen = request.POST.get("person", "")
    person = None
    if chosen:
        person = _people().filter(pk=int(chosen)).first() if chosen.isdecimal() else None
        if person is None:
            messages.error(request, "This person may not decide questions. Nobody was given anything.")
            return HttpResponseRedirect(choice.query(item=ids[0] if ids else None))
    count = assign(items, person)
    name = person.get_username() if person else "nobody"
    messages.success(request, f"{count} question{'' if count == 1 else 's'} given to {name}.")
    return HttpResponseRedirect(choice.query(item=ids[0] if ids else None))


def _counted(request: HttpRequest, ids: list[int], decided: Decided) -> Decided:
    """Remember what was decided, so that one key takes it back."""
    if decided.count:
        request.session["review_decided"] = ids
    return decided


def _taken_back(request: HttpRequest, ids: list[int]) -> Decided:
    request.session.pop("review_decided", None)
    found = [take_back(item, by=person_of(request)) for item in ReviewItem.objects.filter(pk__in=ids)]
    return Decided(sum(one.count for one in found), tuple(run for one in found for run in one.runs))


_DONE = {"accept": "accepted", "reject": "set aside", "undo": "open again"}


def _said(what: str, decided: Decided) -> str:
    done = _DONE.get(what, "answered by a repair")
    count = f"{decided.count} question{'' if decided.count == 1 else 's'} {done}."
    if not decided.runs:
        return count
    link = reverse("admin:jobs_taskrun_change", args=[decided.runs[0].pk])
    return format_html(
        '{} The figures are being put right. <a href="{}" class="underline">Watch</a>', count, link
    )
