"""Writing tables in the project's schema, and giving every source an id."""

from __future__ import annotations

import csv
import hashlib
import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from roadstead.terms.tables import Schema


def figures(folder: Path, name: str) -> list[dict[str, str]]:
    """Rows of one collected table."""
    with (folder / name).open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


ADDRESSES = {
    "github robbieandrew/robbieandrew.github.io: carsales/data/all_carsales_monthly.csv (0cf3c5b)": (
        "https://robbieandrew.github.io/carsales/"
    ),
    "see ev_sales.csv edition 2022": "https://www.iea.org/reports/global-ev-outlook-2022",
    "see ev_sales.csv edition 2024": "https://www.iea.org/reports/global-ev-outlook-2024",
    "see ev_sales.csv edition 2025": "https://www.iea.org/reports/global-ev-outlook-2025",
}
"""Where the collected tables name a file of theirs, the public page behind it; any other text that is no address is left out."""


@dataclass
class SourceBook:
    """Sources met during a conversion, one id each."""

    found: dict[str, tuple[str, str, str]] = field(default_factory=dict)

    def cite(self, title: str, url: str = "", published_on: str = "") -> str:
        """Id of a source; empty where no source was located."""
        title, url = " ".join(title.split()), url.strip()
        if not url.startswith("http"):
            url = ADDRESSES.get(url, "")
        if not title and not url:
            return ""
        plain = unicodedata.normalize("NFKD", title or url).encode("ascii", "ignore").decode()
        words = re.findall(r"[a-z0-9]+", plain.lower())[:5]
        mark = hashlib.sha256(f"{title}|{url}".encode()).hexdigest()[:4]
        source = "-".join([*words, mark])
        known = self.found.get(source)
        self.found[source] = (title or url, url, published_on or (known[2] if known else ""))
        return source

    def rows(self) -> list[dict[str, str]]:
        """Rows of sources.csv, sorted by id."""
        return [
            {"source": source, "title": title, "url": url, "published_on": day}
            for source, (title, url, day) in sorted(self.found.items())
        ]


def evidence(source: str, as_of: str, confidence: str, note: str = "") -> dict[str, str]:
    """The four evidence columns; no unsourced row keeps a high confidence.

    A note that begins with ``no source located`` says so of the row, whose empty source says it too; further on it is of one figure.
    """
    if not source and confidence == "high":
        confidence = "medium"
    note = re.sub(r"^(?:no source located\.?\s*)+", "", note).strip(" .;")
    return {"source": source, "as_of": as_of, "confidence": confidence, "note": note}


def number(text: str, digits: int = 6) -> str:
    """A number without a float's tail; empty stays empty."""
    if text == "":
        return ""
    value = round(float(text), digits)
    return (
        str(int(value))
        if value == int(value) and abs(value) < 1e15
        else f"{value:.{digits}g}"
        if abs(value) < 1
        else repr(value)
    )


def fraction(percent: str) -> str:
    """A percentage as a fraction."""
    return "" if percent == "" else repr(round(float(percent) / 100, 8))


def write(path: Path, schema: Schema, rows: Iterable[Mapping[str, Any]]) -> int:
    """Write a table with exactly the schema's columns; returns the number of rows."""
    names = [column.name for column in schema.all_columns]
    count = 0
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, names, lineterminator="\n", extrasaction="raise")
        writer.writeheader()
        for row in rows:
            writer.writerow({**dict.fromkeys(names, ""), **row})
            count += 1
    return count
