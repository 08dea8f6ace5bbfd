"""`roadstead rehearse`: the starter case with a grown tree, on a handful of paths."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from roadstead.cli import rehearse
from roadstead.study.rehearsing import rehearse_folder
from roadstead.study.template import new_case
from roadstead.terms.errors import RoadsteadError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("rehearse") / "case"
    new_case(where, grown=True)
    return where


def test_json_has_every_path_and_policy(run, folder: Path):
    said = run("rehearse", folder, "--paths", "5", "--ahead", "2", "--workers", "1", "--json")
    assert said.status == 0
    found = said.json
    assert found["paths"] == 5
    assert found["first_path"] == 20_000
    assert found["timetable_wait"] == 5
    keys = [one["policy"] for one in found["policies"]]
    assert keys[:5] == ["plan", "standing", "announced", "export_only", "central"]
    assert set(keys) <= set(rehearse.NAMES)
    for one in found["policies"]:
        assert len(one["npv"]) == 5
        assert one["mean"]["value"] == pytest.approx(sum(one["npv"]) / 5)
        assert (one["beats_exports"] is None) == (one["policy"] == "export_only")
        assert one["keeps"] == pytest.approx(1.0)
    assert [one["policy"] for one in found["breaks"]] == [key for key in keys if key != "export_only"]
    assert all(one["how"] == "exports" and one["said"] and one["said_zh"] for one in found["breaks"])
    assert found["signposts"]
    for one in found["signposts"]:
        assert one["fresh"]["asked"] <= 5
        assert one["conditions"]
        assert 0.0 <= one["tree"]["missed"] <= 1.0
    assert len(found["foresight"]) == 2
    for one in found["foresight"]:
        i = one["path"] - found["first_path"]
        assert one["npv"] <= one["bound"]
        for policy in found["policies"]:
            assert policy["npv"][i] <= one["bound"] + 1.0 or policy["policy"] == "export_only"


@pytest.mark.parametrize(("language", "words"), [("en", "kits first"), ("zh", "先散件组装")])
def test_the_table_in_both_languages(run, folder: Path, language: str, words: str):
    said = run("rehearse", folder, "--paths", "3", "--ahead", "0", "--workers", "1", "--language", language)
    assert said.status == 0
    assert words in said.out
    assert rehearse.FOOT[language].partition("{")[0] in said.out
    assert rehearse.TIMETABLE[language].format(wait=5) in said.out
    assert "±" in said.out
    assert rehearse.WHERE[language] in said.out
    assert rehearse.SIGNS[language] in said.out
    assert rehearse.BESIDE[language][1] in said.out
    assert {"en": "none of 3 paths", "zh": "3条路径中"}[language] in said.out


def test_what_cannot_be_rehearsed_is_refused(run, folder: Path, tmp_path: Path):
    assert run("rehearse", folder, "--paths", "0", "--ahead", "-1").codes == ["RS-S622", "RS-S622"]
    assert run("rehearse", folder, "--breaks", "often").status == 2
    with pytest.raises(RoadsteadError, match="RS-S622"):
        rehearse_folder(folder, breaks="often")  # type: ignore[arg-type]
    new_case(tmp_path / "declared")
    said = run("rehearse", tmp_path / "declared")
    assert (said.status, said.codes) == (2, ["RS-S625"])
    assert "grown:" in said.err


def test_every_policy_has_a_name_in_both_languages():
    for english, chinese in rehearse.NAMES.values():
        assert english
        assert any("一" <= letter <= "鿿" for letter in chinese)
    assert len(rehearse.COLUMNS["en"]) == len(rehearse.COLUMNS["zh"])
