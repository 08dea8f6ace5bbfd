"""A rehearsal as tables for notebooks: what every way to act comes to, and its NPV on every path."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from roadstead.study.flexible import estimate, said, with_errors

if TYPE_CHECKING:
    from roadstead.playbook.breaks_book import Broken
    from roadstead.playbook.signs_book import Confirmed
    from roadstead.study.rehearsing import Rehearsal


BREAKS: dict[str, Any] = {
    "key": pl.String, "how": pl.String, **with_errors("share", "coverage", "density"), "where": pl.List(pl.String),
    "said": pl.String, "said_zh": pl.String,
}  # fmt: skip
SIGNS: dict[str, Any] = {
    "kind": pl.String, "subject": pl.String, "year": pl.Int64, "what": pl.String, "what_zh": pl.String,
    "false_alarm": pl.Float64, "missed": pl.Float64, **with_errors("fresh_false_alarm", "fresh_missed"),
    "asked": pl.Int64, "taken": pl.Int64, **with_errors("pays_false_alarm", "pays_missed", "lost", "nearest"),
    "chosen_on": pl.String, **with_errors("chosen_false_alarm", "chosen_missed", "chosen_lost", "blind"), "always": pl.Boolean,
    "said": pl.String, "said_zh": pl.String,
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
            **estimate("mean", one.mean),
            "p10": one.low,
            "p50": one.middle,
            "p90": one.high,
            **estimate("worst_tenth", one.tail),
            **estimate("plan_is_better_by", one.behind),
            **estimate("regret", one.regret),
            **estimate("beats_exports", one.beats),
            "keeps": one.keeps,
        }
        for one in found.outcomes
    ]
    kinds = {name: pl.String if name == "key" else pl.Float64 for name in rows[0]}
    return pl.DataFrame(rows, kinds)


def _broken(one: Broken, currency: str) -> dict[str, Any]:
    return {
        "key": one.key,
        "how": one.how,
        **estimate("share", one.share),
        **estimate("coverage", one.coverage),
        **estimate("density", one.density),
        "where": [limit.kind + " " + limit.of for limit in one.where],
        **said("said", one.said, currency),
    }


def _sign(one: Confirmed, currency: str) -> dict[str, Any]:
    """A signpost; numbers of paths are those on which the decision may be taken, and of them those on which it is."""
    sign, pays, tried = one.signpost, one.pays, one.chosen.tried
    return {
        "kind": sign.kind,
        "subject": sign.subject,
        "year": sign.year,
        **said("what", sign.what, currency),
        "false_alarm": sign.false_alarm,
        "missed": sign.missed,
        **estimate("fresh_false_alarm", one.fresh.false_alarm),
        **estimate("fresh_missed", one.fresh.missed),
        "asked": one.fresh.asked,
        "taken": one.fresh.taken,
        **estimate("pays_false_alarm", pays.false_alarm if pays else None),
        **estimate("pays_missed", pays.missed if pays else None),
        **estimate("lost", one.lost),
        **estimate("nearest", one.nearest),
        "chosen_on": one.chosen.chosen_on,
        **estimate("chosen_false_alarm", tried.rates.false_alarm if tried else None),
        **estimate("chosen_missed", tried.rates.missed if tried else None),
        **estimate("chosen_lost", tried.lost if tried else None),
        **estimate("blind", tried.blind if tried else None),
        "always": tried.always if tried else None,
        **said("said", one.said, currency),
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
