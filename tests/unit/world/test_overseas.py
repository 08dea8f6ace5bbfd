"""Cars made abroad as a share of two denominators, by hand."""

from __future__ import annotations

import pytest

from roadstead.terms.tables import Row
from roadstead.world import reference
from roadstead.world.overseas import Basis, overseas_shares, pairs


def row(firms: str, metric: str, value: float, period: str = "2020", source: str = "a") -> Row:
    values = {"home": "XXX", "firms": firms, "year": int(period[:4]), "period": period, "metric": metric}
    values |= {"value": value, "unit": "vehicles", "source": source, "as_of": "", "confidence": "high", "note": ""}
    return Row(values, "overseas_production.csv", 1, {})


def shares(*rows: Row) -> dict[tuple[str, str], list[float]]:
    found: dict[tuple[str, str], list[float]] = {}
    for one in overseas_shares(rows):
        found.setdefault((one.firms, one.basis), []).append(one.share)
    return found


def test_each_basis_has_its_own_denominator():
    told = shares(
        row("all", "OVERSEAS_PRODUCTION", 60), row("all", "DOMESTIC_PRODUCTION", 40), row("all", "EXPORTS", 20)
    )
    assert told == {("all", Basis.GLOBAL_PRODUCTION): [0.6], ("all", Basis.FOREIGN_SALES): [0.75]}


def test_the_same_makers_are_set_beside_each_other():
    told = shares(
        row("all", "OVERSEAS_PRODUCTION", 60),
        row("all", "DOMESTIC_PRODUCTION", 40),
        row("eight", "OVERSEAS_PRODUCTION", 30),
        row("eight", "DOMESTIC_PRODUCTION", 30),
    )
    assert told == {("all", Basis.GLOBAL_PRODUCTION): [0.6], ("eight", Basis.GLOBAL_PRODUCTION): [0.5]}


def test_a_group_counted_abroad_only_is_set_beside_all_plants():
    (pair,) = pairs([row("group", "OVERSEAS_PRODUCTION", 30), row("plants", "EXPORTS", 10)], "EXPORTS")
    assert not pair.same_makers
    assert shares(pair.abroad, pair.beside) == {("group", Basis.FOREIGN_SALES): [0.75]}


def test_rows_that_contradict_each_other_stay_apart():
    told = shares(
        row("all", "OVERSEAS_PRODUCTION", 60), row("all", "OVERSEAS_PRODUCTION", 90), row("all", "EXPORTS", 10)
    )
    assert told["all", Basis.FOREIGN_SALES] == [pytest.approx(6 / 7), 0.9]


def test_other_periods_are_not_mixed():
    assert not shares(row("all", "OVERSEAS_PRODUCTION", 60, "2020H1"), row("all", "EXPORTS", 10, "2020"))


def test_a_share_without_a_document_behind_both_rows_is_not_sourced():
    (one,) = overseas_shares([row("all", "OVERSEAS_PRODUCTION", 60), row("all", "EXPORTS", 20, source="")])
    assert not one.is_sourced


@pytest.mark.parametrize(
    ("home", "period", "basis", "firms", "share"),
    [
        # JAMA: 17.51 m abroad, 8,998,538 at home, 4,422,682 exported in 2023.
        ("JPN", "2023", Basis.GLOBAL_PRODUCTION, "all Japanese makers", 17_510_000 / 26_508_538),
        ("JPN", "2023", Basis.FOREIGN_SALES, "all Japanese makers", 17_510_000 / 21_932_682),
        # VDA: 9,524,915 abroad of 13,594,137 in 2024, as it prints the total.
        ("DEU", "2024", Basis.GLOBAL_PRODUCTION, "VDA members, passenger cars", 9_524_915 / 13_594_137),
        ("KOR", "2023", Basis.GLOBAL_PRODUCTION, "Hyundai+Kia", 3_678_831 / 7_918_831),
        ("CHN", "2024H1", Basis.FOREIGN_SALES, "Chinese groups without Volvo", 285 / 3075),
    ],
)
def test_the_four_countries(home: str, period: str, basis: Basis, firms: str, share: float):
    rows = reference.load().tables["overseas_production"]
    found = [s for s in overseas_shares(rows) if (s.home, s.period, s.basis, s.firms) == (home, period, basis, firms)]
    assert [one.share for one in found] == [pytest.approx(share)]
    assert all(one.is_sourced for one in found)
