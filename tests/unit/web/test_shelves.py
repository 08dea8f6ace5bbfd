"""What lies in the workplace, as the desk shows and hands it out."""

from __future__ import annotations

import errno
import io
import json
import os
import tempfile
import zipfile
from typing import TYPE_CHECKING

import pytest

from roadstead.report.words import Words
from roadstead.study import manifest
from roadstead.study.template import new_case

if TYPE_CHECKING:
    from pathlib import Path

    from desks import Visitor

    from roadstead.web.settings import Desk


def test_cases_of_the_folder_and_of_the_package_are_listed(owner: Visitor, desk: Desk):
    new_case(desk.workplace.folder / "mine")
    new_case(desk.workplace.folder / "cases" / "theirs")
    assert set(desk.workplace.cases()) == {"mine", "theirs", "byd", "starter"}
    assert [one.name for one in desk.workplace.cases().values() if one.is_bundled] == ["byd", "starter"]
    said = owner.get("/cases").text
    assert "Harbour Motors" in said
    assert "海港汽车" in owner.get("/cases?lang=zh").text


def test_an_own_case_stands_before_the_bundled_one_of_its_name(desk: Desk):
    new_case(desk.workplace.folder / "starter")
    assert desk.workplace.case("starter").folder == desk.workplace.folder / "starter"


def test_a_case_that_cannot_be_read_is_still_listed(owner: Visitor, desk: Desk):
    (desk.workplace.folder / "broken").mkdir()
    (desk.workplace.folder / "broken" / "case.yaml").write_text("name: [", encoding="utf-8")
    assert "broken" in owner.get("/cases").text


def test_a_case_is_read_again_once_it_changes(desk: Desk):
    folder = desk.workplace.folder / "mine"
    folder.mkdir()
    for name, at in (("First", 1), ("Second", 2)):
        (folder / "case.yaml").write_text(f"name: {name}\n", encoding="utf-8")
        os.utime(folder / "case.yaml", ns=(at, at))
        assert desk.workplace.case("mine").title.en == name


def test_a_run_shows_its_worth_and_hands_out_its_files(owner: Visitor, run_folder: Path):
    listed = owner.get("/runs").text
    assert Words("en", "EUR").money(2.5e9) in listed
    assert Words("en", "EUR").money(1.0e9) in listed
    assert "&lt;b&gt;Harbour&lt;/b&gt;" in listed
    assert "<b>Harbour</b>" not in listed
    shown = owner.get("/runs/first")
    assert shown.status_code == 200
    assert 'src="/runs/first/playbook?lang=en"' in shown.text
    for name in ("playbook.html", "playbook.xlsx", "playbook.pptx", "tables/flows.parquet", "manifest.json"):
        answer = owner.get(f"/runs/first/files/{name}")
        assert answer.content == (run_folder / name).read_bytes()
        assert "attachment" in answer.headers["content-disposition"]


def test_everything_is_handed_out_as_it_was_written(owner: Visitor, run_folder: Path):
    packed = zipfile.ZipFile(io.BytesIO(owner.get("/runs/first/everything.zip").content))
    told = json.loads((run_folder / manifest.NAME).read_text())
    assert set(packed.namelist()) == {f"first/{name}" for name in (*told["files"], manifest.NAME)}
    assert all(packed.read(f"first/{name}") == (run_folder / name).read_bytes() for name in told["files"])


def test_a_playbook_is_told_in_the_readers_language(owner: Visitor, run_folder: Path):
    stored = owner.get("/runs/first/playbook?lang=en")
    assert stored.content == (run_folder / "playbook.html").read_bytes()
    told = owner.get("/runs/first/playbook?lang=zh")
    assert 'lang="zh' in told.text
    assert "现在要做" in told.text
    assert told.headers["content-security-policy"] == stored.headers["content-security-policy"]


@pytest.mark.parametrize("name", ["notes.txt", "tables", "playbook.html/", ".hidden"])
def test_a_file_that_no_run_wrote_is_not_handed_out(owner: Visitor, desk: Desk, name: str):
    (desk.workplace.runs_folder / "first" / "notes.txt").write_text("private", encoding="utf-8")
    assert owner.get(f"/runs/first/files/{name}").status_code == 404


def test_a_manifest_that_names_a_file_elsewhere_hands_out_nothing(owner: Visitor, desk: Desk, run_folder: Path):
    told = json.loads((run_folder / manifest.NAME).read_text())
    strange = desk.workplace.runs_folder / "strange"
    strange.mkdir()
    (desk.workplace.folder / "secret.txt").write_text("secret", encoding="utf-8")
    (strange / "link.txt").symlink_to(desk.workplace.folder / "secret.txt")
    told["files"] = {"../../secret.txt": "", "link.txt": ""}
    (strange / manifest.NAME).write_text(json.dumps(told), encoding="utf-8")
    assert owner.get("/runs/strange").status_code == 200
    for name in ("..%2f..%2fsecret.txt", "link.txt"):
        answer = owner.get(f"/runs/strange/files/{name}")
        assert answer.status_code == 404
        assert "secret\n" not in answer.text


def test_a_damaged_run_is_left_out(owner: Visitor, desk: Desk):
    (desk.workplace.runs_folder / "damaged").mkdir()
    (desk.workplace.runs_folder / "damaged" / manifest.NAME).write_text("{}", encoding="utf-8")
    assert owner.get("/runs").status_code == 200
    assert owner.get("/runs/damaged").status_code == 404


def test_a_run_that_cannot_be_packed_leaves_nothing_on_a_full_disk(
    owner: Visitor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    (tmp_path / "between").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "between"))
    monkeypatch.setattr(zipfile.ZipFile, "write", full)
    assert owner.get("/runs/first/everything.zip").status_code == 503
    assert not list((tmp_path / "between").iterdir())
