"""What an event of a case moves beside duties: read as it is stated, refused where it could change nothing or does not fit."""

from __future__ import annotations

import pytest

from roadstead.futures.events import Shift
from roadstead.study.spec import read_study

YAML = "case.yaml"


def stated(case, what: str) -> None:
    """What the slow half of demand is fired with, in place of demand."""
    case.edit(YAML, "    demand: slow", f"    {what}")


def test_shifts_and_rules_are_read_as_they_stand(case):
    stated(
        case,
        "shifts: [{kind: limit_exports, place: China, amount: 1.5, powertrains: [BEV, EREV]}, "
        "{kind: refuse_sites, place: TUR, amount: 1, makers: [CHN]}]\n"
        "    amendments: [{action: levy, importer: DEU, origins: [CHN], money: 900, currency: EUR, condition: 'power_kw > 50'}]",
    )
    event = read_study(case.folder).events["demand_slow"]
    assert event.shifts == (
        Shift("limit_exports", "CHN", 1.5, frozenset(), ("BEV", "PHEV")),
        Shift("refuse_sites", "TUR", 1.0, frozenset({"CHN"})),
    )
    (levy,) = event.amendments
    assert (levy.importer, levy.money, levy.currency) == ("DEU", 900.0, "EUR"), "a rule may be one country's of a union"


@pytest.mark.parametrize(
    ("what", "code", "told"),
    [
        (
            "shifts: [{kind: refuse_sites, place: JPN, amount: 1}]",
            "RS-S612",
            "no line stands in JPN, so refuse_sites there",
        ),
        ("shifts: [{kind: seize, place: JPN, amount: 0.5}]", "RS-S612", "no line stands in JPN"),
        ("shifts: [{kind: limit_exports, place: DEU, amount: 1}]", "RS-S612", "ships nothing from DEU as its home"),
        ("shifts: [{kind: nev_sales, place: JPN, amount: 0.9}]", "RS-S612", "no planned market lies in JPN"),
        ("shifts: [{kind: refuse_sites, place: Atlantis, amount: 1}]", "RS-W301", "Atlantis"),
        ("shifts: [{kind: moves, place: TUR, amount: 1}]", "RS-S603", "kind"),
        (
            "shifts: [{kind: rivals_build, place: EU27, amount: 0.5, powertrains: [BEV]}]",
            "RS-S603",
            "`rivals_build` holds for all powertrains",
        ),
        (
            "shifts: [{kind: nev_sales, place: EU27, amount: 0.9, makers: [CHN]}]",
            "RS-S603",
            "`nev_sales` holds for all makers",
        ),
        (
            "amendments: [{action: add, importer: EU27, rate: 0.1, makers: [CHN]}]",
            "RS-S603",
            "`add` holds for all makers",
        ),
        ("amendments: [{action: levy, importer: EU27}]", "RS-S603", "`levy` of no money"),
        ("amendments: [{action: export_tax, importer: CHN}]", "RS-S603", "`export_tax` without a rate"),
        (
            "amendments: [{action: export_tax, importer: EU27, rate: 0.1}]",
            "RS-S612",
            "no car of the maker leaves EU27",
        ),
        (
            "amendments: [{action: forbid, importer: TUR, condition: 'horse_power > 5'}]",
            "RS-L202",
            "'horse_power' is not a fact",
        ),
    ],
)
def test_what_changes_nothing_or_does_not_fit_is_told(case, what: str, code: str, told: str):
    stated(case, what)
    fault = case.fault()
    assert fault.code == code, fault
    assert told in str(fault)


def test_a_currency_without_a_rate_is_told(case):
    stated(case, "amendments: [{action: levy, importer: EU27, money: 900, currency: XAU}]")
    fault = case.fault()
    assert fault.code == "RS-L206"
    assert "XAU" in str(fault)
