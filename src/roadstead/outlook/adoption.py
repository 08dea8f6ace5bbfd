r"""NEV share of new-car sales: pooled growth across markets, with joint draws.

For each horizon h one regression over all markets and past origins (a local projection; Jordà 2005):

.. math::
    g(s_{t+h}) - g(s_t) = \beta_{h0} + \beta_{h1} g(s_t) + \beta_{h2} \Delta_1 + \beta_{h3} \Delta_2 + e   \qquad (O.1)

with g the logit, or the gompit -ln(-ln s); :math:`\Delta_1` last year's step, :math:`\Delta_2` the mean of the last two;
older rows weigh less, large errors are damped (Huber). The centre of a forecast is the mean, on the logit scale, of both
links and of "no change", which the back-tests of 2021-24 asked for; its spread is drawn from the errors of the training
rows nearest in level. Markets of one region err together (a factor), all markets a little (another). Shares stay
below one: the ceiling is fixed, because free ceilings collapse to the last level in back-tests.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy.special import ndtr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.terms.arrays import Floats, Ints

Link = Literal["logit", "gompit"]

REACH = 5
"""Longest horizon that is regressed directly; longer ones repeat the longest from where a draw stands."""
FORGET = 0.93
"""Weight of a training row falls by this factor for each year of age."""
NEIGHBOURS = 90
"""Training errors drawn from: those nearest in level."""
WIDEN = 1.15
"""Spread of the drawn errors over that of the training errors, which are in sample."""
REGION_FACTOR = 0.55
"""Share of error variance common to a region: Europe's pairwise correlation was 0.53 at h=1, 0.81 at h=2."""
WORLD_FACTOR = 0.08
"""Share of error variance common to the world: 0.08 at h=1 outside Europe."""
PERSISTENCE = 0.7
"""Correlation of a market's error at the end of a block of years with that at the end of the block before."""
FLOOR, CEILING = 2e-4, 0.995
"""Shares are kept inside; the sources round what is smaller to nothing."""
RIDGE = 1.0
HUBER = 1.5


@dataclass(frozen=True, slots=True)
class Adoption:
    """History of one market: consecutive years and NEV shares as fractions."""

    place: str
    region: str
    years: Ints
    shares: Floats


def link(share: Floats, kind: Link) -> Floats:
    """The link g of (O.1)."""
    s = np.clip(share, FLOOR, CEILING)
    return np.asarray(np.log(s / (1 - s)) if kind == "logit" else -np.log(-np.log(s)))


def unlink(value: Floats, kind: Link) -> Floats:
    """Inverse of :func:`link`."""
    if kind == "logit":
        return np.asarray(1.0 / (1.0 + np.exp(-value)))
    return np.asarray(np.exp(-np.exp(-np.clip(value, -6.0, 60.0))))


@dataclass(frozen=True, slots=True)
class Projection:
    """One fitted horizon of (O.1).

    Attributes
    ----------
    beta
        Coefficients of 1, level and two momenta. Shape (4,).
    level, error
        Level and error of every training row, sorted by level. Shapes (n,).
    least, most
        Range of the features the fit saw; forecasts outside it are held at its edge. Shapes (3,).
    """

    beta: Floats
    level: Floats
    error: Floats
    least: Floats
    most: Floats


@dataclass(frozen=True, slots=True)
class GrowthModel:
    """Fitted projections by link and horizon."""

    projections: dict[tuple[Link, int], Projection]


def features(g: Floats) -> Floats:
    """Level and two momenta at the last column of paths in the link's scale. Shape (..., T) -> (..., 3)."""
    last = g[..., -1]
    one = last - g[..., -2] if g.shape[-1] > 1 else np.zeros_like(last)
    two = (last - g[..., -3]) / 2.0 if g.shape[-1] > 2 else one
    return np.stack([last, one, two], axis=-1)


def fit(histories: Sequence[Adoption], origin: int) -> GrowthModel:
    """Fit (O.1) on everything known at the end of year ``origin``."""
    projections: dict[tuple[Link, int], Projection] = {}
    for kind in ("logit", "gompit"):
        for horizon in range(1, REACH + 1):
            rows, steps, ages = _training(histories, origin, horizon, kind)
            projections[kind, horizon] = _regress(rows, steps, FORGET**ages)
    return GrowthModel(projections)


def _training(histories: Sequence[Adoption], origin: int, horizon: int, kind: Link) -> tuple[Floats, Floats, Floats]:
    rows, steps, ages = [], [], []
    for history in histories:
        known = history.years <= origin
        years, g = history.years[known], link(history.shares[known], kind)
        at = {int(year): i for i, year in enumerate(years)}
        for year, i in at.items():
            if year + horizon in at and i >= 1 and year - 1 in at and history.shares[i] > FLOOR:
                rows.append(features(g[max(0, i - 2) : i + 1]))
                steps.append(g[at[year + horizon]] - g[i])
                ages.append(origin - year - horizon)
    return np.asarray(rows).reshape(-1, 3), np.asarray(steps), np.asarray(ages, dtype=np.float64)


def _regress(rows: Floats, steps: Floats, weights: Floats) -> Projection:
    """Weighted ridge regression, reweighted after Huber."""
    if len(steps) < 8:  # too little to learn from: no change expected, wide errors
        level = np.linspace(-5.0, 3.0, 9)
        flat = np.zeros(3)
        return Projection(np.zeros(4), level, np.linspace(-1.0, 1.0, 9), flat - 9.0, flat + 9.0)
    centre, spread = rows.mean(0), rows.std(0) + 1e-9
    least, most = centre - 2.5 * spread, centre + 2.5 * spread
    design = np.column_stack([np.ones(len(rows)), np.clip(rows, least, most)])
    penalty = np.diag([0.0, RIDGE, RIDGE, RIDGE])
    beta: Floats = np.zeros(4)
    robust: Floats = np.ones(len(steps))
    for _ in range(12):
        w = weights * robust
        normal = design.T @ (w[:, None] * design) + penalty
        beta = np.asarray(np.linalg.solve(normal, design.T @ (w * steps)), dtype=np.float64)
        error = steps - design @ beta
        scale = 1.4826 * np.median(np.abs(error - np.median(error))) + 1e-9
        robust = np.minimum(1.0, HUBER * scale / np.maximum(np.abs(error), 1e-12))
    error = steps - design @ beta
    order = np.argsort(rows[:, 0], kind="stable")
    return Projection(beta, rows[order, 0], error[order], least, most)


def _step(projection: Projection, f: Floats) -> Floats:
    """Expected growth at features f. Shape (..., 3) -> (...,)."""
    clipped = np.clip(f, projection.least, projection.most)
    return np.asarray(projection.beta[0] + clipped @ projection.beta[1:])


def _error_quantile(projection: Projection, level: Floats, u: Floats) -> Floats:
    """The u-quantile of the errors of the training rows nearest to each level."""
    count = len(projection.error)
    window = min(NEIGHBOURS, count)
    start = np.clip(np.searchsorted(projection.level, level) - window // 2, 0, count - window)
    nearby = np.sort(projection.error[np.arange(count - window + 1)[:, None] + np.arange(window)], axis=1)
    place = u * (window - 1)
    low = np.floor(place).astype(int)
    high = np.minimum(low + 1, window - 1)
    share = place - low
    return np.asarray(nearby[start, low] * (1 - share) + nearby[start, high] * share)


def common_normals(regions: Sequence[str], draws: int, rng: np.random.Generator) -> Floats:
    """Standard normals that share a regional and a world factor. Shape (draws, markets)."""
    names = sorted(set(regions))
    region = np.asarray([names.index(r) for r in regions])
    world = rng.standard_normal((draws, 1))
    regional = rng.standard_normal((draws, len(names)))[:, region]
    own = rng.standard_normal((draws, len(regions)))
    rest = 1.0 - REGION_FACTOR - WORLD_FACTOR
    return np.asarray(np.sqrt(WORLD_FACTOR) * world + np.sqrt(REGION_FACTOR) * regional + np.sqrt(rest) * own)


def draw_paths(
    model: GrowthModel,
    histories: Sequence[Adoption],
    last_year: int,
    draws: int,
    rng: np.random.Generator,
) -> list[Floats]:
    """Joint draws of NEV share from the year after each history's last to ``last_year``.

    Returns one array per market, shape (draws, years ahead). Draws of one row belong together across markets.
    """
    blocks = 1 + max(0, *(last_year - int(h.years[-1]) for h in histories)) // REACH
    regions = [h.region for h in histories]
    fresh = [common_normals(regions, draws, rng) for _ in range(blocks)]
    uniform = ndtr(_by_year(np.stack(fresh)))
    return [_draw_one(model, history, last_year, uniform[..., i]) for i, history in enumerate(histories)]


def _by_year(fresh: Floats) -> Floats:
    """Normals of every year of every block. Shape (blocks, draws, markets) -> (blocks, REACH, draws, markets).

    A market that runs ahead tends to stay ahead, so blocks are related; but a block's first year cannot repeat at once
    what the years before it built up. The tie to the block before grows with the years and is whole at its end.
    """
    found = np.empty((fresh.shape[0], REACH, *fresh.shape[1:]))
    found[0] = fresh[0]
    for block in range(1, len(fresh)):
        for year in range(REACH):
            tie = PERSISTENCE * (year + 1) / REACH
            found[block, year] = tie * found[block - 1, -1] + np.sqrt(1.0 - tie**2) * fresh[block]
    return found


def _draw_one(model: GrowthModel, history: Adoption, last_year: int, u: Floats) -> Floats:
    """Draws of one market; u holds one uniform per year of a block and draw. Shape (blocks, REACH, draws)."""
    recent = history.shares[-3:]
    path = np.repeat(recent[None, :], u.shape[2], axis=0)
    wanted = last_year - int(history.years[-1])
    if wanted <= 0:
        return np.empty((u.shape[2], 0))
    ahead: list[Floats] = []
    block = 0
    while len(ahead) < wanted:
        reach = min(REACH, wanted - block * REACH)
        ahead += [_forward(model, path, horizon, u[block, horizon - 1]) for horizon in range(1, reach + 1)]
        tail = np.stack(ahead[-REACH:], axis=1)
        path = np.concatenate([path, tail], axis=1)[:, -3:]
        block += 1
    return np.stack(ahead, axis=1)


def _forward(model: GrowthModel, path: Floats, horizon: int, u: Floats) -> Floats:
    """Shares ``horizon`` years on from each path's end: centre of both links and no change, errors of the gompit fit."""
    steps: dict[Link, Floats] = {}
    for kind in ("logit", "gompit"):
        g = link(path, kind)
        steps[kind] = unlink(g[:, -1] + _step(model.projections[kind, horizon], features(g)), kind)
    now = path[:, -1]
    centre = (link(steps["logit"], "logit") + link(steps["gompit"], "logit") + link(now, "logit")) / 3.0
    projection = model.projections["gompit", horizon]
    g = link(unlink(centre, "logit"), "gompit")
    error = WIDEN * _error_quantile(projection, link(now, "gompit"), u)
    return np.clip(unlink(g + error, "gompit"), FLOOR, CEILING)
