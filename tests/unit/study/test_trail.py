"""Trails: every key of a playbook is followed to its end, and what is at the end is the row it says it is."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from rehearsals import small_grown_case

from roadstead.footprint.certify import account
from roadstead.footprint.solve import Effort
from roadstead.playbook.book import Amount, Sentence
from roadstead.playbook.worth_book import Between, Valued, Worth
from roadstead.report.words import Words
from roadstead.study.checkpoint import Searches
from roadstead.study.foresight import why
from roadstead.study.kept import Kept, kept_book, take_up
from roadstead.study.progress import Quiet
from roadstead.study.silence import solver_silenced
from roadstead.study.spec import read_study
from roadstead.study.store import BOOK
from roadstead.study.study import prepare, read_back, settle
from roadstead.study.trail import shown
from roadstead.study.trail.ground import Ground
from roadstead.study.trail.shown import with_trails
from roadstead.study.trail.steps import step, summed
from roadstead.study.trail.why import listed, trail
from roadstead.terms.errors import RoadsteadError
from roadstead.terms.packaged import packaged_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from roadstead.playbook.trails_book import Root
    from roadstead.study.trail.steps import Step

BARE = {
    "trail.minus_standing", "trail.minus_without", "trail.rest", "trail.kind.margin", "trail.kind.price",
    "trail.kind.together", "trail.kind.open_sites", "trail.kind.steps_in_service", "trail.kind.sites", "trail.kind.steps",
    "trail.kind.salvage", "trail.sign.node", "trail.sign.misled", "trail.sign.half",
    "trail.asked_now", "trail.narrowed", "trail.by_the_mean", "trail.end.found", "trail.end.bound", "trail.end.plan",
    "trail.end.plan_bound", "trail.line.goods", "trail.line.first", "trail.since.grows", "trail.decided.enter",
    "trail.decided.site", "trail.decided.steps", "trail.decided.close",
}  # fmt: skip
"""Parts that lead no further: plans of their own, sums of what is small, NPV by kind, which is taken apart by node as well, nodes at
which nothing has come, and parts of a figure that itself names the rows of all of them."""


@pytest.fixture(scope="module")
def ground(stored: Path) -> Ground:
    with solver_silenced():
        return Ground(take_up(stored, Quiet()), kept_book(stored))


@pytest.fixture(scope="module")
def walked(ground: Ground) -> dict[str, Step]:
    """The trail of every key of the playbook, and of every key that is met on the way."""
    todo = [one.key for one in listed(ground)]
    names, found = list(todo), {}
    while todo:
        key = todo.pop()
        if key not in found:
            found[key] = trail(ground, key, names)
            todo += [part.key for part in parts(found[key]) if part.key]
    return found


def parts(one: Step) -> Iterator[Step]:
    for part in one.parts:
        yield part
        yield from parts(part)


def roots(one: Step) -> set[Root]:
    return {root for part in (one, *parts(one)) for root in part.rests_on}


def test_every_figure_is_the_playbooks_own(ground: Ground, walked: dict[str, Step]):
    known = list(listed(ground))
    kinds = {one.key.split("/")[0] for one in known}
    assert kinds >= {
        "npv", "added", "gap", "capital", "skip", "landed", "net", "duties", "cars", "size", "nev", "made", "chance",
        "future", "sign", "front", "mode", "total", "abroad", "since", "room", "decided", "reached", "later", "turn",
        "stated", "better", "worst", "regret", "sent", "line", "before", "demand", "band", "worth", "gain", "saving",
        "earned", "turned", "sold", "after", "capacity", "fall", "ahead",
    }  # fmt: skip
    for one in known:
        assert walked[one.key].amount.value == pytest.approx(one.amount.value, rel=1e-9, abs=1e-9), one.key
        assert walked[one.key].amount.kind == one.amount.kind


def test_every_trail_leads_on_or_ends_at_rows(walked: dict[str, Step]):
    assert len(walked) > 500
    for key, found in walked.items():
        for one in (found, *parts(found)):
            leads = one.parts or one.rests_on or (one.key and one.key != key) or one.what.key in BARE
            assert leads or one.how, f"{key}: {one.what.key}"


def test_parts_add_up_and_what_a_part_says_its_own_trail_says_too(walked: dict[str, Step]):
    for key, found in walked.items():
        if found.parts:
            total = sum(part.amount.value for part in found.parts)
            assert total == pytest.approx(found.amount.value, rel=1e-9, abs=1e-6), key
        for part in found.parts:
            kind = part.key.split("/")[0]
            same = kind == key.split("/")[0] == "npv" or kind in {"price", "net"}
            if part.key and same:
                assert walked[part.key].amount.value == pytest.approx(part.amount.value, rel=1e-9), part.key


def test_all_can_be_said_in_both_languages(walked: dict[str, Step]):
    for words in (Words("en", "USD"), Words("zh", "USD")):
        for found in walked.values():
            for one in (found, *parts(found)):
                assert words.say(one.what)
                assert one.how is None or words.say(one.how)


def test_npv_leads_through_a_year_to_a_lane_and_its_tariff(walked: dict[str, Step]):
    """The whole way: plan, node, year, lane, margin, landed cost, measure."""
    node = max((part for part in walked["npv"].parts), key=lambda part: part.amount.value)
    year = next(part for part in walked[node.key].parts if part.key)
    lane = next(part for part in walked[year.key].parts if part.key.startswith("margin/") and "/home/" in part.key)
    landed = next(part for part in walked[lane.key].parts if part.key.startswith("landed/"))
    assert walked[landed.key].amount.value == pytest.approx(-landed.amount.value)
    assert {root.table for root in roots(walked[landed.key])} >= {"models", "figures", "sea_distances", "measures"}


def test_the_rows_at_the_end_are_there(walked: dict[str, Step], stored: Path):
    """A place that is told holds the row: packaged law, and the case's own tables."""
    every = {root for found in walked.values() for root in roots(found)}
    law = {root for root in every if root.table in {"measures", "taxes"}}
    own = {root for root in every if root.table in {"models", "prices", "volumes", "mix"}}
    assert len(law) > 10
    assert len(own) > 10
    for root in law | own:
        folder = packaged_folder("trade") if root.at.startswith("packaged ") else stored / "inputs"
        name, line = root.at.removeprefix("packaged ").split(":")
        text = (folder / name).read_text(encoding="utf-8").splitlines()[int(line) - 1]
        assert text.startswith(f"{root.row.replace(' ', ',')},")
        assert root.source
        assert root.is_assumption or root.url.startswith("http")


def test_a_duty_that_an_event_prolongs_names_the_event(walked: dict[str, Step]):
    found = roots(walked["duties/DEU/2032"])
    assert {"eu_duty_prolonged", "EU27-028"} <= {root.row for root in found}


def test_worth_of_flexibility_is_its_problems_less_the_plan(ground: Ground):
    """Of every kind of answer; one narrowed to what must hold says so."""
    own, events = ground.reading.certificate.expected, tuple(ground.kept.ready.grown.events)[:2]
    leaves = tuple(one.leaf for one in ground.book.futures if one.key == "plan")
    chance = tuple(float(ground.chance[leaf]) for leaf in leaves)
    plan, what = Valued(1.0, own, own + 9.0), Sentence("worth.perfect", {})
    known = tuple(Valued(p, own + 100.0, own + 120.0, (leaf,)) for p, leaf in zip(chance, leaves, strict=True))
    halves = (
        Valued(sum(chance[:2]), own + 40.0, own + 60.0, leaves[:2]),
        Valued(sum(chance[2:]), own - 10.0, own, leaves[2:]),
    )
    held = (Valued(1.0, own - 30.0, own),)
    rows = (
        Worth("perfect", what, (), Between(100.0, 91.0, 120.0), solved=known, plan=plan),
        Worth("event", what, events, Between(15.0, 0.0, 20.0), solved=halves, plan=plan),
        Worth("mean", what, (), Between(30.0, 0.0, 39.0), solved=held, plan=plan),
        Worth("option", what, ("izmir",), Between(-35.0, -39.0, -5.0), 5.0, solved=held, plan=plan),
        Worth("module", what, ("izmir",), Between(0.0, 0.0, 5.0), solved=held, plan=plan),
        Worth("wait", what, (), Between(-30.0, -39.0, 0.0)),
        Worth("wait_one", what, ("enter DEU",), None, standing="no time"),
    )
    asked = Ground(ground.kept, replace(ground.book, flexibility=rows))
    told = {one.key: trail(asked, one.key, []) for one in listed(asked) if one.key.startswith("worth/")}
    whole = [key for key in told if not key.endswith(("/at_least", "/at_most"))]
    assert whole == [
        "worth/perfect",
        f"worth/event/{'+'.join(events)}",
        "worth/mean",
        "worth/option/izmir",
        "worth/module/izmir",
        "worth/wait",
    ]
    known = [row.worth for row in rows if row.worth]
    for key, worth in zip(whole, known, strict=True):
        ends = told[key].amount.value, told[f"{key}/at_least"].amount.value, told[f"{key}/at_most"].amount.value
        assert ends == (worth.value, worth.low, worth.high)
    bounds = told["worth/perfect/at_most"].parts
    assert bounds[0].amount.value == pytest.approx(sum(p * (own + 120.0) for p in chance))
    assert bounds[1].amount.value == -own
    for key, found in told.items():
        assert not found.parts or sum(part.amount.value for part in found.parts) == pytest.approx(
            found.amount.value, abs=1e-3
        ), key
    assert [part.key for part in told["worth/perfect"].parts] == [*(f"future/n{leaf}" for leaf in leaves), "npv"]
    assert {root.row for root in told[f"worth/event/{'+'.join(events)}"].rests_on} == set(events)
    assert {"flexibility.site_right", "flexibility.site_sooner"} <= {
        root.row for root in told["worth/option/izmir"].rests_on
    }
    assert told["worth/module/izmir"].parts[-1].what.key == "trail.narrowed"
    assert told["worth/wait"].how is not None
    assert told["worth/wait"].how.key == "trail.how.worth_unkept"


def test_the_year_of_another_mode_leads_to_its_decision_and_its_lead(ground: Ground, walked: dict[str, Step]):
    """From the timeline's date to the node it was decided at, the years it takes, and the money it commits."""
    first = ground.reading.tree.first_year
    dated = {key: found for key, found in walked.items() if key.startswith("since/") and found.amount.value > first}
    led = {key: found for key, found in dated.items() if found.parts and found.parts[0].key}
    assert led
    for key, found in led.items():
        assert sum(part.amount.value for part in found.parts) == int(key.rpartition("/")[2])
        assert found.parts[0].key.startswith("decided/")
        assert {root.table for part in found.parts for root in part.rests_on} <= {"lines", "figures"}
        money = walked[found.parts[0].key]
        assert money.rests_on
        assert money.amount.value == pytest.approx(sum(part.amount.value for part in money.parts))


def test_a_front_is_the_cars_of_its_markets_and_a_precedent_its_two_rows(ground: Ground, walked: dict[str, Step]):
    own = next(row for row in ground.book.fronts if row.key == "2032")
    assert walked["front/overseas/2032"].amount.value == pytest.approx(own.overseas)
    assert walked["front/nev/2032"].amount.value == pytest.approx(own.nev)
    japan = walked["front/overseas/JPN"]
    made, exported = (float(one.says[1].split()[1].replace(",", "")) for one in japan.rests_on)
    assert japan.amount.value == pytest.approx(made / (made + exported), rel=1e-5)
    assert all(root.source and root.table == "overseas_production" for root in japan.rests_on)


def test_a_gain_leads_through_its_lanes_to_both_margins(ground: Ground, walked: dict[str, Step]):
    """From the sentence of a reason to what a car leaves from the line and from home, and on to their landed costs."""
    found = walked["gain/izmir/2032"]
    lane = walked[max(found.parts, key=lambda part: part.amount.value).key]
    here, home = (walked[part.key] for part in lane.parts)
    assert lane.amount.value == pytest.approx(here.amount.value - home.amount.value)
    assert "/izmir/" in here.key
    assert "/home/" in home.key
    assert found.amount.value == pytest.approx(sum(part.amount.value for part in found.parts))
    (saving,) = (walked[key] for key in walked if key.startswith("saving/") and "/izmir/" in key)
    assert [part.key.split("/")[0] for part in saving.parts] == ["landed", "landed"]
    earned = walked["earned/GBR/2032"]
    for part in earned.parts:
        for node in walked[part.key].parts:
            assert walked[node.key].key.startswith("margin/")


def test_what_a_turn_moves_leads_to_nodes_and_to_cars(ground: Ground, walked: dict[str, Step]):
    """NPV to what each node is worth from there on, down to its last; sales to markets, and these to cars in a node."""
    turns = [key for key in walked if key.startswith("turned/")]
    assert turns
    for key in turns:
        assert {part.key.split("/")[0] for part in walked[key].parts} == {"after"}
        for part in walked[key].parts:
            own, *follow = walked[part.key].parts
            n = int(part.key.partition("/n")[2])
            assert own.amount.value * ground.chance[n] == pytest.approx(walked[own.key].amount.value)
            later = sum(walked[one.key].amount.value * _chance(ground, one.key, n) for one in follow)
            assert walked[part.key].amount.value == pytest.approx(own.amount.value + later)
    sold = [key for key in walked if key.startswith("sold/") and key.count("/") == 1]
    assert sold
    for key in sold:
        for market in walked[key].parts:
            for year in walked[market.key].parts:
                assert walked[year.key].key.startswith("cars/")


def _chance(ground: Ground, key: str, before: int) -> float:
    return float(ground.chance[int(key.partition("/n")[2])] / ground.chance[before])


def test_room_that_is_decided_leads_to_the_row_of_its_step(ground: Ground, walked: dict[str, Step]):
    found = walked["capacity/open/izmir/n0"]
    assert found.amount.value == 40_000.0
    assert {root.table for root in found.rests_on} == {"lines"}
    assert any(said.startswith("module_size 40,000") for root in found.rests_on for said in root.says)


def test_parts_sent_lead_to_lines_and_what_their_models_cost_at_home(walked: dict[str, Step]):
    for goods, tables in (("cars", {"models"}), ("inputs", {"models"})):
        whole = walked[f"sent/{goods}/2036"]
        country = walked[max(whole.parts, key=lambda part: part.amount.value).key]
        assert tables <= {root.table for part in country.parts for root in part.rests_on}


def test_a_threshold_lies_halfway_between_two_futures(ground: Ground, walked: dict[str, Step]):
    told = [found for key, found in walked.items() if "/threshold" in key]
    for found in told:
        low, high = (2.0 * part.amount.value for part in found.parts)
        assert low < found.amount.value < high
    signs = {key for key in walked if key.startswith("sign/")}
    assert len(signs) >= sum(2 + bool(one.tried and one.tried.lost) for one in ground.book.signposts if one.conditions)


def test_an_account_is_the_certificate_taken_apart(ground: Ground):
    reading = ground.reading
    found = account(reading.tree, ground.prospect, reading.plan)
    by_node = sum(part.sum(1) for part in (found.sites, found.steps, found.closing, found.scrap, found.salvage))
    np.add.at(by_node, ground.prospect.node_years.node, found.by_year)
    assert by_node == pytest.approx(reading.certificate.by_node, rel=1e-12)
    assert (found.sites <= 0.0).all()
    assert (found.steps_in_service <= 0.0).all()


@pytest.mark.parametrize(
    ("key", "says"),
    [
        ("landd/DEU/city/home/2032", "did you mean `landed/DEU/city/home/2032`"),
        ("landed/DEU/cty/home/2032", "did you mean `city`?"),
        ("landed/DEU/city/izmr/2032", "did you mean `izmir`?"),
        ("landed/DEU/city/home/1999", "a year from 2027 to 2036"),
        ("landed/DEU/city/home/2032@n0", "one of @n3"),
        ("cars/GER/2032", "did you mean"),
        ("npv/standng", "did you mean `standing`?"),
        ("npv/n9/2032", "one of"),
        ("skip/open/izmr", "did you mean `open/izmir`?"),
        ("made/izmr/2032", "did you mean `izmir`?"),
        ("chance/eu_relents", "did you mean `turkey_relents`?"),
        ("landed", "`roadstead why "),
        ("", "`roadstead why "),
    ],
)  # fmt: skip
def test_a_wrong_key_is_answered_with_the_nearest(ground: Ground, key: str, says: str):
    with pytest.raises(RoadsteadError) as caught:
        trail(ground, key, [one.key for one in listed(ground)])
    (fault,) = caught.value.faults
    assert (fault.code, fault.where) == ("RS-S791", key)
    assert says in fault.expected


def test_parts_that_do_not_add_up_are_refused():
    what = Sentence("trail.npv", {})
    with pytest.raises(RoadsteadError) as caught:
        summed(step(what, 3.0, "money", key="npv"), [step(what, 1.0, "money"), step(what, 1.9, "money")])
    assert [fault.code for fault in caught.value.faults] == ["RS-S792"]


def test_a_book_that_says_something_else_is_refused(stored: Path, tmp_path: Path):
    shutil.copytree(stored, tmp_path / "run")
    book = tmp_path / "run" / BOOK
    sales = kept_book(stored).markets[0]
    text = book.read_text(encoding="utf-8")
    book.write_text(
        text.replace(f'"sales": {sales.sales!r}', f'"sales": {sales.sales + 1000.0!r}', 1), encoding="utf-8"
    )
    assert book.read_text(encoding="utf-8") != text
    assert why(tmp_path / "run", f"size/{sales.key}").trail is not None
    with pytest.raises(RoadsteadError) as caught:
        why(tmp_path / "run", f"cars/{sales.key}")
    assert [fault.code for fault in caught.value.faults] == ["RS-S792"]


def test_of_a_grown_tree_it_says_how_costs_were_drawn(tmp_path: Path, stored: Path):
    small_grown_case(tmp_path / "case")
    with solver_silenced():
        study = read_study(tmp_path / "case")
        settled = settle(study, prepare(study, Quiet()), Effort(gap=0.5, seconds=60.0, workers=1), Quiet(), Searches())
    reading = read_back(study, settled.ready, settled.solved)
    kept = Kept(tmp_path, {"result": {"standing": None}}, settled.ready, reading)
    ground = Ground(kept, kept_book(stored))
    year = int(reading.tree.last_year)
    found = roots(trail(ground, f"landed/DEU/city/home/{year}", []))
    assert ground.now(ground.node_year("", str(year))).freight != 1.0
    assert {root.row for root in found if root.table == "economy"} >= {"charter_spread"}
    npv = trail(ground, "npv", [])
    assert npv.amount.value == pytest.approx(reading.certificate.expected)


def test_a_playbook_carries_the_trails_of_all_its_figures(starter_run):
    book = with_trails(starter_run).book
    found = book.trails
    told = {one.figure.key: one for one in found.figures}
    assert {"npv", "npv/kinds", "added", "gap", "capital", "npv/n0"} <= told.keys()
    assert {f"landed/{lane.key}" for lane in book.waterfalls} <= told.keys()
    assert {f"cars/{row.key}" for row in book.markets} <= told.keys()
    assert {f"skip/{row.key}" for row in book.do_now} <= told.keys()
    plan = next(row for row in book.comparisons if row.key == "plan")
    assert told["npv"].figure.amount.value == pytest.approx(plan.npv)
    assert sum(part.amount.value for part in told["npv"].parts) == pytest.approx(plan.npv)
    assert len(set(found.rows)) == len(found.rows) > 50
    numbers = {i for one in found.figures for part in (one.figure, *one.parts) for i in part.rests_on}
    assert numbers == set(range(len(found.rows)))


def test_where_not_all_are_told_reasons_of_first_decisions_are(starter_run, monkeypatch: pytest.MonkeyPatch):
    """However few a page has room for."""
    terms = (said for entry in starter_run.book.do_now for said in entry.why.terms.values())
    first = {said.key for said in terms if isinstance(said, Amount) and said.key}
    monkeypatch.setattr(shown, "MOST", len(first))
    told = with_trails(starter_run).book.trails
    assert {one.figure.key for one in told.figures} == first
