"""A rehearsal as tables for notebooks: what every way to act comes to, and its NPV on every path."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from roadstead.playbook.rehearsal_book import Estimate
    from roadstead.study.rehearsing import Rehearsal


def tabled(found: Rehearsal) -> dict[str, pl.DataFrame]:
    """Both tables by name: ``rehearsal``, one row a way to act, and ``rehearsal_paths``, one row a path and way to act."""
    return {"rehearsal": _outcomes(found), "rehearsal_paths": _paths(found)}


def _outcomes(found: Rehearsal) -> pl.DataFrame:
    rows = [
        {
            "key": one.key,
            **_estimate("mean", one.mean),
            "p10": one.low,
            "p50": one.middle,
            "p90": one.high,
            **_estimate("worst_tenth", one.tail),
            **_estimate("plan_is_better_by", one.behind),
            **_estimate("regret", one.regret),
            **_estimate("beats_exports", one.beats),
            "keeps": one.keeps,
        }
        for one in found.outcomes
    ]
    kinds = {name: pl.String if name == "key" else pl.Float64 for name in rows[0]}
    return pl.DataFrame(rows, kinds)


def _estimate(name: str, of: Estimate | None) -> dict[str, float | None]:
    return {name: of.value if of else None, f"{name}_error": of.error if of else None}


def _paths(found: Rehearsal) -> pl.DataFrame:
    """Foresight stands beside every way to act on its path, none where nobody looked."""
    paths, policies = found.rehearsed.npv.shape
    unseen = np.full(paths, np.nan)
    seen = found.foreseen
    columns = {
        "path": np.repeat(found.first + np.arange(paths), policies),
        "probability": np.repeat(found.rehearsed.weight, policies),
        "key": list(found.rehearsed.policies) * paths,
        "npv": found.rehearsed.npv.ravel(),
        "keeps": found.rehearsed.keeps.ravel(),
        "foresight": np.repeat(unseen if seen is None else seen.npv, policies),
        "foresight_bound": np.repeat(unseen if seen is None else seen.bound, policies),
    }
    return pl.DataFrame(columns).with_columns(pl.col("foresight", "foresight_bound").fill_nan(None))


def described(found: Rehearsal) -> dict[str, Any]:
    """What a manifest says of it."""
    return {
        "paths": len(found.rehearsed.weight),
        "first_path": found.first,
        "ahead": 0 if found.foreseen is None else sum(len(some) for some in found.foreseen.looked),
        "mean": {one.key: one.mean.value for one in found.outcomes},
    }
