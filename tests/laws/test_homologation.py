"""Approval of models: which scheme a market asks for, whose papers serve, what it adds to entering a market."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from roadstead.futures.costs.waiting import approvals, with_waiting
from roadstead.study import cover
from roadstead.study.progress import Quiet
from roadstead.study.spec import read_study
from roadstead.study.study import prepare
from roadstead.terms.errors import RoadsteadError
from roadstead.trade import rulebook
from roadstead.trade.homologation import scheme_of

CASES = Path(__file__).parents[2] / "cases"
DAY = date(2027, 7, 1)


@pytest.fixture(scope="module")
def ready():
    return prepare(read_study(CASES / "byd"), Quiet())


@pytest.fixture(scope="module")
def costing(ready):
    return ready.evaluation.ledger.costing


@pytest.mark.parametrize(
    ("market", "territory", "scheme"),
    [
        ("DEU", "EU27", "EU-WVTA"),
        ("NOR", "NOR", "EU-WVTA"),
        ("TUR", "TUR", "TR-MARTOY"),
        ("RUS", "RUS", "EAEU-OTTC"),
        ("USA", "USA", "US-FMVSS"),
        ("CAN", "CAN", "CA-CMVSS"),
    ],
)
def test_every_market_asks_for_its_scheme(rules, market, territory, scheme):
    assert scheme_of(rules, market, territory, DAY).scheme_id == scheme


@pytest.mark.parametrize(
    ("market", "held", "serves"),
    [
        ("TUR", {"EU-WVTA"}, True),  # a copy of Regulation 2018/858
        ("CAN", {"US-FMVSS"}, True),
        ("CAN", {"EU-WVTA"}, False),  # Canada recognises no approval of the agreement of 1958
        ("USA", {"EU-WVTA", "CN-CCC"}, False),
        ("MEX", {"US-FMVSS"}, True),  # NOM-194: American or United Nations rules, item by item
        ("ZAF", {"US-FMVSS"}, False),
        ("ZAF", {"EU-WVTA"}, True),
        ("BRA", {"EU-WVTA"}, False),  # its own tests
        ("DEU", {"EU-WVTA"}, True),
        ("DEU", set(), False),
    ],
)
def test_whose_papers_serve(rules, market, held, serves):
    territory = "EU27" if market == "DEU" else market
    assert scheme_of(rules, market, territory, DAY).served_by(held) is serves


def test_argentina_takes_foreign_papers_since_its_resolution(rules):
    """Resolution 271/2025 of July 2025; the tables know no scheme of the time before."""
    assert scheme_of(rules, "ARG", "ARG", date(2025, 7, 2)) is None
    assert scheme_of(rules, "ARG", "ARG", date(2025, 7, 3)).served_by({"EU-WVTA"})


def test_every_model_is_approved_once_where_nothing_it_has_serves(costing, ready):
    """The United States: five models, none with American papers."""
    asked = approvals(costing, ready.rulebook, "USA")
    offered = {offer.model_id for offer in costing.carmaker.offers if offer.market == "USA"}
    assert set(asked.models) == offered
    assert asked.cost == pytest.approx(len(offered) * 14.5e6)
    assert asked.months == 16.0


def test_models_sold_in_europe_need_nothing_more_in_turkey(costing, ready):
    assert approvals(costing, ready.rulebook, "TUR").models == ()
    alone = [offer for offer in costing.carmaker.offers if offer.market in {"TUR", "CHN"}]
    unknown = replace(costing, carmaker=replace(costing.carmaker, offers=tuple(replace(o, sales=0.0) for o in alone)))
    assert approvals(unknown, ready.rulebook, "TUR").models


def unentered(costing, market, lead, cost=1e6):
    channel = replace(costing.carmaker.channels[market], entered=False, entry_lead=lead, entry_cost=cost)
    return replace(costing, carmaker=replace(costing.carmaker, channels=costing.carmaker.channels | {market: channel}))


@pytest.mark.parametrize(("lead", "after"), [(0, 2), (1, 2), (2, 2), (3, 3)])
def test_approval_goes_on_beside_building_the_network(costing, ready, lead, after):
    """Sixteen months are two years as leads are counted; a network of three years hides them."""
    asked = with_waiting(unentered(costing, "USA", lead), ready.rulebook).carmaker.channels["USA"]
    assert asked.entry_lead == after
    assert asked.entry_cost == pytest.approx(1e6 + approvals(costing, ready.rulebook, "USA").cost)


def test_a_market_entered_pays_for_no_approval(costing, ready):
    before = costing.carmaker.channels["BRA"]
    assert with_waiting(costing, ready.rulebook).carmaker.channels["BRA"] == before


def test_the_playbook_says_what_approval_adds_and_where_no_figure_was_found(costing, ready):
    said = list(cover.approvals_asked(costing, ready.rulebook))
    by_market = {sentence.terms["market"].en: sentence for sentence in said}
    assert by_market["United States"].key == "warn.approval"
    assert by_market["United States"].terms["cost"].value == pytest.approx(72.5e6)
    assert by_market["United States"].terms["source"]
    assert by_market["Canada"].key == "warn.approval_open"
    assert set(by_market) == {"United States", "Canada", "Russia"}


ROW = "scheme,name,places,accepts,cost,currency,months,effective_from,effective_to,source,as_of,confidence,note\n"


def own(folder, line):
    (folder / "homologation.csv").write_text(ROW + line + "\n", encoding="utf-8")
    return folder


def test_a_users_own_figure_takes_the_place_of_a_missing_one(tmp_path, costing):
    folder = own(tmp_path, "CA-CMVSS,own figure,CAN,US-FMVSS,3000000,CAD,10,,,assumption,2026-07,low,quoted to us")
    asked = approvals(costing, rulebook.load(None, folder), "CAN")
    assert asked.cost == pytest.approx(len(asked.models) * 3e6 * costing.dollars["CAD"])
    assert not asked.is_open


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("X-1,own,CAN,,3000000,,10,,,assumption,2026-07,low,quoted to us", "RS-L244"),
        ("X-1,own,CAN,,,CAD,10,,,assumption,2026-07,low,quoted to us", "RS-L244"),
        ("X-1,own,CAN,NO-SUCH,3000000,CAD,10,,,assumption,2026-07,low,quoted to us", "RS-L244"),
        ("X-1,own,CAN,,3000000,XXX,10,,,assumption,2026-07,low,quoted to us", "RS-L206"),
        ("X-1,own,CAN,,3000000,CAD,10,2027-01-01,2026-01-01,assumption,2026-07,low,quoted to us", "RS-L204"),
        ("X-1,own,CAN,,-1,CAD,10,,,assumption,2026-07,low,quoted to us", "RS-T110"),
    ],
)
def test_what_cannot_be_is_refused_as_it_is_loaded(tmp_path, line, code):
    with pytest.raises(RoadsteadError) as caught:
        rulebook.load(None, own(tmp_path, line))
    assert code in {fault.code for fault in caught.value.faults}
    assert all(
        fault.where.startswith("homologation.csv:2") or "homologation.csv:2" in fault.where
        for fault in caught.value.faults
    )
