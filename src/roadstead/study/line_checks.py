"""What ties a line to years and to other lines, held against itself and against them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roadstead.terms.errors import Fault
from roadstead.terms.ids import EntryMode
from roadstead.terms.years import NEVER
from roadstead.world.carmaker import RUNS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from roadstead.terms.tables import Row
    from roadstead.world.carmaker import Line

CODE = "RS-S620"


def check(rows: Sequence[Row], lines: Mapping[str, Line]) -> Iterator[Fault]:
    """Lives, conversions, choices and shares of lines that contradict one another."""
    for row in rows:
        line = lines[row["line"]]
        if line.minimum_life >= line.maximum_life:
            message = f"`{line.line_id}` ends by itself after {line.maximum_life} years, and is to be kept for {line.minimum_life}"
            yield Fault(row.where("maximum_life"), CODE, message, "a maximum life above the minimum")
        if line.own_share < 1.0 and line.mode is EntryMode.CONTRACT:
            message = f"`{line.line_id}` is a contract assembler's: it has no shares"
            yield Fault(row.where("own_share"), CODE, message, "nothing here, or another mode")
        if line.converts:
            yield from _conversion(line, row, lines)
        if line.choice:
            yield from _choice(line, row, lines)


def _conversion(line: Line, row: Row, lines: Mapping[str, Line]) -> Iterator[Fault]:
    """A line that converts is free to decide, and takes over a kit line beside it as it is."""
    name, where, first = line.line_id, row.where("converts"), lines.get(line.converts)
    kits = [
        other.line_id
        for other in lines.values()
        if other is not line and other.place == line.place and other.mode is EntryMode.KIT
    ]
    expected = f"one of {', '.join(kits)}" if kits else "nothing here: no kit line stands there"
    if first is None or first.line_id not in kits:
        why = "is no line" if first is None else f"is no kit line in {line.place}"
        yield Fault(where, CODE, f"`{line.converts}` {why}, so `{name}` cannot grow out of it", expected)
        return
    if line.standing in RUNS:
        message = f"`{name}` is {line.standing}: there is no conversion left to decide"
        yield Fault(where, CODE, message, "nothing here, or the standing `announced` or `candidate`")
    if first.maximum_life < NEVER:
        message = f"`{first.line_id}` ends by itself, so `{name}` cannot grow out of it"
        yield Fault(where, CODE, message, f"no maximum_life of `{first.line_id}`")
    if _circles(line, lines):
        yield Fault(where, CODE, f"`{name}` grows out of itself", "a kit line that comes before it")
    if line.own_share != first.own_share:
        message = f"`{name}` works with the steps of `{first.line_id}`: {line.own_share:g} of it is owned, and {first.own_share:g} of those"
        yield Fault(row.where("own_share"), CODE, message, f"{first.own_share:g}")


def _circles(line: Line, lines: Mapping[str, Line]) -> bool:
    """True where what a line converts leads back to it."""
    seen, at = {line.line_id}, line.converts
    while at in lines and at not in seen:
        seen.add(at)
        at = lines[at].converts
    return at in seen


def _choice(line: Line, row: Row, lines: Mapping[str, Line]) -> Iterator[Fault]:
    """A choice is between several lines that are free to decide."""
    where = row.where("choice")
    if line.standing in RUNS:
        message = f"`{line.line_id}` is {line.standing}: it is chosen already"
        yield Fault(where, CODE, message, "a choice between announced or candidate lines")
    elif not any(other.choice == line.choice for other in lines.values() if other is not line):
        message = f"`{line.line_id}` alone has the choice `{line.choice}`"
        yield Fault(where, CODE, message, "the same name at the line it excludes, or nothing")


def check_tooling(rows: Sequence[Row], lines: Mapping[str, Line]) -> Iterator[Fault]:
    """A model is tooled for at a line that may make it, and that does not end by itself."""
    for row in rows:
        line = lines.get(row["line"])
        if line is None:
            message = f"there is no line `{row['line']}`"
            yield Fault(row.where("line"), "RS-S606", message, f"one of {', '.join(lines)}")
        elif row["model"] not in line.models:
            message = f"`{line.line_id}` does not make `{row['model']}`"
            yield Fault(row.where("model"), "RS-S606", message, f"one of {', '.join(line.models)}, by lines.csv")
        elif line.maximum_life < NEVER:
            message = f"`{line.line_id}` ends by itself, and its tools with it: that is not expressible yet"
            yield Fault(row.where("line"), CODE, message, f"no maximum_life of `{line.line_id}`, or no row here")


def check_variants(rows: Sequence[Row], lines: Mapping[str, Line]) -> Iterator[Fault]:
    """A variant is one of a line whose parts are bought one by one, and not the line's own content again."""
    for row in rows:
        line = lines.get(row["line"])
        if line is None:
            message = f"there is no line `{row['line']}`"
            yield Fault(row.where("line"), "RS-S606", message, f"one of {', '.join(lines)}")
        elif line.mode is EntryMode.KIT:
            message = (
                f"`{line.line_id}` puts kits together: what lies in a kit is not known, so it has no other content"
            )
            yield Fault(row.where("line"), CODE, message, "a line with the mode `local` or `contract`")
        elif (row["local_content"], row["local_premium"]) == (line.local_content, line.local_premium):
            message = f"`{line.line_id}` has this content already"
            yield Fault(row.where("local_content"), CODE, message, "another share or premium, or no row")
