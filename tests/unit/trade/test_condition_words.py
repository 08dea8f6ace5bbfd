"""Conditions of law as people read them."""

from __future__ import annotations

import pytest

from roadstead.trade.condition import parse
from roadstead.trade.condition_words import condition_words

NAMES = {"CHN": "China", "USA": "the United States", "CAN": "Canada", "MEX": "Mexico"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("engine_cm3 > 1000 and engine_cm3 <= 2000", "engine over 1,000 cm3 and at most 2,000 cm3"),
        ("engine_cm3 < 1000 and age_years <= 1", "engine under 1,000 cm3 and age at most 1 year"),
        ("age_years >= 3", "age at least 3 years"),
        ("fob_value.CAD <= 35000", "FOB value in CAD at most 35,000"),
        ("customs_value >= 40000", "customs value at least US$ 40,000"),
        ("model_year >= 2027", "model year at least 2027"),
        ("content.USA > 0", "content made in the United States over 0 %"),
        ("content.CAN_MEX >= 0.15", "content made in Canada and Mexico at least 15 %"),
        ('firm_nationality == "CHN"', "home country of the maker is China"),
        ('fuel != "diesel"', "fuel is not diesel"),
        ('person == "natural"', "importer is a private person"),
        ('fuel in {"petrol", "diesel"}', "fuel is diesel or petrol"),
        ("in_quota", "within the quota or its permit held"),
        ("not in_quota", "outside the quota and without its permit"),
        ("not qualifies.USMCA", "the origin rule of USMCA is not met"),
        ("certificate.TUR_INVESTMENT", "the certificate TUR INVESTMENT is held"),
        ("not (power_kw < 59 or power_kw > 90)", "not (power under 59 kW or over 90 kW)"),
        (
            "(retail_price < 250000 or power_kw < 200) and not approved.MYS_BEFORE_2026",
            "(retail price under 250,000 in local money or power under 200 kW) and not approved under MYS BEFORE 2026",
        ),
    ],
)
def test_in_words(text, words):
    assert condition_words(parse(text), lambda place: NAMES.get(place, place)) == words
