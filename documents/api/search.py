"""Search over the text of all documents."""

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from documents.full_text import Filters
from documents.search import MOST_HITS, Found, Hit, search
from engine.kinds import DocumentKind
from engine.text.query import LONGEST_QUERY


class SearchSerializer(serializers.Serializer):
    """What is looked for and where."""

    q = serializers.CharField(max_length=LONGEST_QUERY, default="", allow_blank=True)
    company = serializers.ListField(child=serializers.IntegerField(min_value=1), default=list, max_length=50)
    year = serializers.ListField(
        child=serializers.IntegerField(min_value=1900, max_value=2100), default=list, max_length=50
    )
    type = serializers.ListField(
        child=serializers.ChoiceField([kind.value for kind in DocumentKind]), default=list, max_length=20
    )
    document = serializers.ListField(child=serializers.IntegerField(min_value=1), default=list, max_length=50)
    limit = serializers.IntegerField(min_value=1, max_value=MOST_HITS, default=20)

    def filters(self) -> Filters:
        data = self.validated_data
        return Filters(
            companies=tuple(data["company"]),
            years=tuple(data["year"]),
            kinds=tuple(data["type"]),
            documents=tuple(data["document"]),
        )


class HitSerializer(serializers.Serializer):
    passage = serializers.IntegerField()
    document = serializers.IntegerField()
    title = serializers.CharField()
    company = serializers.CharField()
    fiscal_year = serializers.IntegerField(allow_null=True)
    document_type = serializers.CharField()
    headings = serializers.ListField(child=serializers.CharField())
    page = serializers.IntegerField()
    last_page = serializers.IntegerField()
    kind = serializers.CharField()
    score = serializers.FloatField()
    excerpt = serializers.CharField(help_text="The hits between « and ».")
    text = serializers.CharField()
    address = serializers.CharField(help_text="The page of the stored file.")


class FoundSerializer(serializers.Serializer):
    """`company_first` and `year_first` were named in the question, so that their reports stand first;
    `all_words` is false where some hits have only the rarer words."""

    query = serializers.CharField()
    count = serializers.IntegerField()
    company_first = serializers.CharField(allow_null=True)
    year_first = serializers.IntegerField(allow_null=True)
    all_words = serializers.BooleanField()
    results = HitSerializer(many=True)


class SearchView(APIView):
    """GET finds passages: `q` takes words, "phrases", prefix* and -without; the filters may repeat."""

    @extend_schema(
        parameters=[
            OpenApiParameter("q", str, description="Words, “phrases”, prefix*, -without."),
            OpenApiParameter("company", int, many=True),
            OpenApiParameter("year", int, many=True),
            OpenApiParameter("type", str, many=True, description="Kind of document."),
            OpenApiParameter("document", int, many=True),
            OpenApiParameter("limit", int),
        ],
        responses=FoundSerializer,
    )
    def get(self, request: Request) -> Response:
        asked = SearchSerializer(data=_asked(request))
        asked.is_valid(raise_exception=True)
        text = asked.validated_data["q"]
        found = search(text, asked.filters(), limit=asked.validated_data["limit"])
        return Response(FoundSerializer(_found(text, found, request)).data)


def _asked(request: Request) -> dict[str, Any]:
    known = {"q", "company", "year", "type", "document", "limit", "format"}
    if unknown := set(request.query_params) - known:
        raise serializers.ValidationError(dict.fromkeys(sorted(unknown), "There is no such filter."))
    asked: dict[str, Any] = {
        name: request.query_params.getlist(name) for name in ("company", "year", "type", "document")
    }
    return asked | {
        name: request.query_params[name] for name in ("q", "limit") if name in request.query_params
    }


def _found(text: str, found: Found, request: Request) -> dict[str, Any]:
    return {
        "query": text,
        "count": len(found.hits),
        "company_first": found.own.name if found.own else None,
        "year_first": found.year,
        "all_words": not found.is_relaxed,
        "results": [_hit(hit, request) for hit in found.hits],
    }


def _hit(hit: Hit, request: Request) -> dict[str, Any]:
    passage, document = hit.passage, hit.passage.document
    file = request.build_absolute_uri(reverse("document-file", args=[document.pk]))
    return {
        "passage": passage.pk,
        "document": document.pk,
        "title": str(document),
        "company": document.company.name,
        "fiscal_year": document.fiscal_year,
        "document_type": document.document_type,
        "headings": passage.headings.split("\n") if passage.headings else [],
        "page": passage.page,
        "last_page": passage.last_page,
        "kind": passage.kind,
        "score": hit.score,
        "excerpt": "".join(f"«{mark.text}»" if mark.is_hit else mark.text for mark in hit.excerpt),
        "text": passage.text,
        "address": f"{file}#page={passage.page}",
    }
