"""Print how long everything takes, side by side with a yardstick; with --write, keep it in docs/benchmarks.md.

python -m benchmarks [--write] [--only starter]
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import sys
import tempfile
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.clock import Row, yardstick
from benchmarks.memory import GIGABYTE, watch
from benchmarks.stages import CASES, facts, stages

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

PAGE = CASES.parent / "docs/benchmarks.md"
DUTY = "duty --importer EU27 --origin CHN --powertrain BEV --firm BYD --on 2025-03-01 --value 20000"
LIGHT = (("--help",), tuple(DUTY.split()), ("explain", "RS-T109"), ("world",), ("check", str(CASES / "starter")))
"""Commands that a person waits for while typing."""


def commands(names: Sequence[str]) -> Iterator[Row]:
    """Whole commands as a person starts them: light ones, then a plan of every case, with its memory."""
    roadstead = Path(sys.executable).with_name("roadstead")
    with tempfile.TemporaryDirectory() as folder:
        for words in LIGHT:
            done = watch((str(roadstead), *words), Path(folder))
            yield Row(f"roadstead {words[0]}", done.seconds, "" if done.status == 0 else f"ended with {done.status}")
        for name in names:
            out = Path(folder) / name
            words = ("demo",) if name == "byd" else ("plan", str(CASES / name))
            done = watch((str(roadstead), *words, "--out", str(out)), Path(folder))
            note = f"at most {done.memory / GIGABYTE:.2f} GB" if done.status == 0 else f"ended with {done.status}"
            yield Row(f"roadstead {words[0]} ({name})", done.seconds, note)
            if done.status == 0:
                again = watch((str(roadstead), "verify", str(out)), Path(folder))
                yield Row(
                    f"roadstead verify ({name})", again.seconds, "holds" if again.status == 0 else "does not hold"
                )


def everything(names: Sequence[str]) -> Iterator[Row]:
    """All rows, in the order of a plan."""
    yield from facts()
    for name in names:
        yield from stages(name)
    yield from commands(names)


def kept() -> dict[str, float]:
    """Ratios of the page as it stands, by stage."""
    text = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    found = re.findall(r"^\| (.+?) \| [\d.]+ \| ([\d.,]+) \|", text, re.MULTILINE)
    return {stage: float(ratio.replace(",", "")) for stage, ratio in found}


def line(row: Row, unit: float, before: float | None) -> str:
    """A row as it is printed: seconds, ratio now, ratio kept on the page."""
    old = "" if before is None else f"{before:.2f}"
    return f"{row.stage:28}{row.seconds:9.3f} s{row.seconds / unit:11.2f}{old:>11}   {row.note}"


def page(rows: Iterable[Row], unit: float) -> str:
    """The page docs/benchmarks.md."""
    machine = (
        f"{os.cpu_count()} processors ({platform.machine()}), {platform.system()}, Python {platform.python_version()}"
    )
    lines = [
        "# Benchmarks",
        "",
        "Written by `make bench WRITE=1`. Ratios are to a yardstick, a fixed piece of plain Python and numpy, so that two machines",
        "can be compared: the ratio moves with the code, the seconds with the machine as well.",
        "",
        f"Roadstead {version('roadstead')}, {datetime.now(UTC):%Y-%m-%d}, {machine}; yardstick {unit * 1000:.1f} ms.",
        "",
        "| stage | seconds | ratio | |",
        "| --- | ---: | ---: | --- |",
    ]
    lines += [f"| {row.stage} | {row.seconds:.3f} | {row.seconds / unit:,.2f} | {row.note} |" for row in rows]
    lines += [
        "",
        "Aims: `make demo` after installation within 60 s (better 20 s) and 2 GB on two cores to 1 % of value added; the starter case",
        "within 5 s; the world loads within 0.5 s; light commands within a second.",
        "",
    ]
    return "\n".join(lines)


def main() -> int:
    """Run the benchmarks."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    parser.add_argument("--only", action="append", choices=("starter", "byd"), help="leave the other case out")
    asked = parser.parse_args()
    unit, before = yardstick(), kept()
    print(f"yardstick {unit * 1000:.1f} ms; ratios to it, now and as docs/benchmarks.md keeps them\n")
    print(f"{'':28}{'seconds':>11}{'ratio':>11}{'kept':>11}")
    rows = []
    for row in everything(asked.only or ("starter", "byd")):
        rows.append(row)
        print(line(row, unit, before.get(row.stage)), flush=True)
    if asked.write:
        PAGE.write_text(page(rows, unit), encoding="utf-8")
        print(f"\n{PAGE.relative_to(CASES.parent)} written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
