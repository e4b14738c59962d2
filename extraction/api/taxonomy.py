"""The concepts a printed line can become."""

from collections.abc import Iterable
from functools import lru_cache

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers, viewsets
from rest_framework.exceptions import NotFound
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from engine.concepts.lexicon import Lexicon, Wording, load_lexicons
from engine.concepts.taxonomy import Arc, Item, load_taxonomy
from engine.kinds import SectorTemplate, StatementKind
from jobs.api.filters import Filter, Pages, asked_for, one_of, text


class ItemSerializer(serializers.Serializer):
    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field of the answer
    statement = serializers.CharField()
    section = serializers.CharField()
    kind = serializers.CharField()
    sign = serializers.IntegerField(help_text="Contribution of an ordinary year; 0 where either is ordinary.")
    period_kind = serializers.CharField()
    order = serializers.IntegerField()
    level = serializers.IntegerField()
    parents = serializers.ListField(child=serializers.CharField())
    core = serializers.BooleanField(help_text="Always shown, gaps with their reason.")
    templates = serializers.SerializerMethodField(help_text="The industries whose statements have it.")

    def get_templates(self, item: Item) -> list[str]:
        return [template.value for template in SectorTemplate if item.applies_to(template)]


class WordingSerializer(serializers.Serializer):
    language = serializers.CharField()
    text = serializers.CharField(help_text="In the notation of the data file: * stands for any words.")
    section = serializers.CharField(allow_null=True)
    reason = serializers.CharField()


class ArcSerializer(serializers.Serializer):
    total = serializers.CharField()
    formula = serializers.CharField()
    derive = serializers.BooleanField(help_text="Whether a total that is not printed is computed.")
    parts = serializers.SerializerMethodField()

    def get_parts(self, arc: Arc) -> list[str]:
        return [code for code, _ in arc.parts]


class ExternalNameSerializer(serializers.Serializer):
    name = serializers.CharField()
    factor = serializers.IntegerField(help_text="Turns the element's value into a contribution.")


class ItemDetailSerializer(ItemSerializer):
    ifrs = ExternalNameSerializer(many=True)
    us_gaap = ExternalNameSerializer(many=True)
    children = serializers.SerializerMethodField()
    arcs = serializers.SerializerMethodField(help_text="Sums in which it is the total or a part.")
    labels = serializers.SerializerMethodField(help_text="How it is printed, by language.")

    def get_children(self, item: Item) -> list[str]:
        return [child.code for child in load_taxonomy().children(item.code)]

    @extend_schema_field(ArcSerializer(many=True))
    def get_arcs(self, item: Item) -> list[dict[str, object]]:
        concerned = [
            arc
            for arc in load_taxonomy().arcs
            if item.code == arc.total or item.code in (code for code, _ in arc.parts)
        ]
        return [dict(ArcSerializer(arc).data) for arc in concerned]

    @extend_schema_field(WordingSerializer(many=True))
    def get_labels(self, item: Item) -> list[dict[str, object]]:
        return [
            dict(
                WordingSerializer(
                    {"language": language, "text": w.text, "section": w.section, "reason": w.reason}
                ).data
            )
            for language, w in _wordings().get(item.code, ())
        ]


@lru_cache(maxsize=1)
def _wordings() -> dict[str, tuple[tuple[str, Wording], ...]]:
    """The wordings of every concept with their language, the most telling of each first."""
    found: dict[str, dict[tuple[str, Wording], None]] = {}
    for lexicon in load_lexicons(load_taxonomy()):
        for wording in _of(lexicon):
            found.setdefault(wording.concept, {})[lexicon.language, wording] = None
    return {
        code: tuple(sorted(entries, key=lambda entry: (entry[0], entry[1].place)))
        for code, entries in found.items()
    }


def _of(lexicon: Lexicon) -> Iterable[Wording]:
    for texts in lexicon.exact.values():
        for wordings in texts.values():
            yield from wordings
    for patterns in lexicon.open.values():
        yield from (wording for _, wording in patterns)


class TaxonomyViewSet(viewsets.ViewSet):
    """The canonical concepts in the order in which statements show them."""

    permission_classes = [IsAuthenticated]
    lookup_value_regex = r"[a-z0-9_.]+"
    lookup_url_kwarg = "code"
    allowed_filters: tuple[Filter, ...] = (
        one_of("statement", "", list(StatementKind), "Which statement."),
        one_of("template", "", list(SectorTemplate), "Those an industry's statements have."),
        one_of("core", "", ["true", "false"], "Those always shown, or those shown only where printed."),
        text("search", "", "Part of the code or the label."),
    )

    @extend_schema(
        responses=ItemSerializer(many=True),
        parameters=[
            OpenApiParameter(f.name, str, description=f.says, enum=list(f.choices) or None)
            for f in allowed_filters
        ]
        + [
            OpenApiParameter("page", int, description="Number of the page."),
            OpenApiParameter("page_size", int, description="Concepts per page, at most 500."),
        ],
    )
    def list(self, request: Request) -> Response:
        """Concepts, filtered and in pages."""
        asked = asked_for(request, self.allowed_filters)
        items = [item for item in load_taxonomy() if _fits(item, asked)]
        pages = Pages()
        page = pages.paginate_queryset(items, request, view=self)
        return pages.get_paginated_response(ItemSerializer(page, many=True).data)

    @extend_schema(
        responses=ItemDetailSerializer,
        parameters=[OpenApiParameter("code", OpenApiTypes.STR, OpenApiParameter.PATH)],
    )
    def retrieve(self, request: Request, code: str) -> Response:
        """One concept with its labels in every language, its sums and its names in public taxonomies."""
        item = load_taxonomy().find(code)
        if item is None:
            raise NotFound(f"There is no concept {code}.")
        return Response(ItemDetailSerializer(item).data)


def _fits(item: Item, asked: dict[str, str]) -> bool:
    wanted = asked.get("search", "").lower()
    return (
        asked.get("statement", item.statement.value) == item.statement.value
        and ("template" not in asked or item.applies_to(SectorTemplate(asked["template"])))
        and ("core" not in asked or item.core == (asked["core"] == "true"))
        and (wanted in item.code or wanted in item.label.lower())
    )
