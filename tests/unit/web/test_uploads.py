"""Cases that are handed in: sound ones are taken in, and nothing else gets past the zip file."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import threading
import zipfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest

from roadstead.study.spec import read_study
from roadstead.study.trail.roots import Roots
from roadstead.terms.errors import RoadsteadError
from roadstead.terms.workbooks import OLD
from roadstead.web import asking, people, unpack, uploads
from roadstead.web.queue import Wish
from roadstead.web.worker import WAITING

if TYPE_CHECKING:
    from desks import Visitor

    from roadstead.web.settings import Desk


def packed(files: dict[str, bytes | str], kind: int = zipfile.ZIP_DEFLATED) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", kind) as found:
        for name, text in files.items():
            found.writestr(name, text)
    return held.getvalue()


def of_folder(folder: Path, under: str = "") -> dict[str, bytes | str]:
    return {
        f"{under}{path.relative_to(folder).as_posix()}": path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def hand_in(owner: Visitor, body: bytes) -> tuple[int, str, str]:
    answer = owner.client.post(
        "/cases", data={"csrf": owner.csrf}, files={"packed": ("../../evil.zip", body, "application/zip")}
    )
    return answer.status_code, answer.headers.get("location", ""), answer.text


def test_a_case_is_taken_in_under_a_name_of_the_desks_own(owner: Visitor, desk: Desk, starter: Path):
    assert hand_in(owner, packed(of_folder(starter, "my folder/")))[:2] == (303, "/cases/harbour-motors")
    found = desk.workplace.case("harbour-motors")
    assert of_folder(found.folder) == of_folder(starter)
    assert not found.is_bundled
    bearer = {"authorization": f"Bearer {people.add_person(desk.engine, 'ann')}"}
    owner.client.cookies.clear()
    again = owner.client.post("/api/v1/cases", files={"packed": packed(of_folder(starter))}, headers=bearer)
    assert (again.status_code, again.json()["name"]) == (201, "harbour-motors-2")
    assert not list((desk.workplace.own / uploads.UPLOADS).iterdir())


def test_a_case_with_faults_comes_back_with_them(owner: Visitor, desk: Desk, starter: Path):
    files = of_folder(starter)
    files["case.yaml"] = files["case.yaml"].replace(b"seed: 1 ", b"seed: many ")
    files["lines.csv"] = files["lines.csv"].replace(b"25000", b"<script>")
    status, _, text = hand_in(owner, packed(files))
    assert status == 422
    assert "case.yaml:" in text
    assert "lines.csv:" in text
    assert "<script>1" not in text
    assert "harbour-motors" not in desk.workplace.cases()


def test_a_workbook_is_taken_in_and_its_faults_are_told_at_their_cells(owner: Visitor, desk: Desk, tmp_path: Path):
    made = owner.get("/cases/starter/workbook?lang=zh")
    assert made.headers["content-disposition"].endswith("starter.xlsx")
    (tmp_path / "made.xlsx").write_bytes(made.content)
    assert hand_in(owner, made.content)[:2] == (303, "/cases/harbour-motors")
    filled_in = openpyxl.load_workbook(tmp_path / "made.xlsx")
    filled_in["车型"]["G4"], filled_in["销量"]["C4"] = 85, "4,000"
    filled_in.save(tmp_path / "made.xlsx")
    status, _, text = hand_in(owner, (tmp_path / "made.xlsx").read_bytes())
    assert status == 422
    assert re.findall(r"<code>(\S+)!(\w+)", text) == [("车型", "G4"), ("销量", "C4")]
    assert not list((desk.workplace.own / uploads.UPLOADS).iterdir())


def test_plans_of_a_workbook_that_was_handed_in_cite_its_cells(owner: Visitor, desk: Desk):
    made = owner.get("/cases/starter/workbook?lang=zh").content
    assert hand_in(owner, made)[:2] == (303, "/cases/harbour-motors")
    plan_id = asking.ask_for(desk, "ann", Wish("harbour-motors"))
    for folder in (
        desk.workplace.case("harbour-motors").folder,
        desk.workplace.own / WAITING / plan_id / "harbour-motors",
    ):
        assert (folder / unpack.BOOK).read_bytes() == made
        (fill,) = Roots(read_study(folder), {}).figures("case", "fill")
        place = re.fullmatch(r"book\.xlsx (.+)!(C\d+)", fill.at)
        assert place is not None, fill.at
        assert openpyxl.load_workbook(folder / unpack.BOOK)[place[1]][place[2]].value == 0.85


def test_the_empty_workbook_is_handed_out_and_tells_what_it_lacks(owner: Visitor, tmp_path: Path):
    (tmp_path / "packed").write_bytes(owner.get("/workbook").content)
    told = json.loads(unpack.main(tmp_path / "packed", tmp_path / "case"))["faults"]
    assert len(told) > 20
    assert all("!" in fault["where"] for fault in told)


@pytest.mark.parametrize(
    ("body", "code"), [(OLD + b"x" * 600, "RS-T112"), ({"content.xml": "x"}, "RS-T112"), ({}, "RS-B813")]
)
def test_workbooks_that_cannot_be_read_are_told_from_zip_files_of_cases(
    tmp_path: Path, body: bytes | dict[str, bytes | str], code: str
):
    (tmp_path / "packed").write_bytes(body if isinstance(body, bytes) else packed(body))
    (tmp_path / "case").mkdir()
    told = json.loads(unpack.main(tmp_path / "packed", tmp_path / "case"))["faults"]
    assert {fault["code"] for fault in told} == {code}


def test_a_file_that_takes_time_without_end_is_given_up(owner: Visitor, monkeypatch: pytest.MonkeyPatch, starter: Path):
    monkeypatch.setattr(uploads, "MOST_SECONDS", 2)
    # Each line names the one before nine times: nine to the power of eight entries, of which a reader makes copies.
    bomb = "\n".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9) if i else 1}]" for i in range(9))
    status, _, text = hand_in(owner, packed(of_folder(starter) | {"case.yaml": bomb}))
    assert status == 413
    assert "RS-B806" in text


def test_no_more_cases_are_read_at_once_than_the_machine_bears(owner: Visitor, desk: Desk, starter: Path):
    body = packed(of_folder(starter))
    with uploads.AT_ONCE, uploads.AT_ONCE:
        status, _, text = hand_in(owner, body)
        assert (status, "RS-B805" in text) == (429, True)
    assert not list((desk.workplace.own / uploads.UPLOADS).iterdir())
    assert hand_in(owner, body)[0] == 303


def test_two_cases_of_one_name_handed_in_at_once_lie_side_by_side(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    def read(_: Path, into: Path) -> dict[str, object]:
        into.mkdir()
        (into / "case.yaml").write_text("name: Twin\n", encoding="utf-8")
        return {"name": "Twin", "faults": []}

    rename, meet = Path.rename, threading.Barrier(2)

    def renamed(path: Path, to: Path) -> Path:
        with suppress(threading.BrokenBarrierError):
            meet.wait(0.5)  # both have found a free name before either takes it, if both can
        return rename(path, to)

    monkeypatch.setattr(uploads, "_read", read)
    monkeypatch.setattr(Path, "rename", renamed)
    with ThreadPoolExecutor(2) as pool:
        names = list(pool.map(lambda _: uploads.take_in(desk.workplace, io.BytesIO(b"")), range(2)))
    assert sorted(names) == ["twin", "twin-2"]


@pytest.mark.parametrize("greed", ["bytearray(2 << 30)", "open('large', 'wb').write(bytes(10_000))"])
def test_a_process_that_has_limits_cannot_have_more(greed: str, tmp_path: Path):
    code = f"from roadstead.web.unpack import limit; limit(1 << 30, 20, 1_000); {greed}; print('had it')"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "had it" not in done.stdout


HOSTILE = {
    "a name that climbs": ({"../case.yaml": "x", "case.yaml": "x"}, "RS-B813"),
    "a name from the root": ({"/etc/cron.csv": "x", "case.yaml": "x"}, "RS-B813"),
    "a name of Windows": ({"..\\case.csv": "x", "case.yaml": "x"}, "RS-B813"),
    "a drive": ({"C:case.csv": "x", "case.yaml": "x"}, "RS-B813"),
    "a hidden file": ({".desk/desk.csv": "x", "case.yaml": "x"}, "RS-B813"),
    "a program": ({"case.py": "x", "case.yaml": "x"}, "RS-B813"),
    "names that differ in case alone": ({"A.csv": "x", "a.csv": "x", "case.yaml": "x"}, "RS-B813"),
    "no case": ({"lines.csv": "x"}, "RS-B813"),
    "nothing": ({}, "RS-B813"),
    "too deep": ({"a/b/c/d/e.csv": "x", "case.yaml": "x"}, "RS-B813"),
    "many files": ({f"{i}.csv": "x" for i in range(300)} | {"case.yaml": "x"}, "RS-B806"),
    "a bomb": ({"case.yaml": "x", "a.csv": b"\0" * 30_000_000}, "RS-B806"),
}


@pytest.mark.parametrize(("files", "code"), HOSTILE.values(), ids=HOSTILE)
def test_what_is_no_case_is_refused_before_anything_is_written(
    files: dict[str, bytes | str], code: str, tmp_path: Path
):
    (tmp_path / "packed.zip").write_bytes(packed(files))
    (tmp_path / "into").mkdir()
    with pytest.raises(RoadsteadError) as refused:
        unpack.unpack(tmp_path / "packed.zip", tmp_path / "into")
    assert {fault.code for fault in refused.value.faults} == {code}
    assert not list((tmp_path / "into").iterdir())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["into", "packed.zip"]


def test_a_link_is_refused(tmp_path: Path):
    entry = zipfile.ZipInfo("lines.csv")
    entry.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "packed.zip", "w") as found:
        found.writestr(entry, "/etc/passwd")
        found.writestr("case.yaml", "x")
    with pytest.raises(RoadsteadError, match="link"):
        unpack.unpack(tmp_path / "packed.zip", tmp_path)


def test_sizes_that_a_file_states_falsely_do_not_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(unpack, "MOST_BYTES", 5_000)
    body = packed({"case.yaml": "x" * 9_000}, zipfile.ZIP_STORED)
    # The directory at the end of the file says nine bytes where there are nine thousand.
    at = body.rindex(b"PK\x01\x02") + 20
    (tmp_path / "packed.zip").write_bytes(body[:at] + (9).to_bytes(4, "little") * 2 + body[at + 8 :])
    (tmp_path / "into").mkdir()
    with suppress(RoadsteadError):  # what is cut short may still be a sound file
        unpack.unpack(tmp_path / "packed.zip", tmp_path / "into")
    written = sum(path.stat().st_size for path in (tmp_path / "into").iterdir())
    assert written <= 5_000


@pytest.mark.parametrize("body", [b"", b"PK\x03\x04", b"not a zip file" * 100])
def test_what_is_no_zip_file_is_refused(tmp_path: Path, body: bytes):
    (tmp_path / "packed.zip").write_bytes(body)
    with pytest.raises(RoadsteadError) as refused:
        unpack.unpack(tmp_path / "packed.zip", tmp_path / "into")
    assert refused.value.faults[0].code == "RS-B813"


def test_more_than_the_gate_lets_through_is_not_kept(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(uploads, "MOST_UPLOADED", 1_000)
    with pytest.raises(RoadsteadError) as refused:
        uploads.take_in(desk.workplace, io.BytesIO(b"x" * 2_000))
    assert refused.value.faults[0].code == "RS-B806"
    assert not list((desk.workplace.own / uploads.UPLOADS).iterdir())


def test_nothing_sent_is_told_so(owner: Visitor):
    assert owner.post("/cases").status_code == 422
