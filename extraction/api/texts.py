"""Starting work on the text of documents: /api/background-tasks/document/…"""

from collections.abc import Mapping
from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema_view
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from companies.models import choices
from documents.errors import DocumentError
from documents.inline import CONTENT_TYPES, LARGEST_CONTENT, DocumentData, company_of, document_of
from documents.models import Document
from documents.summarise import MOST_SENTENCES
from engine.kinds import DocumentKind, SummaryStyle
from extraction.tasks.texts import MOST_DOCUMENTS
from jobs.api.launching import LaunchView, Wanted, launches


class DocumentMetadataSerializer(serializers.Serializer):
    """What is known of a content; `company` is an id, short name, ticker or name."""

    company = serializers.CharField(max_length=200)
    document_type = serializers.ChoiceField(choices(DocumentKind), required=False)
    filing_date = serializers.DateField(required=False)
    period = serializers.CharField(
        max_length=10, required=False, help_text="A year, or the last day of a period."
    )
    source = serializers.CharField(  # type: ignore[assignment]  # a field that is sent
        max_length=2000, required=False
    )
    title = serializers.CharField(max_length=300, required=False)


class DocumentDataSerializer(serializers.Serializer):
    """Either `document_id`, or `content` with `metadata`."""

    document_id = serializers.IntegerField(min_value=1, required=False)
    upload_id = serializers.IntegerField(min_value=1, required=False, help_text="The same as document_id.")
    content = serializers.CharField(
        max_length=LARGEST_CONTENT, required=False, trim_whitespace=False, help_text="Base64 for a PDF."
    )
    content_type = serializers.ChoiceField(CONTENT_TYPES, required=False)
    metadata = DocumentMetadataSerializer(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        number = attrs.get("document_id") or attrs.get("upload_id")
        if number is None and not attrs.get("content"):
            raise serializers.ValidationError("Send document_id, or content with metadata.")
        if number is None and "metadata" not in attrs:
            raise serializers.ValidationError({"metadata": "Needed with a content."})
        return attrs


class DocumentProcessSerializer(serializers.Serializer):
    document_data = DocumentDataSerializer()


class DocumentBatchSerializer(serializers.Serializer):
    """At most 1,000 documents, each as for one; one that cannot be used stops no other."""

    documents_data = serializers.ListField(
        child=serializers.DictField(), min_length=1, max_length=MOST_DOCUMENTS
    )


class DocumentIndexSerializer(serializers.Serializer):
    company = serializers.CharField(max_length=200, help_text="An id, short name, ticker or name.")


class DocumentSummarySerializer(serializers.Serializer):
    document_id = serializers.IntegerField(min_value=1)
    style = serializers.ChoiceField(  # type: ignore[assignment]  # a field that is sent
        [style.value for style in SummaryStyle], default=SummaryStyle.KEY_POINTS.value
    )
    max_sentences = serializers.IntegerField(min_value=1, max_value=MOST_SENTENCES, default=7)


@extend_schema_view(post=launches(DocumentProcessSerializer))
class ProcessTextView(LaunchView):
    """POST keeps the text of a document for search and says what stands out in it."""

    task = "documents.process_document"
    body = DocumentProcessSerializer

    def wanted(self, data: Mapping[str, Any]) -> Wanted:
        sent = data["document_data"]
        # The content becomes a document at once, so that the run carries its id and not the text.
        with_days = {**sent, "metadata": _as_text(sent.get("metadata") or {})}
        try:
            document = document_of(DocumentData.parse(with_days))
        except DocumentError as error:
            raise ValidationError({"document_data": error.message}, code=error.code) from error
        return Wanted(document, {"document_data": {"document_id": document.pk}})


@extend_schema_view(post=launches(DocumentBatchSerializer))
class BatchView(LaunchView):
    """POST keeps the texts of many documents; the result says of each, in order, what became of it."""

    task = "batch_process_documents"
    body = DocumentBatchSerializer

    def wanted(self, data: Mapping[str, Any]) -> Wanted:
        return Wanted(None, {"documents_data": data["documents_data"]})


@extend_schema_view(post=launches(DocumentIndexSerializer))
class UpdateIndexView(LaunchView):
    """POST brings the text of a company's documents up to date."""

    task = "update_document_index"
    body = DocumentIndexSerializer

    def wanted(self, data: Mapping[str, Any]) -> Wanted:
        try:
            company = company_of(data["company"])
        except DocumentError as error:
            raise ValidationError({"company": error.message}, code=error.code) from error
        return Wanted(company, {"company_id": company.pk})


@extend_schema_view(post=launches(DocumentSummarySerializer))
class SummaryView(LaunchView):
    """POST chooses the sentences that say most of a document."""

    task = "generate_document_summary"
    body = DocumentSummarySerializer

    def wanted(self, data: Mapping[str, Any]) -> Wanted:
        document = get_object_or_404(Document, pk=data["document_id"])
        options = {"style": data["style"], "max_sentences": data["max_sentences"]}
        return Wanted(document, {"document_id": document.pk, **options})


def _as_text(metadata: Mapping[str, Any]) -> dict[str, Any]:
    return {name: str(value) for name, value in metadata.items()}
