"""The tone of documents: what was judged, what people say of sentences, what stands apart."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from unfold.decorators import display

from analysis.models import SentimentAnalysis, SentimentSentence, SentimentShift, SentimentWordList
from analysis.sentiment.labels import label
from engine.kinds import Polarity
from extraction.admin.history import ReadOnlyAdmin

_COLOURS = {
    Polarity.POSITIVE.value: "success",
    Polarity.NEGATIVE.value: "danger",
    Polarity.NEUTRAL.value: "info",
}


@admin.register(SentimentAnalysis)
class SentimentAnalysisAdmin(ReadOnlyAdmin):
    list_display = ["document_tone", "company", "tone", "value", "n_evidence", "model", "made_at"]
    list_filter = ["is_current", "polarity", "model", "document__document_type", "document__company"]
    list_select_related = ["document__company"]
    search_fields = ["document__title", "document__company__name"]

    @admin.display(description="Document", ordering="document__title")
    def document_tone(self, analysis: SentimentAnalysis) -> str:
        address = reverse("tone:document", args=[analysis.document_id])
        return format_html('<a class="underline" href="{}">{}</a>', address, analysis.document.title)

    @admin.display(description="Company", ordering="document__company__name")
    def company(self, analysis: SentimentAnalysis) -> str:
        company = analysis.document.company
        return format_html(
            '<a class="underline" href="{}">{}</a>', reverse("tone:company", args=[company.slug]), company
        )

    @display(description="Tone", ordering="polarity", label=_COLOURS)
    def tone(self, analysis: SentimentAnalysis) -> tuple[str, str]:
        return analysis.polarity, analysis.get_polarity_display() or "no evidence"

    @admin.display(description="Score", ordering="score")
    def value(self, analysis: SentimentAnalysis) -> str:
        return "—" if analysis.score is None else f"{analysis.score:+.2f}"


@admin.register(SentimentSentence)
class SentimentSentenceAdmin(ReadOnlyAdmin):
    """What people say of sentences is what models are trained on."""

    list_display = ["sentence", "tone", "said", "document", "page"]
    list_filter = ["label", "reviewer_label", "analysis__document__company"]
    list_select_related = ["analysis__document"]
    search_fields = ["text"]
    actions = ["call_positive", "call_neutral", "call_negative", "take_back"]
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[SentimentSentence]:
        return super().get_queryset(request).filter(analysis__is_current=True)

    @admin.display(description="Sentence")
    def sentence(self, sentence: SentimentSentence) -> str:
        return sentence.text if len(sentence.text) <= 240 else f"{sentence.text[:240]}…"

    @display(description="Judged", ordering="label", label=_COLOURS)
    def tone(self, sentence: SentimentSentence) -> tuple[str, str]:
        return sentence.label, sentence.get_label_display()

    @display(description="People say", ordering="reviewer_label", label=_COLOURS)
    def said(self, sentence: SentimentSentence) -> tuple[str, str] | str:
        return (
            (sentence.reviewer_label, sentence.get_reviewer_label_display())
            if sentence.reviewer_label
            else ""
        )

    @admin.display(description="Document")
    def document(self, sentence: SentimentSentence) -> str:
        document = sentence.analysis.document
        return format_html(
            '<a class="underline" href="{}">{}</a>',
            reverse("tone:document", args=[document.pk]),
            document.title,
        )

    @admin.action(description="It is positive", permissions=["label"])
    def call_positive(self, request: HttpRequest, sentences: QuerySet[SentimentSentence]) -> None:
        self._call(request, sentences, Polarity.POSITIVE)

    @admin.action(description="It is neutral", permissions=["label"])
    def call_neutral(self, request: HttpRequest, sentences: QuerySet[SentimentSentence]) -> None:
        self._call(request, sentences, Polarity.NEUTRAL)

    @admin.action(description="It is negative", permissions=["label"])
    def call_negative(self, request: HttpRequest, sentences: QuerySet[SentimentSentence]) -> None:
        self._call(request, sentences, Polarity.NEGATIVE)

    @admin.action(description="Take back what was said", permissions=["label"])
    def take_back(self, request: HttpRequest, sentences: QuerySet[SentimentSentence]) -> None:
        self._call(request, sentences, None)

    def has_label_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("analysis.change_sentimentsentence")

    def _call(
        self, request: HttpRequest, sentences: QuerySet[SentimentSentence], polarity: Polarity | None
    ) -> None:
        ids = list(sentences.values_list("pk", flat=True))
        count = label(SentimentSentence.objects.filter(pk__in=ids), polarity, by=request.user)
        self.message_user(request, f"{count} {'sentence' if count == 1 else 'sentences'} labelled.")


@admin.register(SentimentShift)
class SentimentShiftAdmin(ReadOnlyAdmin):
    list_display = ["company", "about", "topic", "day", "now", "before", "apart", "found_at"]
    list_filter = ["topic", "company"]
    list_select_related = ["company", "document"]

    @admin.display(description="Document")
    def about(self, shift: SentimentShift) -> str:
        return format_html(
            '<a class="underline" href="{}">{}</a>',
            reverse("tone:document", args=[shift.document_id]),
            shift.document.title,
        )

    @admin.display(description="Score", ordering="score")
    def now(self, shift: SentimentShift) -> str:
        return f"{shift.score:+.2f}"

    @admin.display(description="Usual", ordering="usual")
    def before(self, shift: SentimentShift) -> str:
        return f"{shift.usual:+.2f}"

    @admin.display(description="Deviations", ordering="deviations")
    def apart(self, shift: SentimentShift) -> str:
        return f"{shift.deviations:+.1f}"


@admin.register(SentimentWordList)
class SentimentWordListAdmin(ReadOnlyAdmin):
    """Lists come by `./run manage import_word_list`."""

    list_display = ["name", "is_active", "imported_at"]
    fields = ["name", "is_active", "sha256", "imported_at"]
