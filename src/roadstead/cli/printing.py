"""Answers go to standard output, notes and faults to standard error; JSON is printed alone."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from rich.console import Console

from roadstead.report.listing import number, percent, table

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from roadstead.report.listing import Listing
    from roadstead.terms.errors import Fault

__all__ = [
    "answers",
    "chart_faults",
    "notes",
    "number",
    "percent",
    "plain",
    "print_blocks",
    "print_json",
    "say",
    "table",
]
NARROWEST_FILE = 120
"""Columns of a table that goes to a file or a pipe."""


class _Printer(Console):
    """A console that leaves a closed pipe to the command line."""

    def on_broken_pipe(self) -> None:
        """Raise the BrokenPipeError that is being handled."""
        raise  # noqa: PLE0704 - called while the error is handled


def answers() -> Console:
    """Where answers are printed."""
    return _console(sys.stdout)


def notes() -> Console:
    """Where progress, notes and faults are printed."""
    return _console(sys.stderr)


def _console(stream: Any) -> Console:
    console = _Printer(file=stream, markup=False, highlight=False, emoji=False)
    if not console.is_terminal:
        console.width = max(console.width, NARROWEST_FILE)
    return console


def print_blocks(blocks: Iterable[Listing | str]) -> None:
    """Listings, and sentences that are never folded, one below the other."""
    console = answers()
    for block in blocks:
        console.print(block, soft_wrap=isinstance(block, str))


def say(text: str) -> None:
    """One line on standard error, never folded."""
    print(" ".join(text.split()), file=sys.stderr, flush=True)  # noqa: T201 - this is the printing room


def print_json(value: Any) -> None:
    """A value as JSON, alone on standard output."""
    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    text = json.dumps(plain(value), ensure_ascii=encoding != "utf8", indent=2, allow_nan=False)
    print(text)  # noqa: T201 - this is the printing room


def plain(value: Any) -> Any:
    """A value in the types JSON knows: dataclasses as objects, days as ISO text, what is no number as null."""
    if isinstance(value, Mapping):
        found: Any = {str(key): plain(entry) for key, entry in value.items()}
    elif is_dataclass(value) and not isinstance(value, type):
        found = {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    elif isinstance(value, (set, frozenset)):
        found = [plain(entry) for entry in sorted(value)]
    elif isinstance(value, (list, tuple)):
        found = [plain(entry) for entry in value]
    elif isinstance(value, (date, PurePath)):
        found = value.isoformat() if isinstance(value, date) else str(value)
    elif hasattr(value, "tolist"):
        found = plain(value.tolist())
    elif isinstance(value, float) and not math.isfinite(value):
        found = None
    else:
        found = value.value if isinstance(value, Enum) else value
    return found


def chart_faults(chart: Path | None) -> list[Fault]:
    """What is wrong with the name of a picture asked for, told before anything is worked out."""
    if chart is None:
        return []
    from roadstead.report.charts.files import unknown_ending

    fault = unknown_ending(chart, "--chart")
    return [fault] if fault else []
