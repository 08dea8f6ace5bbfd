"""Import a made year of trade in BACI's layout and print the seconds and the most memory it took.

python -m benchmarks.imports --rows 20000000 --most 2.0

The file is made: every flow once, codes and countries drawn evenly, values and weights lognormal, some weights missing. The import
runs as a person starts it, in processes of its own, whose memory is watched. It fails where more is held than allowed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.clock import timed, yardstick
from benchmarks.memory import GIGABYTE, Watched, watch
from roadstead.world import reference
from roadstead.world.imports import goods

NAME = "BACI_HS22_Y2023_V202501.csv"
CHUNK = 500_000
OTHER_GOODS = 5_200
"""Subheadings beside those of cars and parts."""


def made(path: Path, rows: int, seed: int = 0) -> None:
    """Write a file of so many flows, each once, part by part."""
    rng = np.random.default_rng(seed)
    places = np.sort([int(p.m49) for p in reference.load().gazetteer.places.values() if p.m49])
    ours = [*goods.CODES[goods.ALL], *goods.PARTS_CODES, goods.BATTERIES]
    others = rng.choice(
        np.setdiff1d(np.arange(10_121, 970_600), np.asarray(ours, np.int64)), OTHER_GOODS, replace=False
    )
    codes = np.sort(np.concatenate([np.asarray(ours, np.int64), others]))
    # A stride prime to the number of flows visits each of them once, in no order.
    every = len(places) ** 2 * len(codes)
    if rows > every:
        message = f"there are no more than {every} flows between {len(places)} places"
        raise ValueError(message)
    stride = next(n for n in range(int(0.618 * every), every) if np.gcd(n, every) == 1)
    with path.open("wb") as file:
        file.write(b"t,i,j,k,v,q\n")
        for first in range(0, rows, CHUNK):
            flow = (np.arange(first, min(first + CHUNK, rows), dtype=np.int64) * stride) % every
            pair, code = np.divmod(flow, len(codes))
            exporter, importer = np.divmod(pair, len(places))
            weight = np.round(rng.lognormal(1.0, 2.0, flow.size), 3)
            part = pl.DataFrame(
                {
                    "t": np.full(flow.size, 2023),
                    "i": places[exporter],
                    "j": places[importer],
                    "k": codes[code],
                    "v": np.round(rng.lognormal(3.0, 2.0, flow.size), 3),
                    "q": weight,
                }
            ).with_columns(
                k=pl.col("k").cast(pl.String).str.zfill(6),
                q=pl.when(pl.col("q") < 0.05).then(pl.lit("           NA")).otherwise(pl.col("q").cast(pl.String)),
            )
            part.write_csv(file, include_header=False)


def imported(path: Path, folder: Path) -> Watched:
    """The import of a file into a case, as a command."""
    roadstead = Path(sys.executable).with_name("roadstead")
    words = (str(roadstead), "import", "baci", str(path), "--into", str(folder / "case"), "--only", "CHN")
    return watch(words, folder)


def main() -> int:
    """Make the file, import it, print what it took."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.imports", description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000_000)
    parser.add_argument("--most", type=float, default=2.0, help="gigabytes that the import may hold")
    asked = parser.parse_args()
    unit = yardstick()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        seconds, _ = timed(lambda: made(folder / NAME, asked.rows))
        size = (folder / NAME).stat().st_size / GIGABYTE
        print(f"{asked.rows} flows, {size:.2f} GB, made in {seconds:.0f} s")
        done = imported(folder / NAME, folder)
        print(done.output.strip())
    held = done.memory / GIGABYTE
    print(f"imported in {done.seconds:.1f} s ({done.seconds / unit:.0f} x the yardstick), at most {held:.2f} GB held")
    return 0 if done.status == 0 and held <= asked.most else 1


if __name__ == "__main__":
    sys.exit(main())
