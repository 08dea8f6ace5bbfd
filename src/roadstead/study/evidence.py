"""What a program may ask of the evidence: a commentary's claims, the world's markets ranked, the precedents, and worlds beside each other."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Any

    from roadstead.study.claims import Claims
    from roadstead.study.markets import Markets
    from roadstead.study.precedents import Precedents
    from roadstead.study.world_diff import WorldDiff


def claims(*wanted: str, world: Path | None = None) -> Claims:
    """A commentary's quantified claims held against the packaged facts, each with a verdict; all, or those wanted by id.

    Parameters
    ----------
    world
        Folder of one's own facts, in the place of packaged ones.

    Raises
    ------
    RoadsteadError
        RS-W305 where an id is that of no claim, RS-S721 where there is no such folder.
    """
    from roadstead.study.claims import claims as held
    from roadstead.study.folders import world_with

    return held(world_with(world), wanted)


def markets(
    on: date | None = None,
    *,
    weights: Mapping[str, float] | None = None,
    powertrain: str = "BEV",
    world: Path | None = None,
) -> Markets:
    """The world's markets ranked and tiered for a Chinese exporter.

    Parameters
    ----------
    on
        Day whose law counts; today where None.
    weights
        By column, in place of those of market_terms.csv: size, growth, nev_share, openness, landed_gap, country_risk,
        chinese_share. 0 leaves a column out, a negative one turns it round.
    powertrain
        Of the car that the landed-cost gap is of.
    world
        Folder of one's own facts, in the place of packaged ones.

    Raises
    ------
    RoadsteadError
        RS-S751 where a weight is none or no column weighs anything; RS-L208 for no powertrain; RS-S721 where there is no such
        folder.
    """
    from roadstead.study.folders import world_with
    from roadstead.study.markets import rank_markets

    day = on or date.today()  # noqa: DTZ011 - the day where the person sits
    return rank_markets(world_with(world), day, weights=weights, powertrain=powertrain)


def precedents(*, world: Path | None = None) -> Precedents:
    """How Japan, Korea and Germany went over to building abroad, and where that leads China and its makers by 2030 and 2035.

    Parameters
    ----------
    world
        Folder of one's own facts, in the place of packaged ones.

    Raises
    ------
    RoadsteadError
        RS-S721 where there is no such folder; RS-W307 where a home's own years are too few for a curve.
    """
    from roadstead.study.folders import world_with
    from roadstead.study.precedents import precedents as found

    return found(world_with(world))


def world_diff(a: str | Path, b: str | Path = "packaged", table: str = "") -> WorldDiff:
    """What moved from one world to another: rows added, removed and changed, by table, with key and place.

    Parameters
    ----------
    a, b
        ``packaged``, a run folder (the world it was made with), a snapshot, a case, or a folder of tables as the ``world/`` or
        ``rules/`` of a case.
    table
        Only this one.

    Raises
    ------
    RoadsteadError
        RS-S781 where a name means none of these; RS-S782 and RS-S783 where a run's or a snapshot's world cannot be read; RS-W304 where
        there is no such table; every fault of one's own tables.
    """
    from roadstead.study.world_diff import only
    from roadstead.study.world_diff import world_diff as between

    return only(between(a, b), table)


def world_snapshot(out: Path, of: str | Path = "packaged") -> Mapping[str, Any]:
    """Keep the world that a plan would use in one file; what the file says of itself: version, hash, tables.

    Raises
    ------
    RoadsteadError
        RS-S784 where something lies there already or it cannot be written; as :func:`world_diff` for whose world it is.
    """
    from roadstead.study.footing import footing
    from roadstead.study.snapshot import write

    return write(out, footing(of))
