"""Watching a run: what later law and facts make of its triggers."""

from __future__ import annotations

import csv
import shutil
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest
from worked_out_once import Once

from roadstead.playbook.book import Sentence
from roadstead.playbook.signs_book import Condition
from roadstead.study import observing
from roadstead.study.kept_book import read_book, write_book
from roadstead.study.store import BOOK
from roadstead.study.watch import watch
from roadstead.terms.errors import RoadsteadError
from roadstead.trade import rulebook
from roadstead.trade.rulebook import data_folder
from roadstead.world import reference

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from roadstead.playbook.signs_book import Signpost
    from roadstead.study.study import Ready
    from roadstead.study.watch import Watched

LATER = date(2028, 3, 1)
ONCE = Once()


@pytest.fixture(autouse=True)
def taken_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The run is as it was; law and facts of later days are read anew."""
    ONCE.stands_in(monkeypatch)


def standing(found: Watched) -> dict[str, str]:
    return {one.event_id: one.seen.status for one in found.events}


def measures(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def written(folder: Path, rows: list[dict[str, str]], table: str = "measures") -> Path:
    """A folder of tables with these rows in one of them."""
    folder.mkdir(exist_ok=True)
    columns = list(dict.fromkeys(name for row in rows for name in row))
    with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return folder


def in_force(stored: Path, importer: str, kind: str) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Rows in force of one kind, the case's own before packaged ones, and the case's own rows that are none of them."""
    own = measures(stored / "inputs" / "rules" / "measures.csv")
    ids = {row["measure"] for row in own}
    every = [*own, *(row for row in measures(data_folder() / "measures.csv") if row["measure"] not in ids)]
    mine = [r for r in every if (r["importer"], r["kind"], r["status"]) == (importer, kind, "IN_FORCE")]
    assert mine
    return mine, [row for row in own if row not in mine]


def prolonged(stored: Path, on: str) -> list[dict[str, str]]:
    """The EU's countervailing duty for another five years, made public on a day."""
    rows, others = in_force(stored, "EU27", "COUNTERVAILING")
    again = [
        {
            **row,
            "measure": f"{row['measure']}-AGAIN",
            "effective_from": "2029-10-30",
            "effective_to": "",
            "published_on": on,
        }
        for row in rows
    ]
    return [*others, *again]


def turkish(stored: Path, change: Callable[[dict[str, str]], dict[str, str]]) -> list[dict[str, str]]:
    """The rules of the case with Türkiye's additional duty changed."""
    rows, others = in_force(stored, "TUR", "SURTAX")
    return [*others, *({**row, **change(row)} for row in rows)]


def halved(row: dict[str, str]) -> dict[str, str]:
    half = {name: f"{float(row[name]) / 2:g}" for name in ("rate", "specific") if row.get(name)}
    return {**half, "published_on": "2028-01-10"}


def test_nothing_new_on_the_day_itself(stored: Path):
    found = watch(stored, date(2026, 7, 2))
    assert (found.since, found.as_of) == (date(2026, 7, 2), date(2026, 7, 2))
    assert set(standing(found).values()) <= {"not yet", "unseen"}
    assert standing(found)["eu_duty_prolonged"] == "not yet"
    assert standing(found)["demand_fast"] == "unseen"
    [sign] = found.signs
    assert sign.status == "unseen"
    assert sign.days_left == (date(sign.signpost.year, 1, 1) - date(2026, 7, 2)).days


def test_a_rule_published_later_fires_its_event_from_that_day_on(stored: Path, tmp_path: Path):
    """Made up: in May 2029 the EU prolongs its duty. The day before, nothing can be seen of it."""
    rules = written(tmp_path / "rules", prolonged(stored, "2029-05-02"))
    before = watch(stored, date(2029, 5, 1), rules=rules)
    assert standing(before)["eu_duty_prolonged"] == "not yet"
    assert not before.events[0].seen.sources
    after = watch(stored, date(2029, 5, 2), rules=rules)
    assert after.df["status"].to_list() == [one.seen.status for one in after.events]
    assert "events have fired" in after._repr_html_()
    assert standing(after)["eu_duty_prolonged"] == "fired"
    assert standing(after)["eu_price_deal"] == "not yet"
    [seen] = [one.seen for one in after.events if one.event_id == "eu_duty_prolonged"]
    assert seen.value == pytest.approx(1.0)
    assert seen.sources
    assert all("-AGAIN, known from 2029-05-02: " in source for source in seen.sources)
    by_itself = watch(stored, rules=rules)  # the day of the newest rule that is not packaged
    assert by_itself.as_of == date(2029, 5, 2)
    assert standing(by_itself) == standing(after)


def test_a_rule_that_goes_fires_its_event(stored: Path, tmp_path: Path):
    """Made up: in 2028 Türkiye lets its additional duty end before 2032."""
    ended = turkish(stored, lambda _: {"effective_to": "2031-12-31", "published_on": "2028-02-01"})
    found = watch(stored, LATER, rules=written(tmp_path / "rules", ended))
    assert [event for event, status in standing(found).items() if status == "fired"] == ["turkey_relents"]


def test_half_of_a_duty_gone_is_near(stored: Path, tmp_path: Path):
    found = watch(stored, LATER, rules=written(tmp_path / "rules", turkish(stored, halved)))
    [seen] = [one.seen for one in found.events if one.event_id == "turkey_relents"]
    assert seen.status == "near"
    assert seen.value == pytest.approx(0.5, abs=0.2)


def test_a_day_before_the_case_is_refused(stored: Path):
    with pytest.raises(RoadsteadError) as caught:
        watch(stored, date(2025, 1, 1))
    assert [fault.code for fault in caught.value.faults] == ["RS-S720"]


def test_folders_that_are_none_are_refused(stored: Path, tmp_path: Path):
    with pytest.raises(RoadsteadError) as caught:
        watch(stored, LATER, rules=tmp_path / "no", world=tmp_path / "neither")
    assert [fault.code for fault in caught.value.faults] == ["RS-S721", "RS-S721"]
    with pytest.raises(RoadsteadError) as caught:
        watch(tmp_path)
    assert [fault.code for fault in caught.value.faults] == ["RS-S703"]


def share(market: str, threshold: float, year: int, *, above: bool = True) -> Condition:
    return Condition("share", market, above, threshold, year, Sentence("sign.share", {}))


def newer(ready: Ready, as_of: date, world: Path | None = None) -> observing.Newer:
    return observing.newer(ready, as_of, rulebook.load(as_of), reference.load(world))


def test_slow_and_fast_are_what_the_case_says_where_its_paths_no_longer_do(starter_ready: Ready):
    """As on a tree on which an event of demand was made certain."""
    study = starter_ready.study
    stated = replace(study, tree=replace(study.tree, shares={"slow": 0.2, "fast": 0.3}))  # type: ignore[call-arg]
    found = observing.slow_and_fast(replace(starter_ready, study=stated))
    assert found["slow"].mean() == pytest.approx(0.2, abs=0.01)
    assert found["fast"].mean() == pytest.approx(0.3, abs=0.01)


def test_a_share_decides_in_its_year(starter_ready: Ready, tmp_path: Path):
    """Made up: 41 % in the United Kingdom in 2028, out in February 2029."""
    rows = [row for row in measures(reference.data_folder() / "nev.csv") if row["place"] == "GBR"]
    written(tmp_path, [{**rows[-1], "year": "2028", "nev_share": "0.41", "as_of": "2029-02-01"}], "nev")
    before = observing.share_seen(newer(starter_ready, date(2029, 1, 15), tmp_path), share("GBR", 0.4, 2028))
    assert before.status == "unseen"
    assert before.year < 2028
    now = newer(starter_ready, date(2029, 3, 1), tmp_path)
    seen = observing.share_seen(now, share("GBR", 0.4, 2028))
    assert (seen.status, seen.value, seen.year) == ("fired", 0.41, 2028)
    assert seen.sources[0].endswith("2029-02-01")
    assert observing.share_seen(now, share("GBR", 0.42, 2028)).status == "near"
    assert observing.share_seen(now, share("GBR", 0.5, 2028)).status == "not yet"
    assert observing.share_seen(now, share("GBR", 0.4, 2028, above=False)).status == "near"
    assert observing.share_seen(now, share("GBR", 0.3, 2032)).status == "unseen"


def test_a_duty_is_unseen_until_law_moves_it(starter_ready: Ready, stored: Path, tmp_path: Path):
    """Türkiye's duties on the first model in 2032, as the case knew them; and where the additional duty ends before."""
    offer = next(o for o in starter_ready.study.carmaker.offers if o.market == "TUR")

    def condition(threshold: float) -> Condition:
        return Condition("duty", f"TUR {offer.model_id}", False, threshold, 2032, Sentence("sign.duty", {}))

    same = observing.duty_seen(newer(starter_ready, LATER), condition(0.3))
    assert same.status == "unseen"
    assert same.value is not None
    assert observing.duty_seen(newer(starter_ready, date(2032, 2, 1)), condition(same.value + 0.1)).status == "fired"
    assert observing.duty_seen(newer(starter_ready, date(2032, 2, 1)), condition(same.value - 0.1)).status == "not yet"
    ended = turkish(stored, lambda _: {"effective_to": "2031-12-31", "published_on": "2028-02-01"})
    law = rulebook.load(LATER, written(tmp_path / "rules", ended))
    moved = observing.duty_seen(
        observing.newer(starter_ready, LATER, law, reference.load()), condition(same.value - 0.05)
    )
    assert moved.status == "fired"
    assert moved.value is not None
    assert moved.value < same.value
    assert moved.sources


def test_the_size_of_a_market_is_looked_up(starter_ready: Ready):
    """New cars in Germany, as the newest year that was out by then counts them."""
    now = newer(starter_ready, LATER)
    last = now.world.markets["DEU"].sales[-1]

    def seen(threshold: float, *, above: bool = True, year: int = last.year) -> observing.Observation:
        condition = Condition("size", "DEU", above, threshold, year, Sentence("sign.size", {}))
        return observing.size_seen(now, condition)

    assert (seen(0.9 * last.value).value, seen(0.9 * last.value).year) == (last.value, last.year)
    assert seen(0.9 * last.value).status == "fired"
    assert seen(1.01 * last.value).status == "near"
    assert seen(1.1 * last.value).status == "not yet"
    assert seen(1.1 * last.value, above=False).status == "fired"
    assert seen(0.9 * last.value, year=2032).status == "unseen"


def test_what_is_watched_are_the_signs_that_the_playbook_tells(stored: Path, tmp_path: Path):
    """A run whose rehearsal chose others: of an event at any level, of what no table tells, and none at all.

    Where nobody knows what pays the playbook says no more than that no sign holds, and nothing has fired.
    """
    folder = tmp_path / "run"
    shutil.copytree(stored, folder)
    book = read_book(folder / BOOK)
    [first] = book.signposts
    assert first.tried is not None

    def one(*conditions: Condition, always: bool = False) -> Signpost:
        assert first.tried is not None
        return replace(first, conditions=conditions, chosen_on="paths", tried=replace(first.tried, always=always))

    said = Sentence("sign.untold", {})
    event = Condition("event", "eu_duty_prolonged", True, 0.5, 2029, said)
    battery = Condition("battery", "", False, 0.9, 2029, said)
    unknown = Condition("event", "no_event_of_this_case", True, 0.5, 2029, said)
    untold = replace(first, conditions=(), tried=replace(first.tried, lost=None, blind=None, always=True))
    chosen = (one(event), one(event, battery), one(unknown), one(always=True), one(always=False), untold)
    write_book(folder / BOOK, replace(book, signposts=chosen))
    rules = written(tmp_path / "rules", prolonged(stored, "2029-05-02"))
    found = watch(folder, date(2029, 5, 2), rules=rules)
    assert tuple(sign.signpost for sign in found.signs) == chosen
    assert [sign.status for sign in found.signs] == ["fired", "unseen", "unseen", "fired", "not yet", "unseen"]
    assert [len(sign.seen) for sign in found.signs] == [1, 2, 1, 0, 0, 0]
