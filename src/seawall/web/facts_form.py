"""The facts sheet as a plain form: which fields a storm needs, and the value they make."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from seawall.incidents.api import Facts, FactsSheet, Incident, needs_of, prepared_cause
from seawall.kernel.languages import OWN_NAMES, Language
from seawall.kernel.markets import Market
from seawall.kernel.money import DECIMALS
from seawall.web.times import DESK_ZONE

MINUTES = "%Y-%m-%dT%H:%M"
"""What a browser's field for a local time sends."""


def languages_of(markets: Sequence[str]) -> list[Language]:
    """Chinese for the seller, then what the buyers of these markets are written to in."""
    return list(dict.fromkeys([Language.ZH_HANS, *(Market(market).facts.languages[0] for market in markets)]))


class FactsForm(forms.Form):
    """The facts of one storm. Times are the desk's own (Beijing), and the page says so."""

    cause = forms.CharField(label=gettext_lazy("What happened"), max_length=500)
    happened_on = forms.DateField(label=gettext_lazy("On which day"))
    remedy = forms.CharField(label=gettext_lazy("What buyers get"), max_length=500)
    ceiling_amount = forms.DecimalField(
        label=gettext_lazy("Most that may be spent on compensation"), min_value=Decimal(0), max_digits=16,
        decimal_places=2,
    )  # fmt: skip
    ceiling_currency = forms.ChoiceField(label=gettext_lazy("Currency"), choices=[(each, each) for each in DECIMALS])
    deadline_at = forms.DateTimeField(label=gettext_lazy("All buyers told by (Beijing time)"), input_formats=[MINUTES])
    new_date = forms.DateField(label=gettext_lazy("A new date that messages may name"), required=False)
    statements = forms.CharField(
        label=gettext_lazy("What else messages may say, one sentence a line"), required=False, max_length=4000
    )
    seen = forms.IntegerField(min_value=0)

    def __init__(self, incident: Incident, markets: Sequence[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.languages = languages_of(markets)
        self.currencies = list(dict.fromkeys(Market(market).currency for market in markets))
        self.needs = needs_of(incident.kind)
        self.fields["new_date"].required = "new_date" in self.needs and incident.kind != "delay"
        for language in self.languages:
            self.fields[f"cause_{language.value}"] = forms.CharField(
                label=OWN_NAMES[language], required="cause" in self.needs, max_length=300
            )
        for currency in self.currencies:
            self.fields[f"offer_{currency}"] = forms.DecimalField(
                label=currency, required=False, min_value=Decimal("0.01"), max_digits=16, decimal_places=2
            )
        for field in self.fields.values():
            field.error_messages["required"] = _("Fill this in.")

    @property
    def causes(self) -> list[Any]:
        """The fields of the cause by language, with the language each is in."""
        return [(language.value, self[f"cause_{language.value}"]) for language in self.languages]

    @property
    def offers(self) -> list[Any]:
        """The fields of what may be offered per order."""
        return [self[f"offer_{currency}"] for currency in self.currencies]

    @property
    def has_more(self) -> bool:
        """Whether a field of the part that is folded away holds something or is wrong."""
        names = ["new_date", "statements", *(f"offer_{currency}" for currency in self.currencies)]
        return any(self[name].value() or self[name].errors for name in names) or self.fields["new_date"].required

    def facts(self, before: FactsSheet | None) -> Facts:
        """The value of a form that is valid. What this form does not ask for stays as it was on the sheet before."""
        given: Mapping[str, Any] = self.cleaned_data
        deadline: datetime = given["deadline_at"].replace(tzinfo=DESK_ZONE)
        causes = {Language(tag): words for tag, words in (before.cause_by_language if before else {}).items()}
        causes |= {each: given[f"cause_{each.value}"].strip() for each in self.languages}
        offers = {name: Decimal(each) for name, each in (before.compensation if before else {}).items()}
        offers = {name: each for name, each in offers.items() if name not in self.currencies}
        offers |= {name: given[f"offer_{name}"] for name in self.currencies if given[f"offer_{name}"] is not None}
        return Facts(
            cause=given["cause"].strip(),
            cause_by_language={each: words for each, words in causes.items() if words},
            happened_on=given["happened_on"],
            remedy=given["remedy"].strip(),
            ceiling_amount=given["ceiling_amount"],
            ceiling_currency=given["ceiling_currency"],
            deadline_at=deadline,
            statements=tuple(line.strip() for line in given["statements"].splitlines() if line.strip()),
            new_date=given["new_date"],
            compensation=offers,
        )


def first_values(incident: Incident, sheet: FactsSheet | None, markets: Sequence[str], now: datetime) -> dict[str, Any]:
    """What the form is filled with: the sheet that stands; else the prepared cause, today, and the golden window."""
    if sheet is None:
        until = incident.golden_until or now + timedelta(hours=48)
        causes = prepared_cause(incident.kind)
        values: dict[str, Any] = {
            "seen": 0, "happened_on": now.astimezone(DESK_ZONE).date().isoformat(), "ceiling_currency": "CNY",
            "deadline_at": until.astimezone(DESK_ZONE).strftime(MINUTES),
        }  # fmt: skip
        return values | {f"cause_{language.value}": causes.get(language, "") for language in languages_of(markets)}
    return {
        "seen": sheet.version,
        "cause": sheet.cause,
        "happened_on": sheet.happened_on.isoformat(),
        "remedy": sheet.remedy,
        "ceiling_amount": format(sheet.ceiling_amount.normalize(), "f"),
        "ceiling_currency": sheet.ceiling_currency,
        "deadline_at": sheet.deadline_at.astimezone(DESK_ZONE).strftime(MINUTES),
        "new_date": sheet.new_date.isoformat() if sheet.new_date else "",
        "statements": "\n".join(sheet.statements),
        **{f"cause_{tag}": words for tag, words in sheet.cause_by_language.items()},
        **{f"offer_{currency}": amount for currency, amount in sheet.compensation.items()},
    }
