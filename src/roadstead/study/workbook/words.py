"""Names and notes of sheets and columns in English and Chinese."""

from __future__ import annotations

import csv
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

Language: TypeAlias = Literal["en", "zh"]
LANGUAGES: tuple[Language, Language] = ("en", "zh")


@lru_cache(maxsize=1)
def words() -> Mapping[str, Mapping[str, str]]:
    """Words by key and language; the English of a table's column is its description, and stands there once."""
    path = Path(str(files("roadstead.study") / "data" / "workbook.csv"))
    with path.open(encoding="utf-8", newline="") as file:
        return {row["key"]: {"en": row["en"], "zh": row["zh"]} for row in csv.DictReader(file)}
