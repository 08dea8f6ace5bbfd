"""A made-up chapter on parts for the made-up book; no figure here is anybody's."""

from __future__ import annotations

from roadstead.playbook.book import Amount, Name, Sentence
from roadstead.playbook.parts_book import (
    CountryExports,
    ExportYear,
    Forerunner,
    LineBrief,
    LineContent,
    LineOutput,
    LineStart,
    Pull,
    Shipped,
)

YEARS = range(2027, 2037)
LINE = ("north", Name("Debrecen (made up)", "德布勒森（虚构）"), "HUN", Name("Hungary", "匈牙利"), "local")
MODEL = ("small", Name("Small electric (Tern class)", "小型纯电（燕鸥级）"))
BRAZIL = Name("Brazil", "巴西")


def export_year(year: int, cars: float, parts: float, ahead: float = 0.5) -> ExportYear:
    """A year with a spread of a fifth, parts in equal thirds."""
    third = parts / 3.0
    return ExportYear(
        year, cars, 0.8 * cars, 1.2 * cars, parts, 0.8 * parts, 1.2 * parts, third, third, third, cars / 1e4, parts / 8e3,
        ahead,
    )  # fmt: skip


def made_up_pull() -> Pull:
    """Cars fall from 2030 on, and parts rise past them."""
    years = tuple(export_year(y, 4e9 - 3e8 * max(0, y - 2029), 5e8 * (y - 2026), (y - 2027) / 9.0) for y in YEARS)
    told = (
        Sentence(
            "parts.pass",
            {
                "year": Amount(2033, "year"),
                "parts": Amount(3.5e9, "money"),
                "cars": Amount(2.8e9, "money"),
                "last": Amount(2036, "year"),
            },
        ),
        Sentence("parts.ahead", {"share": Amount(1.0, "share"), "last": Amount(2036, "year")}),
    )
    return Pull(
        said=told,
        years=years,
        countries=(
            CountryExports("HUN", LINE[3], 0.0, 0.0, 5e8, 4e9),
            CountryExports("BRA", BRAZIL, 4e9, 1.9e9, 0.0, 1e9),
            CountryExports("", Name("All countries", "合计"), 4e9, 1.9e9, 5e8, 5e9),
        ),
        lines=(LineBrief(LINE[1], LINE[3], "local", 0.7, 2029, 90_000.0, 0.0, 120_000.0, 150_000.0, 6_000.0, 4_500.0),),
        shipped=tuple(
            Shipped(row.year, country_id, name, goods, heading, 1e5, value, 0.9 * value, 1.1 * value)
            for row in years
            for country_id, name, goods, heading, value in (
                ("BRA", BRAZIL, "cars", "8703", row.cars),
                ("HUN", LINE[3], "parts", "8708", row.parts),
            )
        ),
        production=tuple(LineOutput(*LINE, *MODEL, y, 8e4, 0.0, 9e4, 1.2e5) for y in YEARS),
        starts=(LineStart(*LINE, "candidate", 2029, 0.7, 0.7), LineStart(*LINE, "candidate", None, 0.3, 0.7)),
        content=tuple(
            LineContent(*LINE, *MODEL, y, group, heading, 8e4, 8e4 * home, 8e4 * local, home, local)
            for y in YEARS
            for group, heading, home, local in (("battery", "8507", 2e3, 1e3), ("other", "8708", 4e3, 3.5e3))
        ),
        forerunners=(
            Forerunner(Name("Ruritania", "卢里坦尼亚"), 1992, 3.0, 0.5, 1 / 6, "made up", "An invented yearbook", ""),
            Forerunner(Name("Ruritania", "卢里坦尼亚"), 2012, None, 24.0, None, "made up", "An invented yearbook", ""),
        ),
        before=Sentence(
            "parts.before",
            {
                "who": Name("Ruritania", "卢里坦尼亚"),
                "low": Amount(1 / 6, "share"),
                "from": Amount(1992, "year"),
                "high": Amount(0.5, "share"),
                "to": Amount(2012, "year"),
            },
        ),
    )
