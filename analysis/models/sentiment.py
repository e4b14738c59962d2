"""The tone of documents, how it changes, and companies beside one another."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from companies.models import Company, choices
from documents.models import Document, DocumentVersion
from engine.kinds import DocumentKind, Polarity, Topic

OVERALL = ""  # in place of a topic
TOPICS = [(OVERALL, "Overall"), *choices(Topic)]


def _score_between(field: str, name: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(**{f"{field}__gte": -1, f"{field}__lte": 1}), name=name)


class SentimentAnalysis(models.Model):
    """What one judge says of one version of a document's file.

    Without evidence `score`, `polarity` and `confidence` are empty, which is another thing than a
    neutral tone. `input_hash` is that of the text; `model` and `model_version` name the judge.
    """

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="sentiment_analyses")
    version = models.ForeignKey(DocumentVersion, on_delete=models.CASCADE, related_name="sentiment_analyses")
    model = models.CharField(max_length=100, help_text="Who judged: the lexicon or a trained model.")
    model_version = models.CharField(max_length=100)
    input_hash = models.CharField(max_length=64)
    score = models.FloatField(null=True, blank=True, help_text="From -1 to 1.")
    polarity = models.CharField(max_length=10, blank=True, choices=choices(Polarity))
    confidence = models.FloatField(null=True, blank=True, help_text="From 0 to 1.")
    n_sentences = models.PositiveIntegerField(help_text="That counted, with evidence or without.")
    n_evidence = models.PositiveIntegerField()
    axes = models.JSONField(default=dict, help_text="Shares of sentences by axis, such as uncertainty.")
    left_out = models.JSONField(default=dict, help_text="How many sentences did not count, by reason.")
    is_current = models.BooleanField(default=True)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "tone of a document"
        verbose_name_plural = "tone of documents"
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "model", "model_version"], name="sentiment_once_per_model"
            ),
            models.UniqueConstraint(
                fields=["document"], condition=Q(is_current=True), name="sentiment_one_current"
            ),
            _score_between("score", "sentiment_score_in_range"),
            models.CheckConstraint(
                condition=Q(score__isnull=True, polarity="", confidence__isnull=True, n_evidence=0)
                | (Q(score__isnull=False, confidence__isnull=False, n_evidence__gt=0) & ~Q(polarity="")),
                name="sentiment_score_with_evidence",
            ),
        ]

    def __str__(self) -> str:
        return f"Tone of {self.document}"


class SentimentTopicScore(models.Model):
    """The tone of what a document says of one topic; there is no row for a topic it is silent on."""

    analysis = models.ForeignKey(SentimentAnalysis, on_delete=models.CASCADE, related_name="topic_scores")
    topic = models.CharField(max_length=30, choices=choices(Topic))
    score = models.FloatField()
    polarity = models.CharField(max_length=10, choices=choices(Polarity))
    confidence = models.FloatField()
    n = models.PositiveIntegerField(help_text="Sentences with evidence.")

    class Meta:
        ordering = ["analysis", "topic"]
        constraints = [
            models.UniqueConstraint(fields=["analysis", "topic"], name="sentiment_topic_once"),
            _score_between("score", "sentiment_topic_in_range"),
        ]

    def __str__(self) -> str:
        return f"{self.get_topic_display()}: {self.score:+.2f}"


class SentimentSentence(models.Model):
    """A sentence that made a score, or one of a sample of those that did not (`terms` is empty then).

    It keeps its words and page, because passages are made anew when the text is. What a person says of
    it stays with the words when the document is analysed again, and is what models are trained on.
    """

    analysis = models.ForeignKey(SentimentAnalysis, on_delete=models.CASCADE, related_name="sentences")
    number = models.PositiveIntegerField(help_text="Its place among the kept sentences, from 0.")
    page = models.PositiveIntegerField()
    heading = models.TextField(blank=True)
    text = models.TextField()
    score = models.FloatField()
    label = models.CharField(max_length=10, choices=choices(Polarity))
    terms = models.JSONField(default=list, help_text="Words with what they add and why.")
    topics = models.JSONField(default=list)
    axes = models.JSONField(default=list)
    reviewer_label = models.CharField(max_length=10, blank=True, choices=choices(Polarity))
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    reviewed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "judged sentence"
        ordering = ["analysis", "number"]
        constraints = [
            models.UniqueConstraint(fields=["analysis", "number"], name="sentiment_sentence_once"),
            _score_between("score", "sentiment_sentence_in_range"),
            models.CheckConstraint(
                condition=Q(reviewer_label="", reviewed_at__isnull=True)
                | (~Q(reviewer_label="") & Q(reviewed_at__isnull=False)),
                name="sentiment_label_has_a_day",
            ),
        ]

    def __str__(self) -> str:
        return self.text[:100]


class SentimentTrend(models.Model):
    """One point of a company's trend: the tone of one document at the day it speaks of."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="sentiment_trends")
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="+")
    topic = models.CharField(max_length=30, blank=True, choices=TOPICS)
    document_type = models.CharField(max_length=30, choices=choices(DocumentKind))
    period_end = models.DateField(help_text="The period's end, or the day of publication where that is all.")
    score = models.FloatField()
    n = models.PositiveIntegerField(help_text="Sentences with evidence.")
    delta = models.FloatField(null=True, blank=True, help_text="Against the point before.")
    smoothed = models.FloatField(help_text="Exponentially weighted mean up to here.")
    method_version = models.CharField(max_length=100)

    class Meta:
        ordering = ["company", "topic", "document_type", "period_end"]
        constraints = [
            models.UniqueConstraint(
                fields=["company", "topic", "period_end", "document_type", "method_version"],
                name="sentiment_trend_point_once",
            ),
            _score_between("score", "sentiment_trend_in_range"),
        ]

    def __str__(self) -> str:
        return f"{self.company}, {self.period_end}: {self.score:+.2f}"


class SentimentTrendLine(models.Model):
    """What the points of one company, topic and kind of document say together, within a window."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="sentiment_lines")
    topic = models.CharField(max_length=30, blank=True, choices=TOPICS)
    document_type = models.CharField(max_length=30, choices=choices(DocumentKind))
    window = models.CharField(max_length=10, help_text="Such as 24M.")
    points = models.PositiveIntegerField()
    slope = models.FloatField(null=True, blank=True, help_text="Per year; empty with too few points.")
    slope_low = models.FloatField(null=True, blank=True)
    slope_high = models.FloatField(null=True, blank=True)
    p_value = models.FloatField(null=True, blank=True)
    changes = models.JSONField(default=list, help_text="Days on which a new level begins.")
    method_version = models.CharField(max_length=100)
    made_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["company", "topic", "document_type"]
        constraints = [
            models.UniqueConstraint(fields=["company", "topic", "document_type"], name="sentiment_line_once"),
        ]

    def __str__(self) -> str:
        return f"{self.company}: {self.get_topic_display()}"


class SentimentShift(models.Model):
    """An alert: a document's tone stands apart from what the company's documents usually have.

    `alerted_at` is empty until monitoring has told somebody.
    """

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="sentiment_shifts")
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="+")
    topic = models.CharField(max_length=30, blank=True, choices=TOPICS)
    day = models.DateField()
    score = models.FloatField()
    usual = models.FloatField(help_text="The median of the documents before.")
    deviations = models.FloatField(help_text="How far apart, in robust standard deviations.")
    found_at = models.DateTimeField(auto_now_add=True)
    alerted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "shift of tone"
        verbose_name_plural = "shifts of tone"
        ordering = ["-found_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["document", "topic"], name="sentiment_shift_once"),
        ]

    def __str__(self) -> str:
        return f"{self.company}, {self.day}: {self.deviations:+.1f}"


class SentimentComparison(models.Model):
    """Companies beside one another over a stretch of time. `result` is the ranking, the differences and
    the companies with too few documents, as the page and the API show them."""

    companies = models.ManyToManyField(Company, related_name="sentiment_comparisons")
    timeframe = models.CharField(max_length=10)
    start = models.DateField()
    end = models.DateField()
    result = models.JSONField(default=dict)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "comparison of tone"
        verbose_name_plural = "comparisons of tone"
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(end__gte=models.F("start")), name="sentiment_comparison_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.start} to {self.end}"


class SentimentWordList(models.Model):
    """A word list that was brought by somebody with a licence to use it. One may be in use at a time."""

    name = models.CharField(max_length=60, unique=True)
    sha256 = models.CharField(max_length=64)
    words = models.JSONField(help_text="Words with 1 for positive and -1 for negative.")
    is_active = models.BooleanField(default=False)
    imported_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "word list"
        constraints = [
            models.UniqueConstraint(
                fields=["is_active"], condition=Q(is_active=True), name="sentiment_one_word_list"
            ),
        ]

    def __str__(self) -> str:
        return self.name
