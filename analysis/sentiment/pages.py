"""Own pages inside the admin: a company's tone over the years, a document's tone with its sentences,
companies beside one another."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from analysis.models import (
    OVERALL,
    SentimentAnalysis,
    SentimentComparison,
    SentimentSentence,
    SentimentTrend,
    SentimentTrendLine,
)
from analysis.sentiment.chart import Scored, intervals, tone_chart
from analysis.sentiment.compare import CUSTOM, MOST_COMPANIES, TIMEFRAMES
from analysis.sentiment.labels import label
from companies.models import Company
from documents.models import Document
from engine.kinds import DocumentKind, Polarity, Topic
from engine.sentiment.document import polarity_of
from jobs.errors import JobsError
from jobs.launch import launch
from jobs.models import TaskRun
from jobs.permissions import may_start, permission_to_start
from jobs.states import Trigger

may_view = permission_required("analysis.view_sentimentanalysis", raise_exception=True)
SENTENCES_ON_A_PAGE = 50
SHOWN = ("strongest", "positive", "negative", "quiet", "labelled")


@dataclass(frozen=True, slots=True)
class TopicRow:
    """One topic of a company: the score of the newest document, and its trend."""

    topic: str
    title: str
    score: float | None
    polarity: str
    sentences: int
    line: SentimentTrendLine | None

    @property
    def is_trend(self) -> bool:
        """Whether chance does not explain the slope."""
        return self.line is not None and self.line.p_value is not None and self.line.p_value < 0.05


@may_view
def company_tone(request: HttpRequest, slug: str) -> HttpResponse:
    """The tone of one kind of a company's documents over the years, by topics."""
    company = get_object_or_404(Company, slug=slug)
    kinds = list(
        SentimentTrend.objects.filter(company=company, topic=OVERALL)
        .order_by("document_type")
        .values_list("document_type", flat=True)
        .distinct()
    )
    usual = DocumentKind.ANNUAL_REPORT.value
    asked = request.GET.get("type", "")
    kind = asked if asked in kinds else usual if usual in kinds or not kinds else kinds[0]
    topic = request.GET.get("topic", OVERALL)
    topic = topic if topic in {one.value for one in Topic} else OVERALL
    points = list(
        SentimentTrend.objects.filter(company=company, topic=topic, document_type=kind).select_related(
            "document"
        )
    )
    lines = {one.topic: one for one in company.sentiment_lines.filter(document_type=kind)}
    context = {
        **admin.site.each_context(request),
        "title": f"Tone of {company.name}",
        "company": company,
        "kind": kind,
        "kinds": [(one, DocumentKind(one).value.replace("_", " ")) for one in kinds],
        "topic": topic,
        "topic_title": _title(topic),
        "points": points[::-1],
        "chart": tone_chart(
            [
                Scored(
                    one.period_end,
                    one.score,
                    one.smoothed,
                    polarity_of(one.score).value,
                    reverse("tone:document", args=[one.document_id]),
                )
                for one in points
            ],
            [date.fromisoformat(day) for day in (lines[topic].changes if topic in lines else ())],
        ),
        "line": lines.get(topic),
        "rows": _topic_rows(company, kind, lines),
        "shifts": company.sentiment_shifts.select_related("document")[:5],
        "judged": SentimentAnalysis.objects.filter(document__company=company, is_current=True).count(),
        "documents": _judgeable(company).count(),
        "waiting": _judgeable(company).exclude(sentiment_analyses__is_current=True).count(),
        "running": TaskRun.objects.unfinished().about(company).first(),
        "may_judge": may_start(request.user, "batch_sentiment_analysis"),
        "may_follow": may_start(request.user, "update_sentiment_trends"),
    }
    return render(request, "admin/analysis/company_tone.html", context)


@may_view
def document_tone(request: HttpRequest, document_id: int) -> HttpResponse:
    """The tone of a document: its score, its topics, and the sentences that made them."""
    document = get_object_or_404(Document.objects.select_related("company"), pk=document_id)
    analysis = (
        SentimentAnalysis.objects.filter(document=document, is_current=True)
        .prefetch_related("topic_scores")
        .first()
    )
    shown = request.GET.get("show", SHOWN[0])
    shown = shown if shown in SHOWN else SHOWN[0]
    topic = request.GET.get("topic", "")
    context = {
        **admin.site.each_context(request),
        "title": f"Tone of {document}",
        "document": document,
        "analysis": analysis,
        "shown": shown,
        "choices": SHOWN,
        "topic": topic,
        "topics": [(one.value, _title(one.value)) for one in Topic],
        "polarities": list(Polarity),
        "running": TaskRun.objects.unfinished().about(document).first(),
        "may_judge": may_start(request.user, "analyze_document_sentiment"),
        "may_label": request.user.has_perm("analysis.change_sentimentsentence"),
    }
    if analysis is not None:
        page = Paginator(_sentences(analysis, shown, topic), SENTENCES_ON_A_PAGE).get_page(
            request.GET.get("page")
        )
        context |= {
            "page": page,
            "sentences": [(one, marked(one.text, one.terms)) for one in page],
            "scores": _document_topics(analysis),
            "axes": [(name, share) for name, share in analysis.axes.items() if share is not None],
            "left_out": [(reason.replace("_", " "), n) for reason, n in sorted(analysis.left_out.items())],
        }
    return render(request, "admin/analysis/document_tone.html", context)


def marked(text: str, terms: Sequence[dict[str, Any]]) -> list[tuple[str, str]]:
    """A sentence in pieces, each with "positive", "negative" or "" for what it adds to the tone. Of terms
    that overlap the stronger one is marked."""
    taken: list[tuple[int, int, str]] = []
    for term in sorted(terms, key=lambda one: -abs(one["effect"])):
        start = text.find(term["text"])
        end = start + len(term["text"])
        if start >= 0 and all(end <= left or right <= start for left, right, _ in taken):
            taken.append((start, end, "positive" if term["effect"] > 0 else "negative"))
    pieces, place = [], 0
    for start, end, sign in sorted(taken):
        pieces += [(text[place:start], ""), (text[start:end], sign)]
        place = end
    pieces.append((text[place:], ""))
    return [piece for piece in pieces if piece[0]]


@require_POST
@permission_required("analysis.change_sentimentsentence", raise_exception=True)
def label_sentence(request: HttpRequest, sentence_id: int) -> HttpResponse:
    """What a person says of a sentence, or nothing again; and back to where it stands."""
    chosen = SentimentSentence.objects.filter(pk=sentence_id)
    sentence = chosen.select_related("analysis").first()
    said = request.POST.get("label", "")
    if sentence is None or said not in ("", *(one.value for one in Polarity)):
        raise Http404("This sentence is not there any more. The document may have been judged again.")
    label(chosen, Polarity(said) if said else None, by=request.user)
    way_back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(way_back, {request.get_host()}, require_https=request.is_secure()):
        way_back = reverse("tone:document", args=[sentence.analysis.document_id])
    return redirect(f"{way_back}#s{sentence.number}")


@require_POST
@permission_required(permission_to_start("analyze_document_sentiment"), raise_exception=True)
def start_document(request: HttpRequest, document_id: int) -> HttpResponse:
    """Judge a document, anew if it was judged before, and come back."""
    document = get_object_or_404(Document, pk=document_id)
    _start(request, "analyze_document_sentiment", document, document_id=document.pk, force=True)
    return redirect("tone:document", document_id=document.pk)


@require_POST
@permission_required(permission_to_start("batch_sentiment_analysis"), raise_exception=True)
def start_company(request: HttpRequest, slug: str) -> HttpResponse:
    """Judge the documents of a company that were not, and come back."""
    company = get_object_or_404(Company, slug=slug)
    waiting = _judgeable(company).exclude(sentiment_analyses__is_current=True)
    ids = list(waiting.order_by("pk").values_list("pk", flat=True))
    _start(request, "batch_sentiment_analysis", company, document_ids=ids)
    return redirect("tone:company", slug=company.slug)


@require_POST
@permission_required(permission_to_start("update_sentiment_trends"), raise_exception=True)
def start_trends(request: HttpRequest, slug: str) -> HttpResponse:
    """Follow the tone of a company over all its years, and come back."""
    company = get_object_or_404(Company, slug=slug)
    _start(request, "update_sentiment_trends", company, company_id=company.pk, window="ALL")
    return redirect("tone:company", slug=company.slug)


class CompareForm(forms.Form):
    """Which companies are compared, and over what time."""

    companies = forms.ModelMultipleChoiceField(
        Company.objects.order_by("name"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose two companies or more."},
    )
    timeframe = forms.ChoiceField(
        choices=[(one, one) for one in TIMEFRAMES if one != CUSTOM], initial="10Y", label="Back to"
    )

    def clean_companies(self) -> QuerySet[Company]:
        companies: QuerySet[Company] = self.cleaned_data["companies"]
        if not 2 <= companies.count() <= MOST_COMPANIES:
            raise forms.ValidationError(f"Choose 2 to {MOST_COMPANIES} companies.")
        return companies


@permission_required("analysis.view_sentimentcomparison", raise_exception=True)
def comparisons(request: HttpRequest) -> HttpResponse:
    """The form that starts a comparison, and the comparisons there are."""
    may_compare = may_start(request.user, "compare_company_sentiment")
    form = CompareForm(request.POST if request.method == "POST" and may_compare else None)
    if form.is_valid():
        ids = sorted(company.pk for company in form.cleaned_data["companies"])
        _start(
            request,
            "compare_company_sentiment",
            None,
            company_ids=ids,
            timeframe=form.cleaned_data["timeframe"],
        )
        return redirect("tone:compare")
    context = {
        **admin.site.each_context(request),
        "title": "Compare the tone of companies",
        "form": form,
        "may_compare": may_compare,
        "found": SentimentComparison.objects.prefetch_related("companies")[:20],
    }
    return render(request, "admin/analysis/comparisons.html", context)


@permission_required("analysis.view_sentimentcomparison", raise_exception=True)
def comparison(request: HttpRequest, comparison_id: int) -> HttpResponse:
    """One comparison: ranking with intervals, differences, who has too few documents."""
    found = get_object_or_404(SentimentComparison, pk=comparison_id)
    ranking = found.result.get("ranking", [])
    drawn, zero = intervals([(one["low"], one["score"], one["high"]) for one in ranking])
    topics = [one for one in Topic if all(one.value in row["topics"] for row in ranking)] if ranking else []
    context = {
        **admin.site.each_context(request),
        "title": "Tone of companies",
        "comparison": found,
        "ranking": list(zip(ranking, drawn, strict=True)),
        "zero": zero,
        "slugs": dict(Company.objects.filter(sentiment_comparisons=found).values_list("pk", "slug")),
        "topics": [(_title(one.value), [row["topics"][one.value] for row in ranking]) for one in topics],
    }
    return render(request, "admin/analysis/comparison.html", context)


def _judgeable(company: Company) -> QuerySet[Document]:
    """Documents with a file that repeat no other."""
    return Document.objects.filter(company=company, current_version__isnull=False, duplicate_of__isnull=True)


def _topic_rows(company: Company, kind: str, lines: dict[str, SentimentTrendLine]) -> list[TopicRow]:
    newest: dict[str, SentimentTrend] = {}
    for one in SentimentTrend.objects.filter(company=company, document_type=kind).order_by("period_end"):
        newest[one.topic] = one
    last = newest[OVERALL].period_end if OVERALL in newest else None
    rows = []
    for topic in (OVERALL, *(one.value for one in Topic)):
        point = newest.get(topic)
        # A topic the newest document is silent on has no score today, whatever older ones said.
        is_new = point is not None and point.period_end == last
        rows.append(
            TopicRow(
                topic=topic,
                title=_title(topic),
                score=point.score if point and is_new else None,
                polarity=polarity_of(point.score).value if point and is_new else "",
                sentences=point.n if point and is_new else 0,
                line=lines.get(topic),
            )
        )
    return rows


def _document_topics(analysis: SentimentAnalysis) -> list[tuple[str, str, Any]]:
    by_topic = {one.topic: one for one in analysis.topic_scores.all()}
    return [(one.value, _title(one.value), by_topic.get(one.value)) for one in Topic]


def _sentences(analysis: SentimentAnalysis, shown: str, topic: str) -> Sequence[SentimentSentence]:
    found = analysis.sentences.select_related("reviewed_by")
    if shown == "quiet":
        found = found.filter(terms=[])
    elif shown == "labelled":
        found = found.exclude(reviewer_label="")
    else:
        found = found.exclude(terms=[])
        if shown != SHOWN[0]:
            found = found.filter(label=shown)
    # The list of topics is JSON, which the databases search in different ways.
    kept = [one for one in found if not topic or topic in one.topics]
    return sorted(kept, key=lambda one: (-abs(one.score), one.number))


def _title(topic: str) -> str:
    return topic.replace("_", " ").capitalize() if topic else "Overall"


def _start(request: HttpRequest, task: str, subject: Any, **arguments: Any) -> None:
    try:
        launched = launch(task, subject=subject, by=request.user, trigger=Trigger.ADMIN, **arguments)
    except JobsError as error:
        messages.error(request, error.message)
        return
    if launched.is_new:
        messages.success(request, "The work is queued. This page shows its result when it is done.")
    else:
        messages.info(request, "The same work is under way already.")
