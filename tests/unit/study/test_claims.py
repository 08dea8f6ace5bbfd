"""Claims: figures recomputed by hand from the tables' text, the rule of the verdict, and what may not decide."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

from roadstead.study.claim_figures import Figure, crossed
from roadstead.study.claim_quantities import QUANTITIES
from roadstead.study.claims import Claim, Reading, Standing, Verdict, claims, judge, meets
from roadstead.terms.errors import RoadsteadError
from roadstead.world import reference
from roadstead.world.claim_schemas import AS_TOLD, DIFFERENCES
from roadstead.world.claim_schemas import QUANTITIES as NAMED

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@pytest.fixture(scope="module")
def found() -> Mapping[str, Claim]:
    return {claim.claim: claim for claim in claims(reference.load())}


def cells(table: str, **wanted: str) -> list[dict[str, str]]:
    """Rows of a packaged table, read as text."""
    with (reference.data_folder() / f"{table}.csv").open(encoding="utf-8", newline="") as handle:
        return [row for row in csv.DictReader(handle) if all(row[k] == v for k, v in wanted.items())]


def value(table: str, **wanted: str) -> float:
    (row,) = cells(table, **wanted)
    return float(row["value"])


def deciding(claim: Claim, reading: int = 1) -> list[float | None]:
    return [figure.value for figure in claim.readings[reading - 1].figures if figure.decides]


def test_every_claim_of_the_commentary_is_there(found: Mapping[str, Claim]):
    assert list(found) == [f"C{i:02}" for i in range(1, 38)]
    for claim in found.values():
        assert claim.readings[0].differs_by == AS_TOLD
        assert [reading.number for reading in claim.readings] == list(range(1, len(claim.readings) + 1))
        assert all(reading.explanation_zh for reading in claim.readings)
        assert all(claim.source)


def test_every_quantity_named_can_be_worked_out_and_the_other_way_round():
    assert set(QUANTITIES) == set(NAMED)
    used = {row["quantity"] for row in cells("claim_readings")} - {""}
    assert used == set(QUANTITIES)
    assert {row["differs_by"] for row in cells("claim_readings")} <= set(DIFFERENCES)


def test_a_claim_that_can_be_worked_out_gives_a_figure(found: Mapping[str, Claim]):
    """A reading bound to rows that are not there would pass in silence: only those known to lack rows may be empty."""
    empty = {(c.claim, r.number) for c in found.values() for r in c.readings if r.quantity and not r.figures}
    assert empty == {("C13", 1), ("C14", 1), ("C16", 1), ("C31", 1)}


# Claims recomputed from the text of the tables.
def test_exports_by_both_counts(found: Mapping[str, Claim]):
    customs = value(
        "exports", destination="WLD", period="2024", powertrain="ALL", definition="CUSTOMS", unit="vehicles"
    )
    makers = value("exports", destination="WLD", period="2024", powertrain="ALL", definition="CAAM")
    assert (customs, makers) == (6_407_000, 5_859_000)
    assert deciding(found["C08"]) == [customs]
    assert deciding(found["C08"], 2) == [makers]
    assert found["C08"].verdict is Verdict.HOLDS


def test_the_digest_dates_the_exports_a_year_early(found: Mapping[str, Claim]):
    claim = found["C01"]
    assert sorted(deciding(claim)) == [4_910_000, 5_221_000]
    assert (claim.verdict, claim.rests_on.differs_by) == (Verdict.ANOTHER, "calendar year")


def test_china_held_against_japan(found: Mapping[str, Claim]):
    claim = found["C09"]
    # JAMA: 4,422,682 in 2023 and 4.21 m in 2024; CAAM: 4.91 m and 5.859 m.
    assert deciding(claim) == [pytest.approx(min(4_910_000 / 4_422_682, 5_859_000 / 4_210_000))]
    assert claim.verdict is Verdict.HOLDS
    assert deciding(claim, 2) == [pytest.approx(5_221_000 / 5_970_000)]
    assert claim.readings[1].standing is Standing.NOT_MET


def test_the_union_buys_twelve_million_only_with_vans_and_trucks(found: Mapping[str, Claim]):
    cars = value("sales", place="EU27", year="2024", scope="PASSENGER", measure="REGISTRATIONS")
    claim = found["C17"]
    assert deciding(claim) == [pytest.approx(cars + 1_580_000 + 327_896 + 35_579)]
    assert deciding(claim, 2) == [cars]
    assert [reading.standing for reading in claim.readings] == [Standing.MET, Standing.NOT_MET]


@pytest.mark.parametrize(
    ("claim", "foreign_sales", "global_production"),
    [
        ("C26", 17.51 / (17.51 + 4.422682), 17.51 / (17.51 + 8.998538)),
        ("C28", 3.678831 / (3.678831 + 2.77), 3.678831 / (3.678831 + 4.24)),
    ],
)
def test_the_commentary_compares_two_ratios(
    found: Mapping[str, Claim], claim: str, foreign_sales: float, global_production: float
):
    told = found[claim]
    assert deciding(told) == [pytest.approx(foreign_sales)]
    assert deciding(told, 2) == [pytest.approx(global_production)]
    assert (told.verdict, told.rests_on.differs_by) == (Verdict.ANOTHER, "denominator")


def test_chinas_share_turns_on_volvo(found: Mapping[str, Claim]):
    claim = found["C29"]
    assert deciding(claim) == [pytest.approx(475 / (475 + 2790))]
    assert deciding(claim, 2) == [pytest.approx(285 / (285 + 2790))]
    assert (claim.verdict, claim.rests_on.differs_by) == (Verdict.ANOTHER, "makers counted")


def test_parts(found: Mapping[str, Claim]):
    ours = value("parts_trade", place="CHN", flow="EXPORT", year="2023", definition="HS 8708")
    world = value("parts_trade", place="WLD", flow="EXPORT", year="2023", definition="HS 8708")
    assert deciding(found["C30"]) == [pytest.approx(ours / world)]
    assert round(ours / world, 3) == 0.117
    assert deciding(found["C31"], 4) == [pytest.approx(87.66 + 64.9)]
    assert found["C31"].rests_on.differs_by == "goods counted"


def test_russia_took_half(found: Mapping[str, Claim]):
    assert deciding(found["C21"]) == [pytest.approx(513_078 / 1_059_990)]


def test_koreas_output_abroad_stood_still_since_its_peak_of_exports(found: Mapping[str, Claim]):
    claim = found["C25"]
    assert deciding(claim) == [pytest.approx(3_678_831 / 3_640_000)]
    assert (claim.readings[0].standing, claim.verdict) == (Standing.NOT_MET, Verdict.ANOTHER)
    assert deciding(found["C24"], 2) == [pytest.approx(17_510_000 / 891_142)]


def test_no_publisher_counts_nineteen_million(found: Mapping[str, Claim]):
    claim = found["C32"]
    assert sorted(deciding(claim)) == [17_100_000, 17_505_300, 17_600_000]
    assert claim.verdict is Verdict.NOT


def test_the_outlook_depends_on_the_edition(found: Mapping[str, Claim]):
    assert [reading.low for reading in found["C34"].readings] == [0.42, 0.44, 0.36, 0.22]


# What may decide, and what stays side by side.
def test_sources_that_contradict_each_other_stand_side_by_side(found: Mapping[str, Claim]):
    reading = found["C15"].readings[1]
    assert [figure.value for figure in reading.figures] == [89_000_000 - 25_577_000, 85_120_000 - 25_577_000]
    assert (reading.low, reading.high) == (59_543_000, 63_423_000)
    assert [figure.decides for figure in reading.figures] == [True, False]


def test_a_figure_without_a_document_never_decides(found: Mapping[str, Claim]):
    for claim in found.values():
        for reading in claim.readings:
            for figure in reading.figures:
                assert not figure.decides or all(figure.sources)
    assert found["C15"].readings[0].standing is Standing.UNKNOWN


def test_a_list_is_one_documents_list(found: Mapping[str, Claim]):
    claim = found["C14"]
    told = [reading.figures[0].places[:5] for reading in claim.readings[1:]]
    assert told == [("RUS", "MEX", "ARE", "BEL", "SAU"), ("RUS", "MEX", "ARE", "BRA", "BEL")]
    assert all(len(reading.figures[0].sources) == 1 for reading in claim.readings[1:])


def test_what_has_no_computation_cannot_be_checked(found: Mapping[str, Claim]):
    assert {c.claim for c in found.values() if c.verdict is Verdict.UNCHECKED} == {"C12", "C13", "C19"}
    assert found["C12"].source == (found["C12"].made_in.title,)


def test_a_claim_is_asked_by_its_id():
    world = reference.load()
    assert [claim.claim for claim in claims(world, ("c26", "C05"))] == ["C05", "C26"]
    with pytest.raises(RoadsteadError) as caught:
        claims(world, ("C99", "C98"))
    assert [fault.code for fault in caught.value.faults] == ["RS-W305", "RS-W305"]


# The rule.
@pytest.mark.parametrize(
    ("relation", "claimed", "met", "not_met"),
    [
        ("about", 100, (95, 100, 105), (94.9, 105.1)),
        ("over", 100, (100, 125), (99.9, 125.1)),
        ("under", 100, (75, 99.9), (74.9, 100)),
        ("more", 100, (100.1, 9000), (100, 0)),
        ("less", 100, (99.9, 0), (100, 9000)),
    ],
)
def test_relations(relation: str, claimed: float, met: tuple[float, ...], not_met: tuple[float, ...]):
    assert all(meets(figure(x), relation, claimed) for x in met)
    assert not any(meets(figure(x), relation, claimed) for x in not_met)


def test_the_largest_are_named_in_any_order():
    told = Figure(None, ("A", "B", "C"), (), ("s",), decides=True)
    assert meets(told, "leading", None, ("B", "A"))
    assert not meets(told, "leading", None, ("A", "C"))


MET, MIXED, NOT_MET, UNKNOWN = Standing.MET, Standing.MIXED, Standing.NOT_MET, Standing.UNKNOWN


@pytest.mark.parametrize(
    ("own", "other", "verdict"),
    [
        (MET, NOT_MET, Verdict.HOLDS),
        (MIXED, MET, Verdict.DEPENDS),
        (NOT_MET, MET, Verdict.ANOTHER),
        (UNKNOWN, MET, Verdict.ANOTHER),
        (NOT_MET, MIXED, Verdict.DEPENDS),
        (NOT_MET, NOT_MET, Verdict.NOT),
        (NOT_MET, UNKNOWN, Verdict.NOT),
        (UNKNOWN, NOT_MET, Verdict.UNCHECKED),
        (UNKNOWN, UNKNOWN, Verdict.UNCHECKED),
    ],
)
def test_verdicts(own: Standing, other: Standing, verdict: Verdict):
    readings = [reading(1, AS_TOLD, own), reading(2, "count", other)]
    given, rests_on = judge(readings)
    assert given is verdict
    assert (rests_on is None) == (verdict is Verdict.UNCHECKED)
    if rests_on is not None:
        assert rests_on.standing in {MET, MIXED, NOT_MET}


def test_every_combination_of_contradicting_figures_is_worked_out():
    told = crossed(lambda a, b: a / b, [figure(6, "x"), figure(8, "y")], [figure(2, "z"), figure(4, "")])
    assert [one.value for one in told] == [3, 1.5, 4, 2]
    assert [one.decides for one in told] == [True, False, True, False]
    assert told[0].sources == ("x", "z")


def own_claim(folder: Path, quantity: str, place: str, period: str) -> Claim:
    """A claim of one's own, of five vehicles, with one reading."""
    claim = "claim,told_in,relation,value,unit,names,year,statement,statement_zh,source,as_of,confidence,note\n"
    claim += "X1,page 1,about,5,vehicles,,2024,five,五辆,assumption,2024,low,tried\n"
    (folder / "claims.csv").write_text(claim, encoding="utf-8")
    told = "claim,reading,differs_by,quantity,place,period,definition,beside,explanation,explanation_zh\n"
    told += f"X1,1,as told,{quantity},{place},{period},,,all,全部\n"
    (folder / "claim_readings.csv").write_text(told, encoding="utf-8")
    (claim_held,) = claims(reference.load(folder), ["X1"])
    return claim_held


@pytest.mark.parametrize(
    ("quantity", "place", "period"), [("exports", "BRA", "1901"), ("overseas_since_peak", "BRA", "")]
)
def test_a_claim_of_ones_own_that_no_row_meets_cannot_be_checked(
    tmp_path: Path, quantity: str, place: str, period: str
):
    told = own_claim(tmp_path, quantity, place, period)
    assert told.verdict is Verdict.UNCHECKED
    assert told.made_in.title == "assumption"


@pytest.mark.parametrize(
    ("quantity", "place", "period"),
    [("exports", "BRA|ARG", "2024"), ("sales_outside", "BRA", "2024"), ("large_markets", "WLD", "2024")],
)
def test_a_reading_of_what_its_quantity_does_not_take_is_a_fault_with_its_row(
    tmp_path: Path, quantity: str, place: str, period: str
):
    with pytest.raises(RoadsteadError) as caught:
        own_claim(tmp_path, quantity, place, period)
    (fault,) = caught.value.faults
    assert (fault.where, fault.code) == ("claim_readings.csv:2", "RS-W308")


def figure(value: float, source: str = "s") -> Figure:
    return Figure(float(value), (), ("table.csv:2",), (source,), decides=bool(source))


def reading(number: int, differs_by: str, standing: Standing) -> Reading:
    return Reading(number, differs_by, "exports", "", "", (), None, None, standing)


ADVANCED = next(row["place"] for row in cells("claim_readings") if (row["claim"], row["reading"]) == ("C13", "1"))


def test_where_cars_go_is_told_once_every_destination_is_known(tmp_path: Path):
    """54 destinations of an import, of which three are advanced economies."""
    few = ["DEU", "GBR", "AUS"]
    others = [place for place in reference.load().gazetteer.places if len(place) == 3 and place not in ADVANCED][:51]
    cars = dict.fromkeys(few, 300.0) | dict.fromkeys(others, 10.0)

    def told(to: dict[str, float]) -> Claim:
        head = "origin,destination,period,year,full_year,powertrain,definition,value,unit,source,as_of,confidence,note"
        rows = (
            f"CHN,{place},2024,2024,yes,NEV,CUSTOMS HS 8703,{n},vehicles,counted,2025-06,high,"
            for place, n in to.items()
        )
        (tmp_path / "exports.csv").write_text("\n".join((head, *rows, "")), encoding="utf-8")
        (tmp_path / "sources.csv").write_text(
            "source,title,url,published_on\ncounted,A count,https://example.org,2025-06\n", encoding="utf-8"
        )
        [claim] = claims(reference.load(tmp_path), ["C13"])
        return claim

    found = told(cars)
    assert deciding(found) == [pytest.approx(900.0 / (900.0 + 10.0 * len(others)))]
    assert found.verdict is Verdict.HOLDS
    assert (
        told(cars | {"WLD": 2000.0}).verdict is Verdict.NOT
    )  # the world as it is counted goes before what its parts add up to
    assert told(dict.fromkeys(few, 300.0)).verdict is not Verdict.HOLDS  # three places are not every destination
