"""The catalogue of events: whole, grounded, playable, and open to a user's own rows; what does not fit is told."""

from __future__ import annotations

import csv
import math
import re
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from roadstead.futures.catalogue import catalogue
from roadstead.futures.catalogue.base_rates import base_rate
from roadstead.futures.catalogue.catalogue import chance_by, find
from roadstead.futures.catalogue.counting import Ground
from roadstead.futures.catalogue.foresight import event_chances
from roadstead.futures.catalogue.playing import play
from roadstead.futures.catalogue.tables import ALL, INFLUENCES, KINDS
from roadstead.futures.paths.policy_paths import policy_levels
from roadstead.terms.errors import RoadsteadError
from roadstead.terms.evidence import ASSUMPTION
from roadstead.trade import rulebook
from roadstead.trade.amendment import amend
from roadstead.trade.duty import Shipment, barring, settle
from roadstead.trade.law import AS_OF
from roadstead.world import reference

ROW_ID = re.compile(r"\b(?:NTM-\d{3}|H-\d{3}|K\d{3}|(?:[A-Z]{3}|EU27|EAEU)-\d{3}|[A-Z]{2}-[A-Z]{3,}-(?:\d{4}|END))\b")
MARKETS = {
    "USA",
    "EU27",
    "GBR",
    "JPN",
    "IND",
    "BRA",
    "MEX",
    "TUR",
    "RUS",
    "THA",
    "IDN",
    "SAU",
    "ZAF",
    "CAN",
    "AUS",
    "KOR",
    "CHN",
}


@pytest.fixture(scope="module")
def world():
    return reference.load()


@pytest.fixture(scope="module")
def packaged(world):
    return catalogue.load(world.gazetteer, world.sources)


@pytest.fixture(scope="module")
def book():
    return rulebook.load(AS_OF)


def rows_of(schema_name):
    return catalogue.packaged(next(schema for schema in ALL if schema.name == schema_name))


# --- The packaged catalogue


def test_it_covers_every_large_market_and_every_kind(packaged):
    events = packaged.events.values()
    assert len(events) >= 25
    assert set().union(*(event.markets for event in events)) >= MARKETS
    assert {event.kind for event in events} == set(KINDS)
    assert {i.kind for event in events for i in event.hazard.influences} <= set(INFLUENCES)


def test_every_event_is_grounded(packaged):
    for event in packaged.events.values():
        about = {cited.about for cited in event.evidence}
        assert "chance" in about, event.event_id
        assert math.isinf(event.hazard.lasts) or "lasts" in about, event.event_id
        assert len(event.degrees) == 1 or "levels" in about, event.event_id
        assert all(cited.text for cited in event.evidence)
        assert all(cited.source == ASSUMPTION or cited.url or cited.about == "lasts" for cited in event.evidence), event
        assert event.why
        assert re.search(r"[\u4e00-\u9fff]", event.title_zh + event.why_zh)
        assert event.played or "shown, not played by itself" in event.would_change
    titles = [event.title for event in packaged.events.values()]
    assert len(titles) == len(set(titles))


def test_a_base_stands_beside_nearly_every_chance(packaged):
    without = [event.event_id for event in packaged.events.values() if not event.base]
    assert without == ["charter_peak", "cars_cheap"]
    assert {event.base for event in packaged.events.values() if event.base} <= set(packaged.classes)


def test_rows_named_in_words_exist(world, book):
    known = {m.measure_id for m in book.every_measure()} | {r.measure_id for r in book.non_tariff}
    known |= {r["record"] for r in world.tables["precedents"]} | {r["step"] for r in world.tables["policy_steps"]}
    known |= {r["fact"] for r in world.tables["costs"]}
    named: set[str] = set()
    for schema in ALL:
        for row in catalogue.packaged(schema):
            for value in row.values.values():
                named |= set(ROW_ID.findall(value)) if isinstance(value, str) else set()
    assert len(named) > 40
    assert named - known == set()


def test_sources_that_are_no_titles_are_known(world):
    """An id of sources.csv ends in four letters or digits after a dash and holds no blank."""
    for name in ("event_evidence", "event_influences", "episodes"):
        for row in rows_of(name):
            source = row.evidence.source_id
            assert source == ASSUMPTION or " " in source or source in world.sources, source


def test_each_event_plays_into_the_rulebook_or_is_new_law(packaged, book):
    played = [event for event in packaged.events.values() if event.played]
    assert len(played) == 42
    for event in played:
        day = date(next(year for year, value in event.hazard.yearly if value > 0), 1, 1)
        for degree in event.degrees:
            one = play(event, degree.level.level_id)
            assert one.amendments or one.content or one.least_prices or one.demand or one.route or one.shifts
            for amendment in one.amendments:
                changed = amend(book, [(amendment, day)])
                before, after = book.measures.get(amendment.importer, ()), changed.measures.get(amendment.importer, ())
                elsewhere = changed.non_tariff != book.non_tariff or changed.taxes != book.taxes
                assert before != after or elsewhere, event.event_id
                if amendment.action == "add":
                    assert len(after) == len(before) + 1


KOREAN, GERMAN = {"origin": "KOR"}, {"origin": "DEU"}
IN_QUOTA = {"in_quota": True}


@pytest.mark.parametrize(
    ("event", "level", "importer", "powertrain", "rate", "changes"),
    [
        ("mex_relents", "twenty", "MEX", "BEV", 0.20, {}),
        ("zaf_raises", "only", "ZAF", "BEV", 0.50, {}),
        ("sau_duty", "fifteen", "SAU", "ICE", 0.15, {}),
        ("eu_hybrids_duty", "thirty_five", "EU27", "PHEV", 0.45, {}),
        ("gbr_duty", "twenty", "GBR", "BEV", 0.30, {}),
        ("tur_ends_surtax", "only", "TUR", "BEV", 0.10, {}),
        ("tur_raises", "ten", "TUR", "BEV", 0.625, {}),
        ("tha_duty", "ten", "THA", "BEV", 0.90, {}),
        ("kor_defence", "ten", "KOR", "BEV", 0.18, {}),
        ("bra_defence", "twenty", "BRA", "PHEV", 0.55, {}),
        ("bra_kits_relent", "only", "BRA", "BEV", 0.16, {"product": "KIT_CKD"}),
        ("us_232_ends", "only", "USA", "ICE", 0.275, {}),
        ("us_allies_25", "only", "USA", "ICE", 0.25, {**KOREAN, "qualifies.KORUS": True}),
        ("us_allies_25", "only", "USA", "ICE", 0.275, GERMAN),
        ("can_widens", "only", "CAN", "BEV", 0.061, {}),
        ("can_closes", "only", "CAN", "BEV", 1.061, IN_QUOTA),
        ("eaeu_duty", "twenty", "BLR", "ICE", 0.20, {}),
        ("eaeu_duty", "twenty_five", "KAZ", "BEV", 0.25, {}),
        ("ind_eu_deal", "only", "IND", "ICE", 0.35,
         {**GERMAN, **IN_QUOTA, "qualifies.EU-IND": True, "approved.INEU_MAKER": True}),
    ],
)  # fmt: skip
def test_what_an_event_does_to_the_duty(packaged, book, world, event, level, importer, powertrain, rate, changes):
    asked = {"origin": "CHN", "product": "CAR_CBU", "engine_cm3": 1500.0, "power_kw": 100.0} | changes
    origin, product = asked.pop("origin"), asked.pop("product")
    one = play(find(packaged, event), level)
    amended = amend(book, [(amendment, date(2027, 1, 1)) for amendment in one.amendments])
    car = Shipment(importer, origin, product, powertrain, "", date(2028, 1, 1), asked)
    before, after = (settle(rules, car, 20_000.0, world.dollars()) for rules in (book, amended))
    assert after.duty_rate(20_000.0) == pytest.approx(rate)
    assert before.duty_rate(20_000.0) != pytest.approx(rate)


def test_prohibitions_go_with_what_they_guarded(packaged, book):
    for event, importer in (("can_widens", "CAN"), ("mys_floor_lifted", "MYS")):
        facts = {"in_quota": False, "retail_price": 100_000.0, "power_kw": 100.0, "approved.MYS_BEFORE_2026": False}
        car = Shipment(importer, "CHN", "CAR_CBU", "BEV", "", date(2028, 1, 1), facts)
        amended = amend(book, [(amendment, date(2027, 1, 1)) for amendment in play(find(packaged, event)).amendments])
        assert barring(book, car)
        assert not barring(amended, car)


def test_whatever_is_in_force_together_plays_together(packaged, book):
    """Joint paths, as a plan would meet them: what is in force at a node, in the order in which it came."""
    years = np.arange(2027, 2039)
    levels = policy_levels(packaged.hazards, years, 7, 0, 60)
    events = list(packaged.events.values())
    played = 0
    for path in levels:
        since: dict[int, int] = {}
        for t, year in enumerate(years.tolist()):
            since = {e: since.get(e, year) for e in np.flatnonzero(path[t] >= 0).tolist()}
        changes = []
        for e, year in sorted(since.items(), key=lambda one: (one[1], one[0])):
            if events[e].played:
                one = play(events[e], events[e].degrees[path[-1, e]].level.level_id)
                changes += [(amendment, date(year, 1, 1)) for amendment in one.amendments]
        amend(book, changes)
        played += len(changes)
    assert played > 60


def test_the_european_duty_goes_on_where_it_is_prolonged(packaged, book, world):
    car = Shipment("EU27", "CHN", "CAR_CBU", "BEV", "BYD", date(2031, 1, 1))
    rates = []
    for event in ("eu_duty_prolonged", "eu_price_undertakings"):
        one = play(find(packaged, event))
        amended = amend(book, [(amendment, date(2029, 1, 1)) for amendment in one.amendments])
        rates.append(settle(amended, car, 20_000.0, world.dollars()).duty_rate(20_000.0))
    assert rates == pytest.approx([0.27, 0.10])
    assert play(find(packaged, "eu_price_undertakings"), "below").least_prices[0].share == 0.95


def test_an_event_that_is_shown_is_not_played(packaged):
    with pytest.raises(RoadsteadError, match="RS-F545"):
        play(find(packaged, "charter_peak"))
    with pytest.raises(RoadsteadError, match="it has no level `worst`"):
        play(find(packaged, "mex_relents"), "worst")
    with pytest.raises(RoadsteadError, match="RS-F541"):
        find(packaged, "eu_dutty")


def test_chances_by_year_multiply(packaged):
    suez = find(packaged, "suez_opens").hazard
    assert chance_by(suez, 2027, 2030) == pytest.approx(1 - 0.8**4)
    prolonged = find(packaged, "eu_duty_prolonged").hazard
    assert [chance_by(prolonged, 2027, year) for year in (2028, 2029, 2036)] == pytest.approx([0.0, 0.7, 0.7])
    hybrids = find(packaged, "eu_hybrids_duty").hazard
    assert chance_by(hybrids, 2027, 2030) == pytest.approx(1 - 0.91**2 * 0.94**2)
    cheap = find(packaged, "cars_cheap")
    assert "half of all paths have seen it by 2035" in cheap.why
    assert "53 % by 2035" in cheap.evidence[0].text
    assert chance_by(cheap.hazard, 2027, 2035) == pytest.approx(0.53, abs=0.005)


def test_a_certain_chance_stays_certain_unless_the_experts_rule_it_out(world, packaged, book):
    sure = find(packaged, "suez_opens")
    told = []
    for low in (0.5, 0.0):
        certain = replace(sure, hazard=replace(sure.hazard, yearly=((2027, 1.0),), low=low))
        ground = Ground(book, world, packaged.episodes, "CHN", AS_OF)
        found = event_chances(
            replace(packaged, events={**packaged.events, "suez_opens": certain}), ground, "suez_opens"
        )
        told.append(found.events[0].chance)
    assert told == [(1.0, 1.0, 1.0), (1.0, 0.0, 1.0)]


def test_influences_are_what_their_classes_count(world, packaged, book):
    """Imitation doubles the odds because it did: the note's figures are the classes' own."""
    ground = Ground(book, world, packaged.episodes, "CHN", AS_OF)
    after, quiet = (base_rate(ground, packaged.classes[name]).chance for name in ("aimed_after", "aimed_quiet"))
    note = next(r["note"] for r in rows_of("event_influences") if r["event"] == "gbr_duty")
    assert f"{100 * after:.1f} %" in note
    assert f"{100 * quiet:.1f} %" in note
    assert after / quiet == pytest.approx(2.2, abs=0.05)


# --- A user's own


TABLES = {schema.name: [c.name for c in schema.all_columns] for schema in ALL}
EVENT = {
    "event": "chl_duty", "title": "Chile puts a duty on Chinese cars", "title_zh": "智利对中国汽车加税", "markets": "CHL",
    "kind": "duty raised", "chances": "2028=0.03", "low": "0.5", "high": "3", "amount_is": "added duty", "played": "yes",
    "would_change": "added duty", "would_change_zh": "加征关税", "base": "duty_up_other", "why": "little to shelter",
    "why_zh": "产业少",
}  # fmt: skip
LEVELS = [
    {"event": "chl_duty", "level": "ten", "title": "ten", "title_zh": "十", "probability": "0.7", "amount": "0.10"},
    {
        "event": "chl_duty",
        "level": "twenty",
        "title": "twenty",
        "title_zh": "二十",
        "probability": "0.3",
        "amount": "0.20",
    },
]
CHANGE = {
    "event": "chl_duty",
    "place": "CHL",
    "action": "add",
    "origins": "CHN",
    "powertrains": "BEV",
    "products": "car",
}
GROUNDS = [
    {
        "event": "chl_duty",
        "about": about,
        "source": "assumption",
        "as_of": "2026",
        "confidence": "low",
        "note": "so I think",
    }
    for about in ("chance", "levels")
]


@pytest.fixture
def own(tmp_path, world):
    """Writes own tables and loads the catalogue with them."""

    def load(**tables):
        for name, rows in tables.items():
            with (tmp_path / f"{name}.csv").open("w", encoding="utf-8", newline="") as handle:
                writer = csv.DictWriter(handle, TABLES[name], restval="", lineterminator="\n")
                writer.writeheader()
                writer.writerows(rows)
        return catalogue.load(world.gazetteer, world.sources, tmp_path)

    return load


def whole(**changes):
    return {
        "events": [EVENT | changes.get("events", {})],
        "event_levels": changes.get("event_levels", LEVELS),
        "event_changes": [CHANGE | changes.get("event_changes", {})],
        "event_evidence": changes.get("event_evidence", GROUNDS),
    }


def faults(own, **tables):
    with pytest.raises(RoadsteadError) as caught:
        own(**tables)
    return [(fault.code, str(fault)) for fault in caught.value.faults]


def test_an_event_of_ones_own(own, packaged):
    found = own(**whole())
    assert set(found.events) == set(packaged.events) | {"chl_duty"}
    one = play(find(found, "chl_duty"))
    assert (one.amendments[0].importer, one.amendments[0].rate, one.amendments[0].origins) == ("CHL", 0.10, {"CHN"})
    assert one.amendments[0].products == {"CAR_CBU"}
    assert find(found, "suez_opens") == find(packaged, "suez_opens")


def test_a_row_takes_the_place_of_the_packaged_one(own, packaged):
    row = next(r for r in rows_of("events") if r["event"] == "zaf_raises")
    mine = {c: _written(row[c]) for c in TABLES["events"]} | {"chances": "2027=0.5"}
    found = own(events=[mine])
    assert find(found, "zaf_raises").hazard.yearly == ((2027, 0.5),)
    assert find(found, "zaf_raises").evidence == find(packaged, "zaf_raises").evidence


def test_an_event_may_be_left_out(own, packaged):
    row = next(r for r in rows_of("events") if r["event"] == "eu_hybrids_duty")
    mine = {c: _written(row[c]) for c in TABLES["events"]} | {"chances": ""}
    found = own(events=[mine])
    assert set(packaged.events) - set(found.events) == {"eu_hybrids_duty"}
    assert find(found, "gbr_duty").hazard.influences == ()


def test_own_levels_replace_those_of_the_event_alone(own, packaged):
    found = own(event_levels=[{"event": "mex_relents", "level": "zero", "title": "to nothing", "title_zh": "零",
                               "probability": "1", "amount": "0"}])  # fmt: skip
    assert [d.level.level_id for d in find(found, "mex_relents").degrees] == ["zero"]
    assert find(found, "bra_defence").degrees == find(packaged, "bra_defence").degrees


def _written(value):
    if value is None:
        return ""
    if isinstance(value, tuple):
        return "|".join(value)
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)


@pytest.mark.parametrize(
    ("tables", "where"),
    [
        (whole(events={"chances": "2028=1.5"}), "events.csv:2:10 (chances)"),
        (whole(events={"chances": "2028=0"}), "events.csv:2:10 (chances)"),
        (whole(events={"needs": "chl_duty"}), "events.csv:2:11 (needs)"),
        (whole(event_levels=LEVELS[:1]), "event_levels.csv:2:5 (probability)"),
    ],
)
def test_a_fault_of_a_hazard_stands_at_its_cell(own, tables, where):
    with pytest.raises(RoadsteadError) as caught:
        own(**tables)
    assert [fault.where.rpartition("/")[2] for fault in caught.value.faults] == [where]
    assert "`chl_duty`" in caught.value.faults[0].message


@pytest.mark.parametrize(
    ("tables", "code", "words"),
    [
        (whole(events={"chances": "2028=3 %"}), "RS-F542", "'2028=3 %' is no chance of a year"),
        (whole(events={"chances": "2028=1.5"}), "RS-F511", "a chance of 1.5 in 2028"),
        (whole(events={"chances": "2028=0"}), "RS-F516", "its chance is nothing in every year"),
        (whole(events={"chances": "2030=0.1|2028=0.2"}), "RS-F511", "chances from the years 2030, 2028"),
        (whole(events={"base": "duty_up_mars"}), "RS-F541", "there is no base class `duty_up_mars`"),
        (whole(events={"markets": "CHI"}), "RS-W301", "'CHI' is no country or bloc"),
        (whole(events={"needs": "nothing_such"}), "RS-F513", "it needs `nothing_such`"),
        (whole(events={"needs": "chl_duty"}), "RS-F514", "each needs the next"),
        (whole(events={"ends": "nothing_such"}), "RS-F541", "there is no event `nothing_such`"),
        (whole(events={"played": "no"}), "RS-F542", "has changes and is not played"),
        (whole(events={"amount_is": ""}), "RS-F542", "levels that mean nothing"),
        (whole(events={"lasts": "3"}), "RS-F544", "nothing stands behind `chl_duty`: lasts"),
        (whole(events={"low": "1.5"}), "RS-T110", "1.5 is too large"),
        (whole(events={"kind": "bad luck"}), "RS-T106", "'bad luck' is not known here"),
        (whole(event_levels=LEVELS[:1]), "RS-F512", "sum to 0.7"),
        (whole(event_levels=[LEVELS[0] | {"probability": "70"}]), "RS-T109", "looks like a percentage"),
        (whole(event_changes={"event": "nobody"}), "RS-F541", "there is no event `nobody`"),
        (whole(event_changes={"kind": "TOLL"}), "RS-F541", "there is no kind of measure `TOLL`"),
        (whole(event_changes={"products": "boat"}), "RS-F541", "there is no product `boat`"),
        (whole(event_changes={"place": "XXX"}), "RS-W301", "'XXX' is no country or bloc"),
        (whole(event_changes={"action": "least_price", "powertrains": ""}), "RS-F542", "a least price of no car"),
        (whole(event_changes={"action": "levy"}), "RS-F542", "`levy` of no money"),
        (whole(event_changes={"makers": "CHN"}), "RS-F542", "`add` holds for all makers"),
        (
            whole(event_changes={"action": "rivals_build", "powertrains": "BEV"}),
            "RS-F542",
            "`rivals_build` holds for all powertrains",
        ),
        (whole(event_changes={"level": "worst"}), "RS-F542", "`chl_duty` has no level `worst`"),
        (whole(event_changes={"condition": "horse_power > 5"}), "RS-L202", "'horse_power' is not a fact"),
        (whole(event_evidence=GROUNDS[1:]), "RS-F544", "nothing stands behind `chl_duty`: chance"),
        (whole(event_evidence=[GROUNDS[0] | {"note": ""}, GROUNDS[1]]), "RS-T111", "an assumption without reasoning"),
        (whole(event_evidence=[GROUNDS[0] | {"source": ""}, GROUNDS[1]]), "RS-T111", "no source is named"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_does_not_fit_is_told(own, tables, code, words):
    told = faults(own, **tables)
    assert any(found == code and words in text for found, text in told), told


def test_a_change_without_a_rate_or_levels(own):
    told = faults(own, **whole(event_levels=[]), event_influences=[])
    assert any(code == "RS-F542" and "without a rate" in text for code, text in told)


def test_an_influence_that_cannot_be(own):
    mine = {"event": "chl_duty", "cause": "nobody", "factor": "2", "years": "0", "kind": "imitation",
            "source": "assumption", "confidence": "low", "note": "so I think"}  # fmt: skip
    told = faults(own, **whole(), event_influences=[mine])
    assert any(code == "RS-F541" and "`nobody`" in text for code, text in told)
    told = faults(own, **whole(), event_influences=[mine | {"cause": "suez_opens", "factor": "-1"}])
    assert [code for code, _ in told] == ["RS-T110"]
    told = faults(own, **whole(), event_influences=[mine | {"cause": "suez_opens", "factor": "1"}])
    assert [code for code, _ in told] == ["RS-F516"]


def test_all_faults_at_once(own):
    told = faults(own, **whole(events={"base": "duty_up_mars", "markets": "CHI"}, event_changes={"kind": "TOLL"}))
    assert {code for code, _ in told} == {"RS-F541", "RS-W301"}
    assert len(told) == 3
