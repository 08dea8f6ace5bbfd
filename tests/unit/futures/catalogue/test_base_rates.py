"""Base rates by hand: what is counted, in how much time, and how little it may tell."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from roadstead.futures.catalogue.base_rates import base_rate, interval, rate_interval, share_interval
from roadstead.futures.catalogue.counting import BaseClass, Counted, Ground, Tally, years
from roadstead.futures.catalogue.past import COUNTED
from roadstead.futures.catalogue.past_law import duty_paths
from roadstead.terms.errors import RoadsteadError
from roadstead.terms.evidence import Confidence, Evidence
from roadstead.terms.placing import Place
from roadstead.terms.tables import Row
from roadstead.trade import rulebook
from roadstead.trade.amendment import Amendment, amend
from roadstead.trade.law import AS_OF, Span
from roadstead.trade.non_tariff import NonTariff
from roadstead.world import reference

UNTIL = date(2025, 12, 31)


def episode(name, kind, began, ended=None, record="", place="EGY"):
    values = {
        "episode": name, "kind": kind, "title": name, "place": place, "began": began, "ended": ended,
        "recovered": None, "record": record, "url": "",
        "source": "a book", "as_of": "2025", "confidence": "low", "note": "",
    }  # fmt: skip
    return Row(values, Place("episodes.csv"), 2, {})


def row(**values):
    evidence = {"source": "a book", "as_of": "2025", "confidence": "low", "note": ""}
    return Row(evidence | values, Place("made.csv"), 2, {})


def base(counts, **fields):
    plain = BaseClass("made", "made", "虚构", counts, (), (), 2015, 0.02, "made")
    return replace(plain, **fields)


@pytest.fixture(scope="module")
def world():
    return reference.load()


@pytest.fixture(scope="module")
def bare(world):
    """The packaged law without any measure that adds to, limits or bars a car, and without rules beside duties."""
    book = rulebook.load(UNTIL)
    measures = {
        place: tuple(m for m in rows if m.kind in {"MFN", "PREFERENTIAL"} and m.span.last is None)
        for place, rows in book.measures.items()
    }
    return replace(book, measures=measures, non_tariff=())


def ground(book, world, episodes=(), until=UNTIL):
    return Ground(book, world, tuple(episodes), "CHN", until)


def counted(tally):
    return [(one.place, one.day) for one in tally.counted]


# --- Intervals


def test_no_event_is_not_no_chance():
    tally = Tally((), {"A": 20.0}, "market-years")
    chance, low, high = interval(tally)
    assert chance == 0.0
    assert 0.0 < low < high == pytest.approx(1 - math.exp(-stats.gamma.ppf(0.9, 0.5) / 20.0))


def test_four_in_forty_years():
    chance, low, high = interval(
        Tally((Counted("A", UNTIL, "", (), (), UNTIL),) * 4, {"A": 30.0, "B": 10.0}, "market-years")
    )
    assert chance == pytest.approx(1 - math.exp(-0.1))
    assert low == pytest.approx(1 - math.exp(-stats.gamma.ppf(0.1, 4.5) / 40))
    assert high == pytest.approx(1 - math.exp(-stats.gamma.ppf(0.9, 4.5) / 40))


def test_five_of_seven_occasions():
    chance, low, high = interval(Tally((Counted("A", UNTIL, "", (), (), UNTIL),) * 5, {"A": 7.0}, "occasions"))
    assert chance == pytest.approx(5 / 7)
    assert (low, high) == pytest.approx((stats.beta.ppf(0.1, 5.5, 2.5), stats.beta.ppf(0.9, 5.5, 2.5)))


@given(st.integers(0, 40), st.floats(20.0, 500.0))
def test_an_interval_holds_what_was_counted(count, exposure):
    low, high = rate_interval(count, exposure)
    assert 0.0 <= low < high <= 1.0
    if count:
        assert low < 1 - math.exp(-count / exposure) < high
    wider = rate_interval(count, exposure / 2)
    assert wider[1] > high


@given(st.integers(0, 30), st.integers(0, 30))
def test_an_interval_of_occasions_holds_the_share(kept, ended):
    if kept + ended == 0:
        return
    low, high = share_interval(kept, kept + ended)
    assert 0.0 <= low < high <= 1.0
    if kept and ended:
        assert low < kept / (kept + ended) < high


def test_years_count_both_ends():
    assert years(date(2015, 1, 1), date(2015, 12, 31)) == pytest.approx(365 / 365.25)
    assert years(date(2015, 1, 2), date(2015, 1, 1)) == 0.0


# --- Law, by hand


def test_a_rise_counts_once_a_year_and_market(bare, world):
    ten = Amendment("add", "EU27", "ten", origins=frozenset({"CHN"}), rate=0.10)
    twenty = Amendment("add", "EU27", "twenty", origins=frozenset({"CHN"}), rate=0.20)
    book = amend(
        bare, [(ten, date(2019, 3, 1)), (twenty, date(2019, 9, 1)), (replace(ten, name="again"), date(2021, 1, 1))]
    )
    made = ground(_as_law(book), world)
    tally = COUNTED["duty_rise"](made, base("duty_rise", places=("EU27",)))
    assert counted(tally) == [("EU27", date(2019, 3, 1)), ("EU27", date(2021, 1, 1))]
    assert tally.exposure == pytest.approx(11.0, abs=0.01)
    path = duty_paths(made)["EU27", "BEV"]
    assert list(dict.fromkeys(round(stand.duty, 3) for stand in path)) == [0.1, 0.2, 0.4, 0.5]
    assert path[-1].added == pytest.approx(0.4)


def test_a_rise_below_the_step_does_not_count(bare, world):
    one = Amendment("add", "EU27", "one", origins=frozenset({"CHN"}), rate=0.01)
    made = ground(_as_law(amend(bare, [(one, date(2019, 3, 1))])), world)
    assert counted(COUNTED["duty_rise"](made, base("duty_rise", places=("EU27",)))) == []


def test_phases_of_one_decree_count_once(bare, world):
    steps = [(0.10, date(2019, 1, 1)), (0.20, date(2020, 1, 1)), (0.30, date(2021, 1, 1))]
    book = bare
    for rate, day in steps:
        change = Amendment("add", "EU27", f"step{day.year}", origins=frozenset({"CHN"}), rate=rate, title="decree 1")
        book = amend(book, [(change, day)])
    made = ground(_as_law(book), world)
    tally = COUNTED["duty_rise"](made, base("duty_rise", places=("EU27",)))
    assert counted(tally) == [("EU27", date(2019, 1, 1))]


def test_a_duty_by_name_is_followed_by_another(bare, world):
    changes = [
        (Amendment("add", "USA", "first", origins=frozenset({"CHN"}), rate=0.25), date(2018, 7, 1)),
        (Amendment("add", "CAN", "second", origins=frozenset({"CHN"}), rate=0.25), date(2019, 7, 1)),
        (Amendment("add", "BRA", "all", rate=0.25), date(2019, 7, 1)),
        (Amendment("add", "TUR", "late", origins=frozenset({"CHN"}), rate=0.25), date(2023, 7, 1)),
    ]
    made = ground(_as_law(amend(bare, changes)), world)
    places = ("USA", "CAN", "BRA", "TUR")
    aimed = COUNTED["duty_aimed"](made, base("duty_aimed", places=places))
    assert sorted(counted(aimed)) == [("CAN", date(2019, 7, 1)), ("TUR", date(2023, 7, 1)), ("USA", date(2018, 7, 1))]
    after = COUNTED["aimed_after"](made, base("aimed_after", places=places))
    quiet = COUNTED["aimed_quiet"](made, base("aimed_quiet", places=places))
    assert counted(after) == [("CAN", date(2019, 7, 1))]
    assert {place for place, _ in counted(quiet)} == {"USA", "TUR"}
    assert after.exposure + quiet.exposure == pytest.approx(4 * 11.0, abs=0.01)
    # After 2018 and 2019: USA in 2020-21, CAN in 2019-20; BRA and TUR in 2019-21. After 2023: three others in 2024-25.
    assert after.exposure == pytest.approx(2 + 2 + 3 + 3 + 3 * 2, abs=0.02)


def test_a_limited_duty_that_goes_on_and_one_that_ends(bare, world):
    kept = Amendment("add", "USA", "kept", origins=frozenset({"CHN"}), rate=0.20)
    next_ = Amendment("add", "USA", "next", origins=frozenset({"CHN"}), rate=0.10)
    gone = Amendment("add", "CAN", "gone", origins=frozenset({"CHN"}), rate=0.20)
    book = _as_law(amend(bare, [(kept, date(2019, 1, 1)), (next_, date(2021, 1, 1)), (gone, date(2019, 1, 1))]))
    book = _ended(_ended(book, "kept", date(2020, 12, 31)), "gone", date(2020, 12, 31))
    made = ground(book, world)
    tally = COUNTED["added_kept"](made, base("added_kept", places=("USA", "CAN")))
    assert counted(tally) == [("USA", date(2020, 12, 31))]
    assert tally.exposure == 2.0
    lifted = COUNTED["added_lifted"](made, base("added_lifted", places=("USA", "CAN"), step=0.15))
    assert counted(lifted) == [("CAN", date(2021, 1, 1))]
    assert lifted.at_risk["CAN"] == pytest.approx(2.0, abs=0.01)
    assert lifted.at_risk["USA"] == pytest.approx(7.0, abs=0.01)


def test_rules_begin_and_prohibitions_are_lifted(bare, world):
    book = replace(
        bare,
        non_tariff=(
            _rule("A", "USA", "BAN", "FORBIDS", date(2020, 1, 1), date(2021, 12, 31)),
            _rule("B", "USA", "BAN", "FORBIDS", date(2022, 1, 1), None),
            _rule("C", "USA", "TAX", "PRICE_TAX", date(2022, 1, 1), None),
            _rule("D", "CHN", "BAN", "FORBIDS", date(2015, 1, 1), None),
        ),
    )
    made = ground(book, world)
    begun = COUNTED["rule_begun"](made, base("rule_begun", of=("BAN",)))
    assert counted(begun) == [("USA", date(2020, 1, 1)), ("USA", date(2022, 1, 1))]
    lifted = COUNTED["rule_lifted"](made, base("rule_lifted", of=("BAN",)))
    assert counted(lifted) == [("USA", date(2021, 12, 31))]
    assert lifted.at_risk["USA"] == pytest.approx(2.0 + 4.0, abs=0.01)


def _as_law(book):
    """What was added for the test as law of its own day, so that the count takes it for the past."""
    return replace(
        book,
        measures={
            place: tuple(replace(m, status="IN_FORCE") if m.status == "FUTURE" else m for m in rows)
            for place, rows in book.measures.items()
        },
    )


def _ended(book, name, last):
    return replace(
        book,
        measures={
            place: tuple(
                replace(m, span=Span(m.span.first, last)) if m.measure_id.startswith(name) else m for m in rows
            )
            for place, rows in book.measures.items()
        },
    )


def _rule(name, importer, category, effect, first, last):
    return NonTariff(
        measure_id=name, importer=importer, category=category, title=name, printed="", effect=effect, acts=True,
        worked_out_in="", outward=False, amount=None, currency="", bars=frozenset(), made_in=frozenset(),
        not_made_in=frozenset(), powertrains=frozenset(), forms=frozenset(), condition=None, condition_text="",
        driver_side="", status="IN_FORCE", span=Span(first, last),
        evidence=Evidence("a book", "2025", Confidence.LOW),
    )  # fmt: skip


# --- Facts, by hand


def with_table(world, name, rows):
    return replace(world, tables={**world.tables, name: tuple(rows)})


def test_a_route_closes_and_opens(bare, world):
    closings = [
        episode("first", "ROUTE_CLOSED", date(1956, 1, 1), date(1956, 12, 31)),
        episode("second", "ROUTE_CLOSED", date(2024, 1, 1)),
        episode("early", "ROUTE_CLOSED", date(1940, 1, 1), date(1941, 1, 1)),
    ]
    made = ground(bare, world, closings)
    shut = COUNTED["route_closed"](made, base("route_closed", since=1950))
    opened = COUNTED["route_opened"](made, base("route_opened", since=1950))
    assert (len(shut.counted), len(opened.counted)) == (2, 1)
    assert opened.exposure == pytest.approx(1.0 + 2.0, abs=0.01)
    assert shut.exposure == pytest.approx(76 - 3.0, abs=0.01)


def test_a_plant_is_lost_while_others_run(bare, world):
    plants = [
        row(record="P1", kind="CN_PLANT", company="A", host="RUS", site="x", announced="", start="2016-01-01",
            status="operating", status_as_of="2025", year=""),
        row(record="P2", kind="TRANSPLANT", company="B", host="RUS", site="y", announced="", start="2011-01-01",
            status="", status_as_of="", year=""),
        row(record="P3", kind="CN_PLANT", company="C", host="RUS", site="z", announced="2024-01-01", start="2026-01-01",
            status="planned", status_as_of="2025", year=""),
    ]  # fmt: skip
    lost = [episode("gone", "PLANT_LOST", date(2021, 1, 1), record="P2", place="RUS")]
    made = ground(bare, with_table(world, "precedents", plants), lost)
    tally = COUNTED["plant_lost"](made, base("plant_lost", since=1981))
    assert counted(tally) == [("RUS", date(2021, 1, 1))]
    assert tally.exposure == pytest.approx(10.0 + 10.0, abs=0.02)


def test_a_plant_waits_and_is_refused(bare, world):
    def plant(name, announced, start, status, status_as_of):
        return row(
            record=name, kind="CN_PLANT", company=name, host="IND", site="x", announced=announced, start=start,
            status=status, status_as_of=status_as_of, year="",
        )  # fmt: skip

    plants = [
        plant("built", "2020-01-01", "2022-01-01", "operating", "2025"),
        plant("refused", "2023-01-01", "", "refused by the ministry", "2024-01-01"),
        plant("waits", "2024-01-01", "", "announced", "2025"),
        plant("undated", "", "", "refused", "2024-01-01"),
    ]
    made = ground(bare, with_table(world, "precedents", plants))
    tally = COUNTED["plant_refused"](made, base("plant_refused"))
    assert [one.rows for one in tally.counted] == [("refused",)]
    assert tally.exposure == pytest.approx(2.0 + 1.0 + 2.0, abs=0.02)
    opened = COUNTED["plant_opened"](made, base("plant_opened", places=("IND",), since=2021))
    assert counted(opened) == [("IND", date(2022, 1, 1))]
    assert opened.exposure == pytest.approx(5.0, abs=0.01)


def test_a_restraint_ends(bare, world):
    def limit(name, host, year, unit="cars"):
        return row(record=name, kind="VER_QUOTA", host=host, year=year, unit=unit)

    rows = [
        limit("A1", "USA", "1981"),
        limit("A2", "USA", "1990"),
        limit("A3", "USA", "1991", "abolished"),
        limit("B1", "FRA", "1977-1992"),
        limit("C1", "ESP", "to 1992"),
        limit("D1", "world", "1980"),
    ]
    made = ground(bare, with_table(world, "precedents", rows))
    tally = COUNTED["restraint_ended"](made, base("restraint_ended", since=1950))
    assert tally.at_risk == {"USA": 10.0, "FRA": 16.0}
    assert {one.place for one in tally.counted} == {"USA", "FRA"}


def test_support_ends_once_a_year_and_country(bare, world):
    def step(name, place, day, kind="subsidy_end", direction=-1):
        return row(step=name, place=place, takes_effect=day, kind=kind, direction=direction)

    rows = [
        step("a", "DEU", date(2023, 1, 1)),
        step("b", "DEU", date(2023, 9, 1)),
        step("c", "DEU", date(2024, 1, 1), direction=1),
        step("d", "DEU", date(2024, 1, 1), kind="mandate"),
        step("e", "NOR", date(2023, 1, 1)),
    ]
    made = ground(bare, with_table(world, "policy_steps", rows))
    tally = COUNTED["support_ended"](made, base("support_ended", of=("subsidy_end",), places=("large",)))
    assert counted(tally) == [("DEU", date(2023, 1, 1))]
    assert "NOR" not in tally.at_risk


def test_an_income_falls_in_dollars(bare, world):
    rows = [
        row(place="BRA", year=2014 + i, population=2e8, gdp_per_head=income)
        for i, income in enumerate((100, 80, 82, None, 60))
    ]
    made = ground(bare, with_table(world, "incomes", rows))
    tally = COUNTED["income_fall"](made, base("income_fall", since=2010, step=0.2))
    assert counted(tally) == [("BRA", date(2015, 12, 31))]
    assert tally.exposure == 2.0


# --- The packaged past


@pytest.fixture(scope="module")
def packaged(world):
    from roadstead.futures.catalogue import catalogue

    found = catalogue.load(world.gazetteer, world.sources)
    return found, Ground(rulebook.load(AS_OF), world, found.episodes, "CHN", AS_OF)


def test_large_markets_as_law_has_them(packaged):
    found, made = packaged
    rate = base_rate(made, found.classes["duty_up_large"])
    assert ("EU27", date(2024, 7, 5)) in [(one.place, one.day) for one in rate.counted]
    assert ("CAN", date(2024, 10, 1)) in [(one.place, one.day) for one in rate.counted]
    # Brazil's way to 35 % is one decree of 2023.
    assert [one.day.year for one in rate.counted if one.place == "BRA"] == [2024]
    assert rate.low < rate.chance < rate.high
    assert rate.exposure == pytest.approx(11 * 11.5, abs=0.1)


def test_every_counted_row_is_in_the_tables_and_cites_its_source(packaged, world):
    found, made = packaged
    known = {m.measure_id for m in made.rulebook.every_measure()} | {r.measure_id for r in made.rulebook.non_tariff}
    known |= {r["record"] for r in world.tables["precedents"]} | {r["step"] for r in world.tables["policy_steps"]}
    known |= {r["episode"] for r in found.episodes} | {
        f"incomes {r['place']} {r['year']}" for r in world.tables["incomes"]
    }
    for klass in found.classes.values():
        for one in base_rate(made, klass).counted:
            assert one.rows
            assert set(one.rows) <= known, (klass.base, one)


def test_nothing_later_than_the_day_is_counted(world):
    from roadstead.futures.catalogue import catalogue

    found = catalogue.load(world.gazetteer, world.sources)
    day = date(2020, 6, 30)
    made = Ground(rulebook.load(day), world, found.episodes, "CHN", day)
    for klass in found.classes.values():
        if klass.since <= 2018:
            assert all(one.day <= day for one in COUNTED[klass.counts](made, klass).counted), klass.base


def test_a_class_that_counts_nothing_is_refused(packaged):
    found, made = packaged
    nowhere = replace(found.classes["plant_lost_rus"], places=("NOR",))
    with pytest.raises(RoadsteadError) as caught:
        base_rate(made, nowhere)
    assert [fault.code for fault in caught.value.faults] == ["RS-F543"]
