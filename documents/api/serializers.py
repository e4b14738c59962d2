"""Documents as JSON."""

from rest_framework import serializers

from companies.models import Company
from documents.content import check_is_pdf
from documents.errors import NotAPdf
from documents.models import Document, DocumentVersion


class VersionSerializer(serializers.ModelSerializer):
    class Meta:
        model = DocumentVersion
        fields = [
            "id", "sha256", "size", "page_count", "text_share", "encrypted", "copying_forbidden",
            "source", "fetched_at",
        ]  # fmt: skip


class DocumentSerializer(serializers.ModelSerializer):
    current_version = VersionSerializer(read_only=True)
    file = serializers.HyperlinkedIdentityField(view_name="document-file")

    class Meta:
        model = Document
        fields = [
            "id", "company", "title", "document_type", "type_confidence", "type_decided_by", "type_evidence",
            "fiscal_year", "period_end", "published_on", "published_on_source", "language", "framework",
            "currency", "url", "status", "failure_code", "failure_message", "duplicate_of",
            "current_version", "file",
        ]  # fmt: skip


class UploadSerializer(serializers.Serializer):
    """A PDF for a company, as multipart form data."""

    company = serializers.PrimaryKeyRelatedField(queryset=Company.objects.all())
    file = serializers.FileField()
    title = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)
    published_on = serializers.DateField(required=False, allow_null=True, default=None)

    def validate_file(self, file):
        try:
            check_is_pdf(file)
        except NotAPdf as error:
            raise serializers.ValidationError(error.message, code=error.code) from error
        return file


class SeveralSerializer(serializers.Serializer):
    """Many reports of one company, as multipart form data: `files` as often as there are files, and
    `addresses` with one address in each line."""

    company = serializers.PrimaryKeyRelatedField(queryset=Company.objects.all())
    files = serializers.ListField(child=serializers.FileField(), max_length=200, required=False, default=list)
    addresses = serializers.CharField(required=False, default="", allow_blank=True, max_length=2_000_000)

    def validate(self, attrs):
        if not attrs["files"] and not attrs["addresses"].strip():
            raise serializers.ValidationError("Send files or addresses.")
        return attrs


class RefusedSerializer(serializers.Serializer):
    name = serializers.CharField()
    code = serializers.CharField()
    reason = serializers.CharField()


class TakenInSerializer(serializers.Serializer):
    """`documents` are ids, those of reports known already included; `known` counts these."""

    documents = serializers.PrimaryKeyRelatedField(many=True, queryset=Document.objects.all())
    known = serializers.IntegerField()
    refused = RefusedSerializer(many=True)
