"""Companies as JSON."""

from typing import Any

from django.db import transaction
from rest_framework import serializers

from companies.listings import parse_listings
from companies.models import Company, Exchange, Listing


class ListingSerializer(serializers.ModelSerializer):
    exchange = serializers.CharField(source="exchange.mic")

    class Meta:
        model = Listing
        fields = ["ticker", "exchange", "currency", "is_primary"]


class CompanySerializer(serializers.ModelSerializer):
    listings = ListingSerializer(many=True, read_only=True)
    listings_text = serializers.CharField(
        write_only=True,
        required=False,
        help_text="Where the company is listed, as in 'AZN (XLON, XNYS)'; the first is the primary one.",
    )

    class Meta:
        model = Company
        fields = [
            "id",
            "name",
            "slug",
            "lei",
            "cik",
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
            "listings_text",
        ]

    def validate_listings_text(self, text: str) -> list[tuple[str, Exchange]]:
        try:
            pairs = parse_listings(text)
        except ValueError as error:
            raise serializers.ValidationError(str(error)) from error
        exchanges = {exchange.mic: exchange for exchange in Exchange.objects.all()}
        unknown = sorted({mic for _, mic in pairs} - set(exchanges))
        if unknown:
            raise serializers.ValidationError(f"No exchange has the code {', '.join(unknown)}. Add it first.")
        return [(ticker, exchanges[mic]) for ticker, mic in pairs]

    @transaction.atomic
    def create(self, validated_data: dict[str, Any]) -> Company:
        listings = validated_data.pop("listings_text", [])
        company = super().create(validated_data)
        for place, (ticker, exchange) in enumerate(listings):
            Listing.objects.create(company=company, exchange=exchange, ticker=ticker, is_primary=place == 0)
        return company

    def update(self, instance: Company, validated_data: dict[str, Any]) -> Company:
        if "listings_text" in validated_data:
            raise serializers.ValidationError({"listings_text": "Listings are changed in the admin."})
        return super().update(instance, validated_data)
