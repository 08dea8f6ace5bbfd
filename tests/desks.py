"""A run as a desk lists it, without planning; and a visitor of a desk who sends forms as its pages do."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from books import made_up_book
from quick_cases import ask, asks_nothing_beside

from roadstead.report.pages import write_pages
from roadstead.study import manifest
from roadstead.study.kept_book import write_book
from roadstead.study.store import BOOK
from roadstead.study.template import new_case

if TYPE_CHECKING:
    from pathlib import Path

    from httpx2 import Response
    from starlette.testclient import TestClient

CSRF = re.compile(r'name="csrf" value="(\w+)"')
RESULT = {"npv": 2.5e9, "standing": 1.5e9, "bound_certified": 2.6e9, "bound_solver": 2.55e9}


def made_up_run(folder: Path) -> Path:
    """A folder with pages, a table and the manifest of a plan that was never made."""
    write_pages(made_up_book(), folder, "en")
    write_book(folder / BOOK, made_up_book())
    (folder / "tables").mkdir()
    (folder / "tables" / "flows.parquet").write_bytes(b"PAR1")
    told = {
        "format": manifest.FORMAT,
        "made_at": "2026-11-26T08:00:00+00:00",
        "versions": {},
        "case": "<b>Harbour</b>",
        "patches": ["EU27/MFN=0.2"],
        "money": {"currency": "EUR", "price_year": 2025},
        "language": "en",
        "prospect_sha256": "",
        "reference_world": {"sha256": ""},
        "result": RESULT | {"gap_value_added": 0.05, "gap_npv": 0.02},
        "files": manifest.hashes(folder, [path for path in folder.rglob("*") if path.is_file()]),
    }
    (folder / manifest.NAME).write_text(json.dumps(told), encoding="utf-8")
    return folder


def small_case(folder: Path) -> None:
    """The starter case with few draws, and nothing worked out beside the plan."""
    new_case(folder)
    ask(folder, {"draws: 1000 ": "draws: 100 "})
    asks_nothing_beside(folder)


@dataclass(frozen=True)
class Visitor:
    """Somebody who is signed in."""

    client: TestClient
    csrf: str

    def get(self, path: str, **options: Any) -> Response:
        return self.client.get(path, **options)

    def post(self, path: str, **fields: Any) -> Response:
        """Send a form as the desk's own page would."""
        return self.client.post(path, data={"csrf": self.csrf, **fields})


def visitor(client: TestClient, token: str) -> Visitor:
    """Sign in with a token."""
    assert client.get("/sign-in", params={"token": token}).status_code == 303
    found = CSRF.search(client.get("/cases").text)
    assert found
    return Visitor(client, found[1])
