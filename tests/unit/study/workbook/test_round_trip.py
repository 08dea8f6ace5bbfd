"""A case, written to a workbook and read back, is the same case; and the same plan."""

from __future__ import annotations

import string
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from roadstead.study import parquet
from roadstead.study.progress import Quiet
from roadstead.study.spec import read_study
from roadstead.study.study import prepare
from roadstead.study.template import new_case
from roadstead.study.workbook import filling
from roadstead.study.workbook.unpack import opened, unpack
from roadstead.study.workbook.write import write_template

if TYPE_CHECKING:
    from roadstead.study.spec import Study

CASES = Path(__file__).parents[4] / "cases"


def same(one: Study, other: Study) -> None:
    """Equal in everything but where it stands; tables without rows may be left out."""
    assert one.case == other.case
    assert one.carmaker == other.carmaker
    assert one.conventions == other.conventions
    assert one.shipping == other.shipping
    assert one.overland == other.overland
    assert one.tree == other.tree
    assert one.events == other.events
    assert {k: [r.values for r in rows] for k, rows in one.rows.items() if rows} == {
        k: [r.values for r in rows] for k, rows in other.rows.items() if rows
    }
    assert one.world.tables.keys() == other.world.tables.keys()
    for name, rows in one.world.tables.items():
        assert [row.values for row in rows] == [row.values for row in other.world.tables[name]], name


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", ["starter", "byd"])
def test_a_bundled_case_comes_back_the_same(name, language, tmp_path):
    path = write_template(tmp_path / "book.xlsx", filling.from_case(CASES / name), language, every=True)
    same(read_study(opened(path)), read_study(CASES / name))


def test_a_grown_tree_comes_back_the_same(tmp_path):
    new_case(tmp_path / "case", grown=True)
    rows = filling.from_case(tmp_path / "case")
    known = [{"event": "bra_defence:twenty", "value": 2031}, {"event": "tur_ends_surtax", "value": 2030}]
    entries = {row["entry"]: row for row in rows["case"]}
    entries["tree.grown.never"]["value"] = "gbr_duty"
    path = write_template(tmp_path / "book.xlsx", rows | {"certain": known}, "zh")
    study = read_study(opened(path))
    assert study.case.tree.grown.certain == {row["event"]: row["value"] for row in known}
    assert study.case.tree.grown.never == ("gbr_duty",)
    again = write_template(tmp_path / "again.xlsx", filling.from_case(opened(path)))
    same(read_study(opened(again)), study)


def test_the_problem_posed_has_the_same_fingerprint(starter_ready, written):
    ready = prepare(read_study(opened(written["zh"])), Quiet())
    assert parquet.digest(ready.evaluation.prospect) == parquet.digest(starter_ready.evaluation.prospect)


def test_back_in_a_folder_it_is_the_same_case_without_the_workbook(written, tmp_path):
    names = new_case(tmp_path / "case", str(written["en"]))
    same(read_study(tmp_path / "case"), read_study(CASES / "starter"))
    assert not [name for name in names if name.endswith(".xlsx")]
    again = write_template(tmp_path / "again.xlsx", filling.from_case(tmp_path / "case"))
    same(read_study(opened(again)), read_study(CASES / "starter"))


def test_own_law_facts_and_events_come_along(tmp_path):
    new_case(tmp_path / "case", "byd")
    (tmp_path / "case" / "futures").mkdir()
    (tmp_path / "case" / "futures" / "episodes.csv").write_text(
        "episode,kind,title,place,began,ended,recovered,record,url,source,as_of,confidence,note\n", encoding="utf-8"
    )
    rows = filling.from_case(tmp_path / "case")
    assert rows["world/nev"]
    unpack(write_template(tmp_path / "book.xlsx", rows), tmp_path / "unpacked")
    assert (tmp_path / "unpacked" / "world" / "nev.csv").exists()
    assert not (tmp_path / "unpacked" / "futures").exists()


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp", "Co", "Cn"]), min_size=1, max_size=30).map(
    str.strip
).filter(bool)  # fmt: skip
LIVE = st.sampled_from(
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "=HYPERLINK(1)",
        "no",
        "NO",
        "yes",
        "1e5",
        "007",
        "2026-07-02",
        "#N/A",
        "↑ up",
        "null",
        "~",
    ]
)
AMOUNT = st.floats(1.0, 1e9, allow_nan=False)


@lru_cache(maxsize=1)
def starter() -> filling.Rows:
    return filling.from_case(CASES / "starter")


WORDS = st.one_of(TEXT, LIVE)
FACT = st.sampled_from(["yes", "no"])


# An example takes seconds: one that fails is told as it is.
@settings(max_examples=8, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(
    words=st.lists(WORDS, min_size=40, max_size=40),
    factors=st.lists(st.floats(1.0, 1.2), min_size=9, max_size=9),
    budget=AMOUNT,
    weight=st.floats(0.0, 1.0),
    fact=st.tuples(st.text(string.ascii_letters, min_size=1), FACT),
    language=st.sampled_from(["en", "zh"]),
)
def test_any_sound_change_comes_back_the_same(tmp_path_factory, words, factors, budget, weight, fact, language):
    """Words that look like formulas, numbers, days or errors, and numbers to the last digit."""
    rows = {key: [dict(row) for row in table] for key, table in starter().items()}
    said = iter(words)
    for row in rows["lines"] + rows["models"]:
        row["name"], row["name_zh"], row["note"] = next(said), next(said), next(said)
    for row, factor in zip(rows["prices"], factors, strict=True):
        row["price"] *= factor
    for row in rows["events"] + rows["tree"]:
        row["title" if "title" in row else "name"] = next(said)
    for row in rows["case"]:
        row["value"] = {"name": words[0], "risk.weight": weight}.get(row["entry"], row["value"])
    rows["budget"] = [{"year": 2027, "value": budget}]
    rows["declared"].append({"importer": "BRA", "fact": f"certificate.{fact[0]}", "value": fact[1]})
    place: Path = tmp_path_factory.mktemp("any")
    unpack(write_template(place / "one.xlsx", rows, language), place / "first")
    read = read_study(place / "first")
    assert [row["name"] for row in (*read.rows["lines"], *read.rows["models"])] == words[:15:3]
    assert [row["price"] for row in read.rows["prices"]] == [row["price"] for row in rows["prices"]]
    assert (read.case.name, read.case.risk.weight, read.case.budget[2027]) == (words[0], weight, budget)
    unpack(write_template(place / "two.xlsx", filling.from_case(place / "first"), "zh"), place / "second")
    same(read_study(place / "second"), read)
