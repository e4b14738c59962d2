"""Documents, the versions of their files, and the crawls that found them."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from companies.models import Company, choices
from documents.querysets import DocumentQuerySet
from engine.kinds import DocumentKind, Framework, SummaryStyle
from engine.text.passages import Passage as PassageOfText
from engine.text.passages import PassageKind, PlacedSentence, placed_sentences


class DocumentStatus(models.TextChoices):
    """How far a document has come.

    discovered ─► downloaded ─► classified ─► extracted
         └────────────┴─────────────┴────────► failed (any step; the next try starts there)
    """

    DISCOVERED = "discovered", "Discovered"
    DOWNLOADED = "downloaded", "Downloaded"
    CLASSIFIED = "classified", "Classified"
    EXTRACTED = "extracted", "Extracted"
    FAILED = "failed", "Failed"
    IGNORED = "ignored", "Ignored"


class DecidedBy(models.TextChoices):
    """Who said what a document is. What a person said is never overwritten."""

    RULE = "rule", "Rule"
    PERSON = "person", "Person"


class PublicationDateSource(models.TextChoices):
    """How the publication date is known. PERIOD_END is only the earliest day possible."""

    PERSON = "person", "Person"
    SITE = "site", "Printed on the site"
    PERIOD_END = "period_end", "Not before the period's end"
    UNKNOWN = "unknown", "Unknown"


class CrawlOutcome(models.TextChoices):
    """How a crawl ended."""

    RUNNING = "running", "Running"
    COMPLETE = "complete", "Complete"
    PARTIAL = "partial", "Partial"
    BLOCKED = "blocked", "Blocked by the site"
    FAILED = "failed", "Failed"


class CrawlRun(models.Model):
    """One visit to a company's site: what was opened, what was found, what stood in the way."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="crawl_runs")
    task_run = models.ForeignKey(
        "jobs.TaskRun", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    start_url = models.URLField(max_length=2000)
    outcome = models.CharField(max_length=20, choices=CrawlOutcome.choices, default=CrawlOutcome.RUNNING)
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    pages_visited = models.PositiveIntegerField(default=0)
    found = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    reason = models.TextField(blank=True, help_text="Why the crawl is not complete, in a sentence.")
    log = models.JSONField(default=list, help_text="Every page opened with its outcome.")

    class Meta:
        ordering = ["-started_at"]
        indexes = [models.Index(fields=["company", "-started_at"], name="crawl_by_company")]

    def __str__(self) -> str:
        return f"{self.company} {self.started_at:%Y-%m-%d %H:%M}"


class KeptPage(models.Model):
    """A page of a site as it was at the last search, with what the site can be asked about it."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="+")
    address_hash = models.CharField(max_length=64)
    final_url = models.CharField(max_length=2000)
    content_type = models.CharField(max_length=200, blank=True)
    charset = models.CharField(max_length=50, blank=True)
    entity_tag = models.CharField(max_length=300, blank=True)
    last_modified = models.CharField(max_length=100, blank=True)
    body = models.BinaryField(help_text="Packed with zlib.")
    fetched_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "address_hash"], name="kept_page_once_per_address"),
        ]

    def __str__(self) -> str:
        return self.final_url


class Document(models.Model):
    """A report as the issuer offers it, whatever file stands behind it today."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="documents")
    title = models.CharField(max_length=300, blank=True)
    document_type = models.CharField(
        max_length=30, choices=choices(DocumentKind), default=DocumentKind.UNKNOWN.value
    )
    type_confidence = models.FloatField(default=0.0)
    type_decided_by = models.CharField(max_length=10, choices=DecidedBy.choices, default=DecidedBy.RULE)
    type_evidence = models.JSONField(default=list, blank=True, help_text="The clues that decided the type.")
    fiscal_year = models.PositiveSmallIntegerField(null=True, blank=True)
    period_end = models.DateField(null=True, blank=True)
    published_on = models.DateField(null=True, blank=True)
    published_on_source = models.CharField(
        max_length=20, choices=PublicationDateSource.choices, default=PublicationDateSource.UNKNOWN
    )
    language = models.CharField(max_length=8, blank=True)
    framework = models.CharField(max_length=20, choices=choices(Framework), blank=True)
    currency = models.CharField(max_length=3, blank=True)
    url = models.URLField("address of the PDF", max_length=2000, blank=True)
    url_normalised = models.CharField(max_length=2000, blank=True, db_index=True)
    link_text = models.CharField(max_length=500, blank=True)
    link_context = models.TextField(blank=True)
    found_on = models.URLField(max_length=2000, blank=True)
    status = models.CharField(
        max_length=20, choices=DocumentStatus.choices, default=DocumentStatus.DISCOVERED
    )
    failure_code = models.CharField(max_length=50, blank=True)
    failure_message = models.TextField(blank=True)
    current_version = models.ForeignKey(
        "DocumentVersion", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    duplicate_of = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="duplicates"
    )
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    checked_at = models.DateTimeField(
        null=True, blank=True, help_text="When the site was last asked whether the file is still the same."
    )

    objects = DocumentQuerySet.as_manager()

    class Meta:
        ordering = ["company", "-fiscal_year", "document_type", "title"]
        constraints = [
            models.UniqueConstraint(
                fields=["company", "url_normalised"],
                condition=~Q(url_normalised=""),
                name="document_one_per_address",
            ),
            models.CheckConstraint(
                condition=Q(type_confidence__gte=0.0, type_confidence__lte=1.0),
                name="document_confidence_is_share",
            ),
            models.CheckConstraint(
                condition=Q(status__in=DocumentStatus.values), name="document_status_known"
            ),
            models.CheckConstraint(
                condition=Q(document_type__in=[kind.value for kind in DocumentKind]),
                name="document_type_known",
            ),
            models.CheckConstraint(
                condition=Q(duplicate_of__isnull=True) | ~Q(duplicate_of=F("id")),
                name="document_not_its_own_duplicate",
            ),
        ]
        indexes = [
            models.Index(fields=["company", "fiscal_year", "document_type"], name="document_by_year_and_type")
        ]

    def __str__(self) -> str:
        return self.title or self.url or f"Document {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("admin:documents_document_change", args=[self.pk])

    @property
    def work_share(self) -> str:
        """Work on a document counts for its company, so that one with many cannot hold up another."""
        return f"companies.company:{self.company_id}"

    @property
    def kind(self) -> DocumentKind:
        return DocumentKind(self.document_type)


class VersionSource(models.TextChoices):
    """How a file came to us."""

    CRAWL = "crawl", "Downloaded"
    UPLOAD = "upload", "Uploaded"
    DROP_FOLDER = "drop_folder", "Taken from the drop folder"


class DocumentVersion(models.Model):
    """One content of a document's file, named by its hash and never changed."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="versions")
    sha256 = models.CharField("SHA-256", max_length=64, db_index=True)
    size = models.PositiveBigIntegerField(help_text="Bytes.")
    media_type = models.CharField(max_length=100, default="application/pdf")
    storage_name = models.CharField(max_length=200)
    original_name = models.CharField(
        max_length=200, blank=True, help_text="As the site called it; only shown."
    )
    page_count = models.PositiveIntegerField(null=True, blank=True)
    encrypted = models.BooleanField(default=False)
    copying_forbidden = models.BooleanField(default=False)
    text_share = models.FloatField(
        null=True, blank=True, help_text="Share of pages with a usable text layer."
    )
    producer = models.CharField(max_length=200, blank=True)
    entity_tag = models.CharField(max_length=300, blank=True)
    last_modified = models.CharField(max_length=100, blank=True)
    source = models.CharField(max_length=20, choices=VersionSource.choices)
    fetched_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-fetched_at"]
        constraints = [
            models.UniqueConstraint(fields=["document", "sha256"], name="version_once_per_document"),
            models.CheckConstraint(condition=Q(size__gt=0), name="version_not_empty"),
        ]

    def __str__(self) -> str:
        return f"{self.document} ({self.sha256[:12]})"


class ReplacedFile(models.Model):
    """An alert: under an address stands another file than before. Issuers do that without a word, and
    figures read from the old file may no longer be what the company says."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="replacements")
    before = models.ForeignKey(DocumentVersion, on_delete=models.CASCADE, related_name="+")
    after = models.ForeignKey(DocumentVersion, on_delete=models.CASCADE, related_name="+")
    found_at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField(null=True, blank=True)
    seen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["-found_at"]
        constraints = [
            models.CheckConstraint(condition=~Q(before=F("after")), name="replaced_by_another_file"),
        ]

    def __str__(self) -> str:
        return f"{self.document}: file replaced, found {self.found_at:%Y-%m-%d}"


class DocumentText(models.Model):
    """The text of one version of a document's file: what search, summaries and tone work on.

    Only the text of a document's current version is kept. `engine_version` and `text_hash` say whether
    it has to be made again, and whether that changed anything.
    """

    document = models.OneToOneField(Document, on_delete=models.CASCADE, related_name="text")
    version = models.OneToOneField(DocumentVersion, on_delete=models.CASCADE, related_name="text")
    engine_version = models.PositiveIntegerField(help_text="The version of the passages' making.")
    text_hash = models.CharField(max_length=64, help_text="SHA-256 of the text of all pages.")
    language = models.CharField(max_length=8, blank=True)
    page_count = models.PositiveIntegerField(default=0)
    passage_count = models.PositiveIntegerField(default=0)
    profile = models.JSONField(default=dict, help_text="Its most frequent content words with their counts.")
    hidden_pages = models.JSONField(default=list, help_text="Pages with text that nobody can see.")
    warnings = models.JSONField(default=list)
    made_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"Text of {self.document}"


class PageText(models.Model):
    """What can be read on one page, line by line; text that nobody can see is kept apart."""

    text_of = models.ForeignKey(DocumentText, on_delete=models.CASCADE, related_name="pages")
    number = models.PositiveIntegerField(help_text="From 1.")
    text = models.TextField(blank=True)
    hidden = models.TextField(blank=True)
    is_picture = models.BooleanField(default=False, help_text="Read by text recognition.")

    class Meta:
        ordering = ["text_of", "number"]
        constraints = [
            models.UniqueConstraint(fields=["text_of", "number"], name="page_text_once"),
        ]

    def __str__(self) -> str:
        return f"Page {self.number}"


class Passage(models.Model):
    """A piece of a report under one heading: prose or the rows of a table (see engine.text.passages).

    Passages are made anew when the text changes, so that what quotes one keeps its words and page, not
    its id. Full-text indexes are fed by the database itself from `headings` and `text`.
    """

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="passages")
    text_of = models.ForeignKey(DocumentText, on_delete=models.CASCADE, related_name="passages")
    number = models.PositiveIntegerField(help_text="Its place in the report, from 0.")
    kind = models.CharField(max_length=10, choices=choices(PassageKind))
    headings = models.TextField(blank=True, help_text="Outermost first, one on each line.")
    text = models.TextField(help_text="Paragraphs or rows, divided by line feeds.")
    page = models.PositiveIntegerField()
    last_page = models.PositiveIntegerField()
    starts = models.JSONField(default=list, help_text="[place in the text, page] from where on.")
    language = models.CharField(max_length=8, blank=True)
    search_heading = models.TextField(blank=True, default="", editable=False)
    search_text = models.TextField(blank=True, default="", editable=False)

    class Meta:
        ordering = ["text_of", "number"]
        constraints = [
            models.UniqueConstraint(fields=["text_of", "number"], name="passage_once"),
            models.CheckConstraint(condition=Q(last_page__gte=F("page")), name="passage_pages_in_order"),
            models.CheckConstraint(condition=~Q(text=""), name="passage_not_empty"),
        ]

    def __str__(self) -> str:
        return f"{self.document}, page {self.page}: {self.text[:80]}"

    @property
    def heading(self) -> str:
        """The nearest heading, empty where there is none."""
        return self.headings.rpartition("\n")[2]

    def sentences(self) -> tuple[PlacedSentence, ...]:
        """The sentences of prose with their pages; none for a table."""
        return placed_sentences(PassageKind(self.kind), self.text, [(o, p) for o, p in self.starts])

    def value(self) -> PassageOfText:
        """The same as the engine takes it."""
        return PassageOfText(
            number=self.number,
            kind=PassageKind(self.kind),
            headings=tuple(self.headings.split("\n")) if self.headings else (),
            text=self.text,
            starts=tuple((offset, page) for offset, page in self.starts),
            language=self.language,
        )


class DocumentSummary(models.Model):
    """A summary of a document's text. Every sentence stands in the text, on its page.

    It holds for the text it was made of: another text of the document, or another way of choosing,
    makes another one in its place. `rewrite` is what a model made of the sentences; empty where none
    was asked or what it wrote was refused, which `rewrite_refused` says.
    """

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="summaries")
    style = models.CharField(max_length=20, choices=choices(SummaryStyle))
    most_sentences = models.PositiveSmallIntegerField()
    engine_version = models.PositiveIntegerField()
    text_hash = models.CharField(max_length=64)
    sentences = models.JSONField(help_text="text, page, passage and score of each, in the report's order.")
    rewrite = models.TextField(blank=True)
    rewrite_model = models.CharField(max_length=100, blank=True)
    rewrite_refused = models.TextField(blank=True)
    made_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["document", "style", "most_sentences"]
        constraints = [
            models.UniqueConstraint(
                fields=["document", "style", "most_sentences"], name="summary_once_per_style_and_length"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.document}: {self.get_style_display()}"
