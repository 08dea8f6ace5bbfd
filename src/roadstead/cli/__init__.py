"""The command line: reads what is asked, asks the rooms, prints the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(words: Sequence[str] | None = None) -> int:
    """Run one command; the exit status: 0, 1 where a check failed, 2 for bad input, 130 when interrupted."""
    import sys

    from roadstead.cli.command_line import run

    return run(list(sys.argv[1:] if words is None else words))
