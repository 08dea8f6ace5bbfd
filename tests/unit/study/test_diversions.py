"""`rs.divert`: duties from the law of the day, flows from the table, every figure with its band."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

import pytest

import roadstead as rs
from roadstead.study.diverted import Band
from roadstead.terms.errors import RoadsteadError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def china():
    return rs.divert("EU27", "CHN", 10, "2027-01-01")


def codes(*asked, **more) -> set[str]:
    with pytest.raises(RoadsteadError) as caught:
        rs.divert(*asked, **more)
    return {fault.code for fault in caught.value.faults}


def lane(found, exporter):
    return next(one for one in found.lanes if one.exporter == exporter)


def test_the_duty_before_is_the_law_of_the_day(china):
    found = rs.divert("EU27", "CHN", 20, "2024-06-01", powertrain="BEV")
    assert found.duty_before == pytest.approx(
        rs.duty(importer="EU27", origin="CHN", powertrain="BEV", on="2024-06-01", value=found.value).total_duty_rate
    )
    later = rs.divert("EU27", "CHN", 20, "2027-01-01", powertrain="BEV", firm="BYD")
    assert later.duty_before == pytest.approx(0.27)
    assert later.duty_after == pytest.approx(0.47)
    assert (
        0.10 < china.duty_before < 0.453
    )  # between an engine's 10 % and a battery's with the dearest countervailing duty


def test_every_figure_stands_within_its_band(china):
    bands = [getattr(china, one.name) for one in fields(china) if isinstance(getattr(china, one.name), Band)]
    bands += [band for one in china.lanes for band in (one.change, one.price)]
    bands += [band for one in china.markets for band in (one.from_origin, one.sold, one.index)]
    bands += [band for one in china.makers for band in (one.change, one.surplus)]
    assert len(bands) > 100
    for band in bands:
        assert band.low <= band.centre <= band.high


def test_cars_lost_are_cars_found(china):
    assert china.lost.centre == pytest.approx(china.home.centre + china.others.centre + china.unbought.centre)
    assert china.lost.centre == pytest.approx(china.elsewhere.centre + china.kept.centre + china.unmade.centre)
    assert china.lost.centre == pytest.approx(-lane(china, "CHN").change.centre)
    assert china.diverted.centre == pytest.approx(china.others.centre / china.lost.centre)
    assert sum(one.change.centre for one in china.lanes) == pytest.approx(-china.unbought.centre)
    assert china.net.centre == pytest.approx(
        china.consumers.centre + china.producers.centre + china.revenue.centre - china.revenue_before
    )


def test_the_hit_lose_and_the_others_gain(china):
    for one in china.lanes:
        assert (one.change.high < 0) if one.is_hit else (one.change.low > 0), one.exporter
    assert china.consumers.high < 0 < china.producers.low
    maker = next(one for one in china.makers if one.place == "CHN")
    assert maker.change.high < 0
    assert maker.surplus.high < 0


def test_the_band_holds_what_others_found():
    """The Kiel Institute's long-run answer to the provisional duty, cars from China down by 42 %, lies within."""
    found = rs.divert("EU27", "CHN", 21, "2024-06-01", powertrain="BEV")
    one = lane(found, "CHN")
    assert one.change.low / one.before < -0.42 < one.change.high / one.before


def test_no_points_change_nothing():
    found = rs.divert("USA", "JPN", 0, "2027-01-01")
    assert found.lost == Band(0.0, 0.0, 0.0)
    assert found.index == Band(1.0, 1.0, 1.0)
    assert (found.diverted, found.import_elasticity) == (None, None)
    assert found.revenue.centre == pytest.approx(found.revenue_before)


def test_points_taken_away_turn_the_signs():
    found = rs.divert("EU27", "CHN", -5, "2027-01-01")
    assert found.lost.centre < 0 < found.consumers.centre
    assert found.producers.centre < 0


def test_a_wall_leaves_next_to_nothing():
    found = rs.divert("EU27", "CHN", 1000, "2027-01-01")
    one = lane(found, "CHN")
    assert -one.before <= one.change.low <= one.change.high < -0.99 * one.before


def test_a_member_speaks_for_its_union():
    found, whole = (rs.divert(place, "Japan", 10, "2027-01-01") for place in ("Germany", "EU27"))
    assert found.importer == "EU27"
    assert found.lost == whole.lost
    assert found.remarks[0].startswith("DEU levies no duty of its own; EU27 does")
    assert not any("levies no duty of its own" in remark for remark in whole.remarks)


def test_a_maker_nobody_lists_is_told():
    found = rs.divert("EU27", "CHN", 10, "2027-01-01", powertrain="BEV", firm="Nobody Motors")
    assert any(remark.startswith("Nobody Motors") for remark in found.remarks)


def test_a_declared_fact_lowers_the_duty_before():
    dear = rs.divert("USA", "MEX", 10, "2025-01-01")
    free = rs.divert("USA", "MEX", 10, "2025-01-01", facts={"qualifies.USMCA": True})
    assert free.duty_before == 0.0 < dear.duty_before
    assert any("qualifies.USMCA" in remark for remark in dear.remarks)
    assert not any("qualifies.USMCA" in remark for remark in free.remarks)


def test_own_flows_answer_for_members_of_a_union(tmp_path: Path):
    path = tmp_path / "flows.csv"
    rows = (
        "DEU,CHN,30\nDEU,DEU,100\nFRA,CHN,20\nFRA,FRA,80\nFRA,DEU,40\nCHN,CHN,900\nUSA,DEU,50\nUSA,USA,500\nDEU,USA,0\n"
    )
    path.write_text(f"importer,exporter,units\n{rows}", encoding="utf-8")
    found = rs.divert("EU27", "CHN", 10, "2027-01-01", powertrain="BEV", firm="BYD", flows=path)
    assert lane(found, "CHN").before == 50.0
    assert {one.exporter for one in found.lanes if one.is_home} == {"DEU", "FRA"}
    assert {one.place for one in found.markets} == {"CHN", "USA"}
    assert found.lost.centre == pytest.approx(found.home.centre + found.others.centre + found.unbought.centre)
    bloc = rs.divert("USA", "EU27", 10, "2027-01-01", powertrain="BEV", flows=path)
    assert {one.exporter for one in bloc.lanes if one.is_hit} == {"DEU"}
    one = rs.divert("USA", "DEU", 10, "2027-01-01", powertrain="BEV", flows=path)
    assert one.lost == bloc.lost
    idle = rs.divert("EU27", "USA", 10, "2027-01-01", powertrain="BEV", flows=path)
    assert idle.lost == Band(0.0, 0.0, 0.0)
    assert any("what is zero stays zero" in remark for remark in idle.remarks)


def test_what_cannot_be_answered_is_refused():
    assert codes("Atlantis", "Lemuria", 10, "2027-01-01") == {"RS-W301"}
    assert codes("EU27", "DEU", 10, "2027-01-01") == {"RS-D545"}
    assert codes("USA", "DEU", 10, "2027-01-01") == {"RS-D545"}
    assert codes("KEN", "CHN", 10, "2027-01-01") == {"RS-D545"}
    assert codes("EU27", "CHN", float("nan"), "2027-01-01", powertrain="FCEV") == {"RS-C701"}
    assert codes("EU27", "CHN", 1e6, "2027-01-01") == {"RS-C701"}
    assert codes("EU27", "CHN", "ten", "2027-01-01") == {"RS-C701"}
    assert codes("EU27", "CHN", -99, "2027-01-01") == {"RS-C701"}
    assert codes("EU27", "CHN", 10, "tomorrow") == {"RS-L213"}
    assert codes("EU27", "CHN", 10, "2027-01-01", value=-5) == {"RS-L212"}
