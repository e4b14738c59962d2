"""The form with which people bring prices."""

from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminSelectWidget

from market.files import LARGEST, TOO_LARGE
from market.models import Instrument, PriceBasis


class PricesForm(forms.Form):
    """A file with the prices of one share."""

    instrument = forms.ModelChoiceField(
        Instrument.objects.select_related("listing__exchange", "listing__company"),
        label="Share",
        widget=UnfoldAdminSelectWidget,
    )
    file = forms.FileField(
        widget=UnfoldAdminFileFieldWidget,
        help_text="CSV with a first line that names the columns, or JSON. It needs a date and a close; open,"
        " high, low, volume, dividend and split are taken where they are there.",
    )
    basis = forms.ChoiceField(
        label="The prices are",
        choices=PriceBasis.choices,
        initial=PriceBasis.AS_TRADED,
        widget=UnfoldAdminSelectWidget,
        help_text="Most sites show prices divided by the splits since. Prices adjusted for dividends cannot"
        " be used.",
    )

    def clean_file(self) -> bytes:
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            raise forms.ValidationError(TOO_LARGE)
        data: bytes = file.read()
        return data

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["instrument"].label_from_instance = (  # type: ignore[attr-defined]
            lambda one: f"{one.listing.company}: {one.listing}"
        )
