"""A finished run rehearsed: its plan as it stands, what came out in its folder, and nothing lost that was there."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import fastexcel
import numpy as np
import polars as pl
import pytest
from books import made_up_book
from rehearsals import small_grown_case
from worked_out_once import Once

from roadstead.footprint.solve import Effort
from roadstead.playbook.book import Amount, Name, Sentence
from roadstead.playbook.breaks import broken
from roadstead.playbook.observed import seen
from roadstead.playbook.rehearse import Rehearsed, mean
from roadstead.report.cell_keys import CELL_KEYS
from roadstead.report.cells import PlusMinus
from roadstead.report.html import page
from roadstead.report.rehearsal import breaks
from roadstead.report.rehearsal import rehearsal as outcomes_of
from roadstead.report.signs import fresh_signs, signposts
from roadstead.report.trails import Asked
from roadstead.report.words import Words
from roadstead.study import rehearsing
from roadstead.study.api import Planned
from roadstead.study.kept import kept_book, take_up
from roadstead.study.kept_book import read_book, write_book
from roadstead.study.progress import Quiet
from roadstead.study.rehearsing import Size, rehearse_folder, rehearse_planned
from roadstead.study.silence import solver_silenced
from roadstead.study.spec import read_study
from roadstead.study.store import store, verify
from roadstead.study.study import run
from roadstead.study.trail.ground import Ground
from roadstead.study.trail.why import listed, trail
from roadstead.terms.errors import RoadsteadError

if TYPE_CHECKING:
    from pathlib import Path

    from roadstead.playbook.book import Term
    from roadstead.study.rehearsing import Rehearsal
    from roadstead.study.study import Run

SIZE = {"paths": 6, "ahead": 2}
TOLD = {"playbook.html", "playbook.json", "playbook.xlsx", "playbook.pptx", "tables/signposts.parquet", "manifest.json"}
"""Files that tell a rehearsal and were there before."""
ADDED = {f"tables/rehearsal{part}.parquet" for part in ("", "_paths", "_breaks", "_signs")}


def manifest(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return found


def contents(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture(scope="module")
def grown_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The grown starter case, planned without asking what flexibility is worth."""
    folder = tmp_path_factory.mktemp("kept") / "case"
    small_grown_case(folder)
    with solver_silenced():
        return run(read_study(folder), effort=Effort(gap=0.05, seconds=60.0, workers=1), progress=Quiet())


@pytest.fixture(scope="module")
def bare(grown_run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its run folder, not rehearsed; a test that changes it changes a copy."""
    return store(grown_run, tmp_path_factory.mktemp("runs") / "bare", "zh")


@pytest.fixture(scope="module")
def found(bare: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Rehearsal]:
    """A copy that was rehearsed, and what came out."""
    folder = tmp_path_factory.mktemp("rehearsed") / "run"
    shutil.copytree(bare, folder)
    return folder, rehearse_folder(folder, workers=1, **SIZE)


@pytest.fixture(scope="module")
def once() -> Once:
    return Once()


@pytest.fixture
def evaluated_once(once: Once, monkeypatch: pytest.MonkeyPatch) -> None:
    """Inputs give what they gave before; the first rehearsal reads and evaluates its own, and so does the check that it holds."""
    once.stands_in(monkeypatch)


@pytest.fixture
def copy(bare: Path, tmp_path: Path, once: Once, monkeypatch: pytest.MonkeyPatch) -> Path:
    once.stands_in(monkeypatch)
    shutil.copytree(bare, tmp_path / "run")
    return tmp_path / "run"


def refused(folder: Path, **wanted: Any) -> str:
    """Code of the only fault; and nothing in the folder is another than before."""
    before = contents(folder)
    with pytest.raises(RoadsteadError) as caught:
        rehearse_folder(folder, workers=1, **SIZE | wanted)
    assert contents(folder) == before
    assert [path.name for path in folder.parent.iterdir()] == [folder.name], "nothing is left beside it"
    [fault] = caught.value.faults
    return fault.code


def test_only_what_tells_it_is_written(bare: Path, found: tuple[Path, Rehearsal]):
    folder, _ = found
    before, after = contents(bare), contents(folder)
    assert after.keys() - before.keys() == ADDED
    assert {name for name in before if before[name] != after[name]} == TOLD
    assert [path.name for path in folder.parent.iterdir()] == ["run"], "nothing is left beside it"


def test_the_run_still_holds(found: tuple[Path, Rehearsal]):
    folder, _ = found
    checked = verify(folder)
    assert checked.holds, checked.checks
    told = manifest(folder)
    assert told["files"].keys() == contents(folder).keys() - {"manifest.json"}
    assert (told["rehearsal"]["paths"], told["rehearsal"]["ahead"]) == (6, 2)


def test_the_plan_is_the_stored_one(grown_run: Run, found: tuple[Path, Rehearsal]):
    """The same as rehearsing the plan while it is in hand, where nothing has to be made again."""
    _, from_folder = found
    planned, at_once = rehearse_planned(Planned(grown_run, None), Size(**SIZE))
    assert at_once.on_tree == from_folder.on_tree == grown_run.solved.certificate.expected
    assert at_once.rehearsed.policies == from_folder.rehearsed.policies
    assert from_folder.rehearsed.npv == pytest.approx(at_once.rehearsed.npv, rel=1e-9)
    assert planned.run.book.rehearsal is not None
    assert planned.run.book.headline[-1].key == "headline.rehearsed"


def test_the_playbook_tells_it_in_the_language_of_the_run(found: tuple[Path, Rehearsal]):
    folder, rehearsal = found
    page = (folder / "playbook.html").read_text(encoding="utf-8")
    assert "我们可能错多少" in page
    assert "在6条新路径上" in page
    sheet = fastexcel.read_excel(folder / "playbook.xlsx").load_sheet("我们可能错多少").to_polars()
    assert sheet["均值 [USD]"].to_list() == pytest.approx([one.mean.value for one in rehearsal.outcomes])
    book = read_book(folder / "playbook.json")
    assert book.rehearsal == rehearsal.told
    assert book.cover.run == "bare", "the name it was written under"


def test_tables_hold_every_way_and_every_path(found: tuple[Path, Rehearsal]):
    folder, rehearsal = found
    ways = pl.read_parquet(folder / "tables" / "rehearsal.parquet")
    paths = pl.read_parquet(folder / "tables" / "rehearsal_paths.parquet")
    assert ways["key"].to_list() == list(rehearsal.rehearsed.policies)
    assert len(paths) == 6 * len(ways)
    assert paths["path"].unique().sort().to_list() == [rehearsal.first + i for i in range(6)]
    worth = pl.col("probability") * pl.col("npv")
    means = paths.group_by("key", maintain_order=True).agg(worth.sum())["probability"].to_list()
    assert means == pytest.approx(ways["mean"].to_list())
    assert ways["beats_exports"].null_count() == 1
    seen = paths.filter(pl.col("foresight").is_not_null())
    assert seen["path"].n_unique() == 2
    assert (seen["foresight"] <= seen["foresight_bound"] + 1e-3).all()


@pytest.mark.usefixtures("evaluated_once")
def test_a_second_rehearsal_asks_first(found: tuple[Path, Rehearsal], tmp_path: Path):
    folder = tmp_path / "run"
    shutil.copytree(found[0], folder)
    assert refused(folder) == "RS-S704"
    again = rehearse_folder(folder, paths=6, ahead=0, workers=1, replace=True)
    assert again.rehearsed.npv == pytest.approx(found[1].rehearsed.npv, rel=1e-9)
    assert verify(folder).holds
    assert manifest(folder)["rehearsal"]["ahead"] == 0
    book = read_book(folder / "playbook.json")
    assert [said.key for said in book.headline].count("headline.rehearsed") == 1
    assert pl.read_parquet(folder / "tables" / "rehearsal_paths.parquet")["foresight"].null_count() == 6 * len(
        again.outcomes
    )


@pytest.mark.parametrize("name", ["playbook.html", "plan/all.nd.parquet", "inputs/case.yaml"])
def test_what_somebody_changed_is_not_written_over(copy: Path, name: str):
    with (copy / name).open("ab") as file:
        file.write(b"\n")
    assert refused(copy) == "RS-S705"


def test_a_plan_of_another_problem_is_refused(copy: Path):
    """As where the program or the reference world has moved on: what is evaluated again is not what was planned for."""
    told = manifest(copy)
    (copy / "manifest.json").write_text(json.dumps(told | {"prospect_sha256": "0" * 64}), encoding="utf-8")
    assert refused(copy) == "RS-S705"


def test_a_plan_of_another_worth_is_refused(copy: Path):
    told = manifest(copy)
    told["result"]["npv"] *= 1.001
    (copy / "manifest.json").write_text(json.dumps(told), encoding="utf-8")
    assert refused(copy) == "RS-S705"


def test_a_run_whose_playbook_was_not_kept_is_refused(copy: Path):
    """As one written before playbooks were kept as data."""
    told = manifest(copy)
    del told["files"]["playbook.json"]
    (copy / "manifest.json").write_text(json.dumps(told), encoding="utf-8")
    (copy / "playbook.json").unlink()
    assert refused(copy) == "RS-S703"


def test_a_run_on_a_declared_tree_is_refused(stored: Path, tmp_path: Path):
    shutil.copytree(stored, tmp_path / "run")
    assert refused(tmp_path / "run") == "RS-S625"


def test_a_disk_that_is_full_leaves_the_run_as_it_was(copy: Path, monkeypatch: pytest.MonkeyPatch):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("roadstead.report.pages.write_pages", full)
    assert refused(copy, paths=2, ahead=0) == "RS-S702"
    assert verify(copy).holds


def test_whoever_ended_the_plan_early_waits_for_nothing_better(grown_run: Run, monkeypatch: pytest.MonkeyPatch):
    asked: list[Effort] = []

    def ways(*given: Any) -> Any:
        asked.append(given[-1])
        return genuine(*given)

    genuine = rehearsing.policies
    monkeypatch.setattr(rehearsing, "policies", ways)
    loose = replace(grown_run, effort=replace(grown_run.effort, gap=1e-9))

    class Ended(Quiet):
        def stopped(self) -> bool:
            return True

    rehearse_planned(Planned(loose, None), Size(1, 0), Ended())
    assert asked[0].gap == loose.solved.gap_reached > 1e-9


# A book as data.


def test_a_book_is_read_back_as_it_was(tmp_path: Path):
    book = made_up_book()
    odd = replace(book, cover=replace(book.cover, gap_value_added=float("inf")))
    for told in (book, odd):
        write_book(tmp_path / "book.json", told)
        assert read_book(tmp_path / "book.json") == told
    assert "Infinity" not in (tmp_path / "book.json").read_text(encoding="utf-8")


def test_the_book_of_a_real_plan_is_read_back_as_it_was(grown_run: Run, tmp_path: Path):
    write_book(tmp_path / "book.json", grown_run.book)
    again = read_book(tmp_path / "book.json")
    assert again == grown_run.book
    assert np.array_equal([one.npv for one in again.futures], [one.npv for one in grown_run.book.futures])


@pytest.mark.parametrize("text", ['{"is": "Amount", "value": 1.0, "kind": "money"}', '{"is": "Nobody"}', "[", "7"])
def test_what_is_no_book_is_refused(tmp_path: Path, text: str):
    (tmp_path / "book.json").write_text(text, encoding="utf-8")
    with pytest.raises((ValueError, KeyError)):
        read_book(tmp_path / "book.json")


def test_a_sentence_keeps_its_terms(tmp_path: Path):
    book = made_up_book()
    write_book(tmp_path / "book.json", book)
    terms = read_book(tmp_path / "book.json").headline[0].terms
    assert terms["npv"] == Amount(12.44e9, "money", "npv")


@pytest.fixture(scope="module")
def asked(found: tuple[Path, Rehearsal], once: Once) -> Ground:
    """The rehearsed run, ready to be asked why."""
    with solver_silenced(), pytest.MonkeyPatch.context() as patch:
        once.stands_in(patch)
        return Ground(take_up(found[0], Quiet()), kept_book(found[0]))


def test_figures_of_a_rehearsal_are_worked_out_again_from_its_paths(asked: Ground):
    known = [one for one in listed(asked) if one.key.split("/")[0] in {"fresh", "breaks", "sign"}]
    assert {
        "fresh/plan/mean",
        "fresh/plan/mean/error",
        "fresh/plan/worst_tenth",
        "fresh/plan/worst_tenth/error",
        "fresh/plan/tree_says_more",
        "fresh/plan/fails",
        "fresh/standing/plan_is_better_by/error",
        "fresh/standing/beats_exports/error",
        "fresh/standing/regret",
        "fresh/standing/regret/error",
        "breaks/plan/share",
        "breaks/plan/share/error",
        "breaks/plan/paths",
    } <= {k.key for k in known}
    signs = {tuple(one.key.split("/")[4:]) for one in known if one.key.startswith("sign/")}
    assert {("tree", "missed"), ("plan", "false_alarm"), ("plan", "false_alarm", "error"), ("pays", "asked")} <= signs
    for one in known:
        told = trail(asked, one.key, [])
        assert told.amount.value == pytest.approx(one.amount.value, rel=1e-9, abs=1e-6), one.key
        # Two plans may be the same: what one is worth over the other is rounding of what each is worth.
        parts = [part.amount.value for part in told.parts]
        near = 1e-12 * max(map(abs, parts), default=0.0)
        assert not parts or sum(parts) == pytest.approx(told.amount.value, rel=1e-9, abs=near)
        for words in (Words("en", "USD"), Words("zh", "USD")):
            assert all(
                words.say(part.what) and (part.how is None or words.say(part.how)) for part in (told, *told.parts)
            )


def test_every_number_of_a_rehearsal_leads_to_a_trail_on_the_page_that_says_the_same(found: tuple[Path, Rehearsal]):
    book, words = kept_book(found[0]), Words("en", "USD")
    told = {one.figure.key: one.figure.amount.value for one in book.trails.figures}
    for build in (outcomes_of, breaks, signposts, fresh_signs):
        table = build(book, words)
        assert table.rows
        for row, keys in zip(table.rows, CELL_KEYS[table.key](book), strict=True):
            for cell, column, key in zip(row, table.columns, keys, strict=False):  # after the last number come words
                if column.kind in {"money", "share", "count"} and cell is not None:
                    assert told[key] == pytest.approx(getattr(cell, "value", cell), rel=1e-9), key
                    if isinstance(cell, PlusMinus):
                        assert told[f"{key}/error"] == pytest.approx(cell.error, rel=1e-9), key


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_number_of_a_rehearsal_is_a_link_on_its_page(found: tuple[Path, Rehearsal], language):
    """Of its sentences those that say which figure they are of; its tables and where ways break whole."""
    book = kept_book(found[0])
    shown = page(book, Words(language, "USD")).partition('<section class="rehearsal"')[2].partition("</section>")[0]
    tables = re.findall(r'<td class="number">(.*?)</td>', shown)
    assert len(tables) > 40
    assert [cell for cell in tables if re.sub(r"<a .*?</a>|&nbsp;|–|(19|20)\d\d", "", cell)] == []
    asked, said = Asked(book), (*book.rehearsal.said, *(one.said for one in book.rehearsal.broken))
    terms = [term for one in said for term in one.terms.values() if isinstance(term, Amount) and term.kind == "money"]
    assert len(terms) > 6
    # What the tree says was told with the plan, which this run was stored without.
    assert [term.key for term in terms if not asked.says(term)] == ["npv"]
    which = [term for one in book.rehearsal.broken for term in one.said.terms.values() if isinstance(term, Amount)]
    assert [term for term in which if term.key and not asked.says(term)] == []
    assert {term.key.rpartition("/")[2] for term in which} >= {"paths"}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_said_of_a_sign_on_fresh_paths_leads_on(found: tuple[Path, Rehearsal], language):
    """Where enough paths were asked to say anything: figures of this rehearsal, said as one of more paths says them."""
    book = kept_book(found[0])
    told = {one.figure.key: one.figure.amount for one in book.trails.figures}
    one, *others = book.rehearsal.signs
    rates = {key: amount for key, amount in told.items() if key.endswith(("/plan/missed", "/plan/missed/error"))}
    assert len(rates) == 2
    named = (replace(amount, key=key) for key, amount in rates.items())
    terms: dict[str, Term] = dict(zip(("missed", "missed_error"), named, strict=True))
    nothing, where = Amount(0.0, "share"), (one.signpost.what,)
    terms |= {"false": nothing, "false_error": nothing, "share": nothing, "where": where}
    said = Sentence("sign.told_here", terms)
    rehearsal = replace(book.rehearsal, signs=(replace(one, said=said), *others))
    shown = page(replace(book, rehearsal=rehearsal), Words(language, "USD"))
    table = shown.partition('id="fresh-signs"')[2].partition("</table>")[0]
    prose = "".join(re.findall(r'<td class="prose">(.*?)</td>', table, flags=re.DOTALL))
    assert [unquote(key) for key in re.findall(r'<a class="asked" href="#why-([^"]+)">', prose)] == list(rates)


def test_what_shows_where_a_way_breaks_is_found_again(asked: Ground):
    """On real paths, of a plan that is made to break where one market is small."""
    source, first, count = asked.kept.ready.source, asked.kept.ready.source.plan.paths, 200
    visible = seen(source, first, count)
    at = next(i for i, sight in enumerate(visible.sights) if sight.kind == "size")
    fell = visible.value[:, at] < np.quantile(visible.value[:, at], 0.4)
    npv = np.stack([np.where(fell, -1e9, 1e9), np.zeros(count)], axis=1)
    weight, ways = np.full(count, 1.0 / count), ("plan", "export_only")
    rehearsed = Rehearsed(ways, weight, npv, np.ones(npv.shape, dtype=bool))
    names = {event.event_id: Name(event.title, event.title_zh) for event in source.kept}
    told = broken(rehearsed, visible, "exports", (asked.reading, names))
    assert told[0].where
    paths = pl.DataFrame(
        {
            "path": np.repeat(np.arange(count) + first, 2),
            "key": ways * count,
            "probability": 1.0 / count,
            "npv": npv.ravel(),
            "keeps": True,
            "foresight": None,
            "foresight_bound": None,
        },
        schema_overrides={"foresight": pl.Float64, "foresight_bound": pl.Float64},
    )
    ground = Ground(asked.kept, replace(asked.book, rehearsal=replace(asked.book.rehearsal, broken=told)), paths)
    known = {one.key: one.amount for one in listed(ground) if one.key.startswith("breaks/")}
    limits = [name for name in known if "/limit" in name]
    assert {
        f"breaks/plan/{name}" for name in ("share", "coverage", "density", "coverage/error", "paths")
    } <= known.keys()
    assert limits
    for key, amount in known.items():
        step = trail(ground, key, [])
        assert step.amount.value == pytest.approx(amount.value, rel=1e-12), key
        assert step.amount.kind == amount.kind
        for words in (Words("en", "USD"), Words("zh", "USD")):
            assert words.say(step.what)
            assert words.say(step.how)
    assert {root.table for root in trail(ground, limits[0], []).rests_on} & {"sales", "nev"}
    assert trail(ground, "breaks/plan/share/error", []).amount.value == pytest.approx(
        mean(fell.astype(float), weight).error
    )
    said = [term for one in (told[0].said, *(w.said for w in told[0].where)) for term in one.terms.values()]
    figures = {term.key: term for term in said if isinstance(term, Amount) and term.key}
    assert figures.keys() == known.keys() - {"breaks/plan/paths", "breaks/plan/share/error"}
    assert all((term.value, term.kind) == (known[key].value, known[key].kind) for key, term in figures.items())


def test_a_mean_leads_to_a_path_and_a_path_to_its_lanes(asked: Ground, found: tuple[Path, Rehearsal]):
    first = found[1].first
    key = trail(asked, "fresh/plan/p50", []).parts[0].key
    path = int(key.removeprefix("path/"))
    kept = found[1].rehearsed.npv[path - first, 0]
    told = trail(asked, key, [])
    assert told.amount.value == pytest.approx(kept, rel=1e-7)
    assert sum(part.amount.value for part in told.parts) == pytest.approx(told.amount.value)
    node = max(told.parts, key=lambda part: part.amount.value)
    year = next(part for part in trail(asked, node.key, []).parts if part.key)
    lane = next(part for part in trail(asked, year.key, []).parts if part.key.startswith(f"{key}/margin/"))
    landed = next(part for part in trail(asked, lane.key, []).parts if "/landed/" in part.key)
    rows = {root.table for part in trail(asked, landed.key, []).parts for root in part.rests_on}
    assert rows >= {"models", "figures", "sea_distances"}


@pytest.mark.parametrize(
    "key", ["path/1", "path/x/npv", "path/2001/gap", "path/2001/npv/plan", "path", "fresh/plan/median"]
)
def test_what_no_path_has_is_told(asked: Ground, key: str):
    with pytest.raises(RoadsteadError) as caught:
        trail(asked, key, ["fresh/plan/mean"])
    assert [fault.code for fault in caught.value.faults] == ["RS-S791"]


@pytest.mark.usefixtures("evaluated_once")
def test_a_run_that_keeps_no_paths_says_so(bare: Path):
    with solver_silenced():
        ground = Ground(take_up(bare, Quiet()), kept_book(bare))
    assert not [one for one in listed(ground) if one.key.startswith(("fresh/", "breaks/"))]
    for key in ("fresh/plan/mean", "breaks/plan/share", "path/2001"):
        with pytest.raises(RoadsteadError) as caught:
            trail(ground, key, [])
        assert "roadstead rehearse" in caught.value.faults[0].expected
