"""Shares and prices as JSON. Amounts are exact strings."""

from rest_framework import serializers

from market.models import CorporateAction, Instrument


class CorporateActionSerializer(serializers.ModelSerializer):
    class Meta:
        model = CorporateAction
        fields = ["kind", "ex_date", "value"]


class InstrumentSerializer(serializers.ModelSerializer):
    """A share whose prices are collected. `quote_factor` times a stored price is an amount in `currency`."""

    company = serializers.IntegerField(source="listing.company_id")
    ticker = serializers.CharField(source="listing.ticker")
    exchange = serializers.CharField(source="listing.exchange.mic")
    currency = serializers.CharField(source="listing.currency")
    is_primary = serializers.BooleanField(source="listing.is_primary")
    actions = CorporateActionSerializer(many=True)

    class Meta:
        model = Instrument
        fields = [
            *("id", "company", "ticker", "exchange", "currency", "is_primary", "quote_factor", "is_active"),
            *("checked_at", "updated_at", "actions"),
        ]


class PriceSerializer(serializers.Serializer):
    """One day; null is what the source did not give."""

    day = serializers.DateField()
    open = serializers.DecimalField(None, 6, allow_null=True)
    high = serializers.DecimalField(None, 6, allow_null=True)
    low = serializers.DecimalField(None, 6, allow_null=True)
    close = serializers.DecimalField(None, 6)
    volume = serializers.DecimalField(None, 4, allow_null=True)


class PricesSerializer(serializers.Serializer):
    """The prices of a share in one currency; `missing` says why days are left out of a conversion."""

    instrument = serializers.IntegerField()
    currency = serializers.CharField(allow_blank=True)
    adjusted = serializers.CharField()
    missing = serializers.CharField(allow_blank=True)
    prices = PriceSerializer(many=True)


class UpdateMarketSerializer(serializers.Serializer):
    """Which shares, all of it optional: without a word, all whose exchange trades now."""

    tickers = serializers.ListField(
        child=serializers.CharField(max_length=20), required=False, max_length=500
    )
    since = serializers.DateField(required=False, help_text="Ask for all prices from this day on.")
