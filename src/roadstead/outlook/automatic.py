"""Forecasts to beat that choose their own model: ARIMA, exponential smoothing and Theta, fitted to the logit of the share.

The models are those of statsforecast, an optional extra (``pip install 'roadstead[baselines]'``) that is imported when a
forecast is asked for and not before. One series knows nothing of the others, and there are few years of each: a series too
short for a model gets a random walk, and says so.

The models are called one by one and not through statsforecast's frame. Its frame names the columns of all series after the
last one, but a fallback orders its intervals otherwise than the models do, so one short series at the end would swap q05 and
q45 of all the others (statsforecast 2.1.1); and it does not tell which series a fallback stood in for.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from roadstead.outlook.baselines import logit_history, random_walk, to_share
from roadstead.outlook.score import LEVELS
from roadstead.terms.arrays import frozen
from roadstead.terms.errors import Fault, RoadsteadError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from roadstead.outlook.baselines import Baseline
    from roadstead.terms.arrays import Flags, Floats

Model = Literal["AutoARIMA", "AutoETS", "AutoTheta"]
MODELS: tuple[Model, ...] = get_args(Model)
SHORTEST: Mapping[Model, int] = MappingProxyType({"AutoARIMA": 4, "AutoETS": 7, "AutoTheta": 4})
"""Years each model needs: with fewer, ARIMA can come out without a spread and the others refuse ("tiny datasets",
Nixtla/statsforecast issue 677). [years]"""
WIDTHS = tuple(range(10, 100, 10))
"""Central intervals asked for; their bounds are the eighteen levels beside the median. [%]"""


@dataclass(frozen=True, slots=True, eq=False)
class Automatic:
    """Forecasts of one model for N series over H years.

    Attributes
    ----------
    model
        Name of the model.
    quantiles
        NEV share at the nineteen ``LEVELS``, not falling and inside (0, 1). Shape (N, H, 19). [fraction]
    stands_in
        True where a random walk stands in for the model. Shape (N,).
    reasons
        Why it does; empty where the model itself speaks. N of them.
    """

    model: Model
    quantiles: Floats
    stands_in: Flags
    reasons: tuple[str, ...]

    def __post_init__(self) -> None:
        frozen(self.quantiles)
        frozen(self.stands_in)


def automatic(histories: Sequence[Floats], horizon: int, model: Model) -> Automatic:
    """Forecast every history with one model; each is a share history as a :data:`Baseline` reads it.

    Raises
    ------
    RoadsteadError
        RS-O411 where statsforecast is not installed.
    """
    forecaster = getattr(_models(), model)(season_length=1)
    quantiles: Floats = np.empty((len(histories), horizon, LEVELS.size))
    reasons: list[str] = []
    for i, history in enumerate(histories):
        found, reason = _one(forecaster, logit_history(history), horizon, SHORTEST[model])
        quantiles[i] = random_walk(history, horizon) if found is None else to_share(found)
        reasons.append(reason)
    return Automatic(model, quantiles, np.asarray([bool(reason) for reason in reasons], dtype=np.bool_), tuple(reasons))


def as_baseline(model: Model) -> Baseline:
    """One model with the signature of every baseline, a random walk where it has too little."""
    return partial(_quantiles, model)


def _quantiles(model: Model, history: Floats, horizon: int) -> Floats:
    return np.array(automatic([history], horizon, model).quantiles[0])


def _models() -> Any:
    try:
        return import_module("statsforecast.models")
    except ModuleNotFoundError as missing:
        message = f"the automatic forecasts to beat need a package that is not installed ({missing.name})"
        expected = "pip install 'roadstead[baselines]'"
        raise RoadsteadError(Fault("outlook", "RS-O411", message, expected)) from missing


def _one(forecaster: Any, g: Floats, horizon: int, shortest: int) -> tuple[Floats | None, str]:
    """Logits at ``LEVELS``, shape (H, 19), or None with the reason."""
    if g.size < shortest:
        return None, f"{g.size} years known, {shortest} needed"
    try:
        # Short series make the models divide by nothing on the way to one they keep; what counts is checked below.
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            told = forecaster.forecast(y=g, h=horizon, level=list(WIDTHS))
    except Exception as failure:  # noqa: BLE001 - the models raise bare Exception where none can be fitted
        return None, f"{type(failure).__name__}: {failure}"
    found = _levels(told)
    return (found, "") if np.isfinite(found).all() else (None, "the model found has no finite spread")


def _levels(told: Mapping[str, Floats]) -> Floats:
    """Bounds of the intervals and the mean between them, in order. Shape (H, 19).

    Theta draws its intervals from two hundred paths, and its mean can lie beyond the narrowest of them. Sorting mends that,
    and quantiles put in order never score worse (Chernozhukov, Fernández-Val & Galichon 2010, Econometrica 78:1093-1125).
    """
    low = [told[f"lo-{width}"] for width in reversed(WIDTHS)]
    high = [told[f"hi-{width}"] for width in WIDTHS]
    return np.sort(np.stack([*low, told["mean"], *high], axis=-1).astype(np.float64), axis=-1)
