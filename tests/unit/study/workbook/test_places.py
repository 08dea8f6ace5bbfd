"""What rows of a case in a workbook cite: their cells; the patch where a what-if has set them; their file where it was changed by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from roadstead.report.trails import row_shown
from roadstead.report.words import Words
from roadstead.study.manifest import copy_case
from roadstead.study.patch import Named
from roadstead.study.patched import patched
from roadstead.study.spec import read_study
from roadstead.study.trail.roots import Roots
from roadstead.study.workbook.unpack import opened

if TYPE_CHECKING:
    from pathlib import Path

    from roadstead.playbook.trails_book import Root


@pytest.fixture
def folder(book) -> Path:
    return opened(book.save())


def fill(folder: Path) -> Root:
    (found,) = Roots(read_study(folder), {}).figures("case", "fill")
    return found


def test_a_figure_of_a_workbook_cites_its_cell(folder: Path, book):
    rows = book.changed["Figures"].iter_rows()
    row = next(row for row in rows if [cell.value for cell in row[:2]] == ["case", "fill"])
    assert fill(folder).at == f"{book.path.name} Figures!{row[2].coordinate}"


def test_what_a_what_if_has_set_cites_its_patch_in_both_languages(folder: Path):
    beside = fill(folder).at
    with patched(folder, ["figures/case/fill=0.8", "lines/styria/conversion=1234"]) as with_:
        study = read_study(with_)
        (set_,) = Roots(study, {}).figures("case", "fill")
        (added,) = Roots(study, {}).figures("styria", "conversion")
        (stays,) = Roots(study, {}).figures("case", "kit_freight")
    assert row_shown(set_, Words("en", "USD")).at == "worked in by the what-if figures/case/fill=0.8"
    assert row_shown(set_, Words("zh", "USD")).at == "按假设情形代入：figures/case/fill=0.8"
    assert added.at == "--set figures/styria/conversion=1234"
    assert (set_.says, "before: 0.85" in set_.note) == (("fill 0.8",), True)
    assert stays.at.startswith(f"{beside.split()[0]} Figures!C")


def test_an_entry_that_a_what_if_has_set_cites_its_patch(book):
    entry = "flexibility.site_right"
    book.set(book.entry(entry), 0.2)
    folder = book.study().folder

    def cited(*asked: str | Named) -> str:
        with patched(folder, asked) as with_:
            return Roots(read_study(with_), {}).of_case(entry, 0.2).at

    assert cited() == f"{book.path.name} {book.entry(entry)}"
    assert cited("case/flexibility/site_right=0.3") == "--set case/flexibility/site_right=0.3"
    assert cited("case/flexibility/site_sooner=2") == cited()
    scenario = book.path.with_name("dear.yaml")
    scenario.write_text(
        "set: [figures/case/fill=0.8, case/flexibility/site_right=0.4, case/seed=2]\n", encoding="utf-8"
    )
    assert cited(Named(str(scenario))) == "--set case/flexibility/site_right=0.4"


def test_a_table_that_was_changed_by_hand_is_told_by_its_own_lines(folder: Path, tmp_path: Path):
    kept = tmp_path / "kept"
    copy_case(folder, kept)
    assert fill(kept) == fill(folder)
    table = kept / "figures.csv"
    text = table.read_text(encoding="utf-8")
    assert "case,fill,0.85" in text
    table.write_text(text.replace("case,fill,0.85", "case,fill,0.75"), encoding="utf-8", newline="")
    assert fill(kept).says == ("fill 0.75",)
    assert fill(kept).at.startswith("figures.csv:")
    prices = Roots(read_study(kept), {}).own("prices", lambda _: True, "price")
    assert all("!" in row.at for row in prices)


def test_runs_beside_a_case_are_no_part_of_it(folder: Path, tmp_path: Path):
    kept = tmp_path / "kept"
    copy_case(folder, kept)
    copy_case(folder, kept / "runs" / "first" / "inputs")
    with patched(kept, ["figures/case/fill=0.8"]) as with_:
        assert fill(with_).at == "--set figures/case/fill=0.8"
        assert not (with_ / "runs").exists()
