"""Companies as JSON."""

from rest_framework import serializers

from companies.models import Company, Listing


class ListingSerializer(serializers.ModelSerializer):
    exchange = serializers.CharField(source="exchange.mic")

    class Meta:
        model = Listing
        fields = ["ticker", "exchange", "currency", "is_primary"]


class CompanySerializer(serializers.ModelSerializer):
    listings = ListingSerializer(many=True, read_only=True)

    class Meta:
        model = Company
        fields = [
            "id",
            "name",
            "slug",
            "lei",
            "country",
            "sector_template",
            "reporting_currency",
            "framework",
            "other_framework",
            "fiscal_year_end_month",
            "fiscal_year_end_day",
            "investor_relations_url",
            "is_active",
            "listings",
        ]
