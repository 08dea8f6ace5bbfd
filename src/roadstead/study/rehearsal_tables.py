"""A rehearsal as tables for notebooks: what every way to act comes to, and its NPV on every path."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from roadstead.study.flexible import said

if TYPE_CHECKING:
    from roadstead.playbook.breaks_book import Broken
    from roadstead.playbook.rehearsal_book import Estimate
    from roadstead.playbook.signs_book import Confirmed
    from roadstead.study.rehearsing import Rehearsal


def _with_errors(*names: str) -> dict[str, Any]:
    return {column: pl.Float64 for name in names for column in (name, f"{name}_error")}


BREAKS: dict[str, Any] = {
    "key": pl.String, "how": pl.String, **_with_errors("share", "coverage", "density"), "where": pl.List(pl.String),
    "said": pl.String, "said_zh": pl.String,
}  # fmt: skip
SIGNS: dict[str, Any] = {
    "kind": pl.String, "subject": pl.String, "year": pl.Int64, "what": pl.String, "what_zh": pl.String,
    "false_alarm": pl.Float64, "missed": pl.Float64, **_with_errors("fresh_false_alarm", "fresh_missed"),
    "asked": pl.Int64, "taken": pl.Int64, **_with_errors("pays_false_alarm", "pays_missed", "gain"),
    "better": pl.String, "better_zh": pl.String,
}  # fmt: skip


def tabled(found: Rehearsal) -> dict[str, pl.DataFrame]:
    """Tables by name: ways to act, ways to act on each path, where each way breaks, and signposts."""
    return {
        "rehearsal": _outcomes(found),
        "rehearsal_paths": _paths(found),
        "rehearsal_breaks": pl.DataFrame([_broken(one, found.currency) for one in found.broken], BREAKS),
        "rehearsal_signs": pl.DataFrame([_sign(one, found.currency) for one in found.signs], SIGNS),
    }


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


def _broken(one: Broken, currency: str) -> dict[str, Any]:
    return {
        "key": one.key,
        "how": one.how,
        **_estimate("share", one.share),
        **_estimate("coverage", one.coverage),
        **_estimate("density", one.density),
        "where": [limit.kind + " " + limit.of for limit in one.where],
        **said("said", one.said, currency),
    }


def _sign(one: Confirmed, currency: str) -> dict[str, Any]:
    """A signpost; numbers of paths are those on which the decision may be taken, and of them those on which it is."""
    sign, pays = one.signpost, one.pays
    return {
        "kind": sign.kind,
        "subject": sign.subject,
        "year": sign.year,
        **said("what", sign.what, currency),
        "false_alarm": sign.false_alarm,
        "missed": sign.missed,
        **_estimate("fresh_false_alarm", one.fresh.false_alarm),
        **_estimate("fresh_missed", one.fresh.missed),
        "asked": one.fresh.asked,
        "taken": one.fresh.taken,
        **_estimate("pays_false_alarm", pays.false_alarm if pays else None),
        **_estimate("pays_missed", pays.missed if pays else None),
        **_estimate("gain", one.gain),
        **(said("better", one.better.said, currency) if one.better else {"better": None, "better_zh": None}),
    }


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
        "ahead": 0 if found.foreseen is None else found.foreseen.count,
        "mean": {one.key: one.mean.value for one in found.outcomes},
    }
