"""Rules that are no duties, each acting by its effect: what they forbid, delay, cost, and take of a price or add to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

import roadstead as rs
from roadstead.futures.costs.costing import as_law_sees, kept_share
from roadstead.futures.costs.lane_costs import Supply, lane_cost
from roadstead.futures.costs.waiting import with_waiting
from roadstead.futures.evaluate import barred, evaluate
from roadstead.study import cover
from roadstead.study.progress import Quiet
from roadstead.study.spec import read_study
from roadstead.study.study import prepare
from roadstead.terms.errors import RoadsteadError
from roadstead.trade.amendment import Amendment, amend
from roadstead.trade.condition import parse
from roadstead.trade.law import Span
from roadstead.trade.non_tariff import ACTING, driver_side, is_shown_only, met

CASES = Path(__file__).parents[2] / "cases"
YEAR = 2030


@pytest.fixture(scope="module")
def ready():
    return prepare(read_study(CASES / "byd"), Quiet())


@pytest.fixture(scope="module")
def costing(ready):
    return ready.evaluation.ledger.costing


@pytest.fixture(scope="module")
def now(ready):
    return ready.evaluation.ledger.circumstances[0]


@pytest.fixture
def ruled(now):
    """Today's circumstances with one more rule that acts; what it says differs from a row of the packaged table."""

    def ruled(**fields):
        (base,) = [rule for rule in now.rulebook.non_tariff if rule.measure_id == "NTM-110-2026"]
        plain = {
            "measure_id": "OWN-1",
            "span": Span(date(2027, 1, 1), None),
            "powertrains": frozenset(),
            "forms": frozenset({"CBU", "CKD", "LOCAL"}),
            "condition": None,
        }
        rule = replace(base, **plain | fields)
        # Approvals of models (test_homologation.py) are left out: what is tested here is the rule alone.
        rules = replace(now.rulebook, non_tariff=(*now.rulebook.non_tariff, rule), homologation=())
        return replace(now, rulebook=rules)

    return ruled


def bars(costing, now, market, line=None, model="compact", year=YEAR):
    carmaker = costing.carmaker
    supply = Supply(carmaker.lines.get(line), carmaker.models[model], market, "", year, now)
    return [bar for bar in lane_cost(costing, supply) if bar.is_rule]


def kept(costing, now, market, form, model="compact"):
    offer = next(o for o in costing.carmaker.offers if (o.market, o.model_id) == (market, model))
    return kept_share(costing, now.rulebook, offer, YEAR, form)


# --- costs ---------------------------------------------------------------------------------------------------------------


def test_a_cost_per_car_is_a_bar_that_cites_its_rule(costing, ruled, now):
    asked = ruled(importer="GBR", effect="COST_PER_CAR", amount=100.0, currency="GBP", title="a charge")
    (bar,) = bars(costing, asked, "GBR")
    assert (bar.key, bar.rests_on) == ("rule_cost", "OWN-1 a charge")
    assert bar.amount == pytest.approx(100.0 * costing.dollars["GBP"])
    assert bars(costing, asked, "TUR") == bars(costing, now, "GBR") == []


@pytest.mark.parametrize(
    ("scope", "meets"),
    [
        ({}, True),
        ({"importer": "EU27"}, True),
        ({"powertrains": frozenset({"PHEV"})}, False),
        ({"forms": frozenset({"LOCAL"})}, False),
        ({"bars": frozenset({"JPN"})}, False),
        ({"made_in": frozenset({"JPN"})}, False),
        ({"not_made_in": frozenset({"CHN"})}, False),
        ({"span": Span(None, date(2029, 12, 31))}, False),
        ({"status": "PROPOSED"}, False),
        ({"acts": False}, False),
        ({"condition": parse("power_kw > 1")}, True),
        ({"condition": parse("power_kw < 1")}, False),
        ({"condition": parse("battery_kwh > 50")}, True),
        ({"condition": parse('model == "compact"')}, True),
        ({"condition": parse("retail_price > 20000")}, True),
    ],
)
def test_a_rule_meets_the_cars_it_names(costing, ruled, scope, meets):
    rule = {"importer": "DEU", "effect": "COST_PER_CAR", "amount": 100.0, "currency": "EUR"}
    assert bool(bars(costing, ruled(**rule | scope), "DEU")) is meets


# --- the buyer's price ---------------------------------------------------------------------------------------------------


def test_a_grant_for_cars_made_there_lets_the_maker_keep_more(costing, ruled):
    asked = ruled(importer="DEU", effect="PRICE_SUBSIDY", amount=3000.0, currency="EUR", made_in=frozenset({"EU27"}))
    (bar,) = bars(costing, asked, "DEU", line="szeged")
    gained = 3000.0 * costing.dollars["EUR"] * kept(costing, asked, "DEU", "LOCAL")
    assert (bar.key, bar.amount) == ("rule_price", pytest.approx(-gained))
    assert bars(costing, asked, "DEU") == []


def test_a_grant_that_prices_were_met_beside_moves_nothing_until_it_ends(costing, ruled):
    rule = {"importer": "DEU", "effect": "PRICE_SUBSIDY", "amount": 3000.0, "currency": "EUR"}
    assert bars(costing, ruled(**rule, span=Span(date(2020, 1, 1), None)), "DEU") == []
    ended = ruled(**rule, span=Span(date(2020, 1, 1), date(2028, 12, 31)))
    (bar,) = bars(costing, ended, "DEU")
    assert bar.amount == pytest.approx(3000.0 * costing.dollars["EUR"] * kept(costing, ended, "DEU", "CBU"))


def test_a_levy_on_the_price_is_part_of_what_the_buyer_pays(costing, ruled):
    asked = ruled(importer="DEU", effect="PRICE_TAX", amount=500.0, currency="EUR", span=Span(None, None))
    (bar,) = bars(costing, asked, "DEU")
    assert bar.amount == pytest.approx(500.0 * costing.dollars["EUR"] * kept(costing, asked, "DEU", "CBU"))


def test_a_missing_fact_never_wins_a_grant(costing, ruled):
    rule = {"importer": "DEU", "effect": "PRICE_SUBSIDY", "amount": 3000.0, "currency": "EUR"}
    assert bars(costing, ruled(**rule, condition=parse("battery_kwh > 50")), "DEU") == []


def test_thailand_pays_its_grant_to_a_maker_who_declares_what_it_asks(costing, now):
    declared = {"THA": {"programme.THA_EV35": True, "battery_kwh": 55.0}}
    claimed = replace(costing, carmaker=replace(costing.carmaker, declared=declared))
    line = next(
        name for name, line in costing.carmaker.lines.items() if line.place == "THA" and "compact" in line.models
    )
    assert bars(costing, now, "THA", line, year=2027) == []
    measures = {bar.rests_on.split(" ")[0]: bar.amount for bar in bars(claimed, now, "THA", line, year=2027)}
    assert measures["NTM-110-2025"] > 0 > measures["NTM-110-2026"], (
        "the grant of the base year is gone, that of 2027 is there"
    )
    assert -measures["NTM-110-2026"] == pytest.approx(measures["NTM-110-2025"] * 50_000 / 75_000)
    ended = {bar.rests_on.split(" ")[0] for bar in bars(claimed, now, "THA", line, year=2029)}
    assert ended == {"NTM-110-2025"}


def test_margins_follow_a_rule_that_an_event_lifts(ready, costing, ruled):
    rules = ruled(importer="DEU", effect="COST_PER_CAR", amount=100.0, currency="EUR").rulebook.non_tariff
    asked = replace(ready.rulebook, non_tariff=rules)
    plain = ready.evaluation.prospect
    charged = evaluate(ready.grown, costing, asked, ready.study.events).prospect.arcs
    fell = plain.arcs.margin - charged.margin
    german = [plain.labels.market[plain.labels.cell[cell][0]] == "DEU" for cell in charged.cell]
    assert ((fell > 0) == (charged.allowed & german)).all()
    lifted = amend(asked, [(Amendment("lift", "DEU", "end", measure_id="OWN-1"), date(2027, 1, 1))])
    freed = evaluate(ready.grown, costing, lifted, ready.study.events).prospect.arcs
    assert (freed.margin == plain.arcs.margin).all()


# --- what is forbidden -----------------------------------------------------------------------------------------------------


def test_america_bars_chinese_makers_wherever_they_build(costing, now):
    compact = costing.carmaker.models["compact"]
    assert barred(costing, now, None, compact, "USA", YEAR)
    japanese = replace(costing, carmaker=replace(costing.carmaker, nationality="JPN"))
    assert not barred(japanese, now, None, compact, "USA", YEAR)


def test_europe_ships_no_cars_to_russia(costing, now):
    compact, szeged = costing.carmaker.models["compact"], costing.carmaker.lines["szeged"]
    assert barred(costing, now, szeged, compact, "RUS", YEAR)
    assert not barred(costing, now, None, compact, "RUS", YEAR)


def test_lifting_all_prohibitions_leaves_other_rules(now, ruled):
    asked = ruled(importer="USA", effect="COST_PER_CAR", amount=1.0, currency="USD")
    lifted = amend(asked.rulebook, [(Amendment("lift", "USA", "peace"), date(2028, 1, 1))])
    running = [
        r.effect for r in lifted.non_tariff if r.importer == "USA" and r.acts and r.span.covers(date(YEAR, 1, 1))
    ]
    assert running == ["COST_PER_CAR"]


@pytest.mark.parametrize(
    ("sides", "market", "shut"),
    [
        (set(), "GBR", False),
        ({"LHD"}, "GBR", True),
        ({"RHD"}, "GBR", False),
        ({"LHD", "RHD"}, "GBR", False),
        ({"RHD"}, "DEU", True),
        ({"LHD"}, "DEU", False),
        ({"LHD"}, "IRL", True),
        ({"RHD"}, "IRL", False),
        ({"LHD"}, "NPL", False),
    ],
)
def test_the_steering_wheel_gates_a_lane_where_the_case_says_its_side(costing, now, sides, market, shut):
    model = replace(costing.carmaker.models["compact"], driver_sides=frozenset(sides))
    assert barred(costing, now, None, model, market, YEAR) is shut


def test_irelands_side_is_not_its_unions(now):
    assert driver_side(now.rulebook, "IRL", "EU27", date(YEAR, 1, 1)) == "RHD"
    assert driver_side(now.rulebook, "DEU", "EU27", date(YEAR, 1, 1)) == "LHD"


# --- waiting ---------------------------------------------------------------------------------------------------------------


def new_market(costing):
    return next(market for market, channel in costing.carmaker.channels.items() if not channel.entered)


@pytest.mark.parametrize(("months", "years"), [(1.0, 1), (12.0, 1), (13.0, 2), (0.0, 0)])
def test_a_delay_lengthens_the_entry_of_a_market(costing, ruled, months, years):
    market = new_market(costing)
    asked = ruled(importer=market, effect="DELAYS", amount=months, currency="", span=Span(None, None))
    waits = with_waiting(costing, asked.rulebook).carmaker
    assert waits.channels[market].entry_lead == costing.carmaker.channels[market].entry_lead + years
    others = {m: c for m, c in waits.channels.items() if m != market}
    assert others == {m: c for m, c in costing.carmaker.channels.items() if m != market}
    assert waits.lines == costing.carmaker.lines


def test_a_delay_of_local_cars_lengthens_the_lead_of_lines_not_begun(costing, ruled):
    asked = ruled(
        importer="TUR", effect="DELAYS", amount=6.0, currency="", span=Span(None, None), forms=frozenset({"LOCAL"})
    )
    waits = with_waiting(costing, asked.rulebook).carmaker
    longer = {name for name, line in waits.lines.items() if line.lead > costing.carmaker.lines[name].lead}
    assert longer == {name for name, line in costing.carmaker.lines.items() if line.place == "TUR"} != set()
    assert waits.channels == costing.carmaker.channels


def test_what_is_paid_once_is_paid_on_entry_and_once(costing, ruled):
    market = new_market(costing)
    asked = ruled(importer=market, effect="ONE_OFF_COST", amount=1e6, currency="EUR", span=Span(None, None))
    paid = with_waiting(costing, asked.rulebook).carmaker.channels[market].entry_cost
    assert paid == pytest.approx(costing.carmaker.channels[market].entry_cost + 1e6 * costing.dollars["EUR"])


def test_law_as_packaged_adds_no_wait_of_its_own(costing, now):
    assert with_waiting(costing, replace(now.rulebook, homologation=())) == costing


# --- what is shown ---------------------------------------------------------------------------------------------------------


def test_every_rule_acts_is_worked_out_elsewhere_or_is_shown(now):
    for rule in now.rulebook.non_tariff:
        assert rule.acts + bool(rule.worked_out_in) + is_shown_only(rule) == 1, rule.measure_id
        assert not rule.acts or rule.effect in ACTING


def test_what_another_table_works_out_stands_there(now):
    for rule in now.rulebook.non_tariff:
        if rule.worked_out_in == "taxes":
            members = {m for m, _ in now.rulebook.blocs.get(rule.importer, ())} | {rule.importer}
            assert members & now.rulebook.taxes.keys(), rule.measure_id
        if rule.worked_out_in == "measures":
            assert rule.importer in now.rulebook.measures, rule.measure_id


def test_the_playbook_counts_what_it_only_shows(ready):
    rules = cover.other_rules(ready.study, ready.rulebook)
    shown = [rule for rule in rules if rule.standing == "shown"]
    assert rules[: len(shown)] == tuple(shown)
    (said,) = [s for s in cover.warnings(ready.study, ready.outlook, rules) if s.key == "warn.shown_not_modelled"]
    places = ready.study.world.gazetteer.places
    home = places[ready.study.carmaker.home.place].name
    theirs = [rule for rule in shown if [market.en for market in rule.markets] != [home]]
    assert said.terms["count"].value == len(theirs) > 0
    assert said.terms["markets"].value == len({market for rule in theirs for market in rule.markets})
    (ours,) = [s for s in cover.warnings(ready.study, ready.outlook, rules) if s.key == "warn.home_not_modelled"]
    assert ours.terms["count"].value == len(shown) - len(theirs) > 0
    names = {places[market].name for market in ready.study.carmaker.channels}
    assert {market.en for rule in rules for market in rule.markets} == names | {home}
    assert {"NTM-129", "NTM-206"} <= {rule.measure for rule in shown}, "export licences, approval of plants abroad"
    assert not any(rule.measure == "NTM-041" for rule in rules), "it ended before the horizon begins"


def test_the_rules_of_a_country_are_told_with_those_of_its_union():
    told = rs.other_rules("France", "2026-07-01")
    assert {rule.importer for rule in told} == {"FRA", "EU27"}
    by_id = {rule.measure: rule for rule in told}
    assert by_id["NTM-049"].standing == "worked out elsewhere"
    assert by_id["NTM-050"].standing == "shown, not modelled"
    british = {rule.measure: rule for rule in rs.other_rules("GBR", date(2026, 7, 1))}
    grant = british["NTM-051"]
    assert (grant.standing, grant.effect, grant.amount, grant.currency) == ("acts", "PRICE_SUBSIDY", 3750.0, "GBP")
    assert grant.cited.title
    assert "NTM-051" not in {rule.measure for rule in rs.other_rules("GBR", "2025-01-01")}


@pytest.mark.parametrize(("asked", "code"), [(("Atlantis",), "RS-W301"), (("FRA", "yesterday"), "RS-L213")])
def test_a_question_nobody_can_answer_is_refused(asked, code):
    with pytest.raises(RoadsteadError) as caught:
        rs.other_rules(*asked)
    assert [fault.code for fault in caught.value.faults] == [code]


def test_a_grant_of_the_market_is_met_by_the_market_only(costing, now, ruled):
    asked = ruled(importer="GBR", effect="COST_PER_CAR", amount=1.0, currency="GBP")
    car = as_law_sees(costing, None, costing.carmaker.models["compact"], "DEU", YEAR)
    assert not list(met(asked.rulebook, car, date(YEAR, 7, 1), frozenset({"COST_PER_CAR"})))
