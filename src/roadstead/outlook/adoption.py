r"""NEV share of new-car sales: joint draws of what experience says, market by market.

.. math::
    s_{t+h} = g^{-1}\bigl(g(\hat s_{t+h}) + e_h(u)\bigr) \ \text{or, stalled,}\
    \operatorname{logit}^{-1}\bigl(\operatorname{logit} s_t + \sigma \sqrt{h}\, \Phi^{-1}(u)\bigr)          \qquad (O.6)

with :math:`\hat s` the centre (O.4), :math:`e_h(u)` the u-quantile of its past errors (O.5) near that level, and
:math:`\sigma` the root mean square of the market's own last six steps. A share of the draws stalls: growth of its own past
size, and no direction; one in twenty where NEV are few, three in ten where they are many, as subsidies that end and rules
that are put off have done. The chances u of markets in one region move together (a factor), those of all a little.
Beyond five years, five are added after five, and the years between lie straight on the logit scale.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr, ndtri

from roadstead.outlook.curves import MEMORY, fit_curves
from roadstead.outlook.experience import centre, taken_out
from roadstead.outlook.growth import REACH, features
from roadstead.outlook.links import CEILING, FLOOR, LINKS, between, link, unlink

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.outlook.experience import Experience
    from roadstead.outlook.growth import Adoption
    from roadstead.terms.arrays import Flags, Floats

REGION_FACTOR = 0.55
"""Share of error variance common to a region: Europe's pairwise correlation was 0.53 at h=1, 0.81 at h=2."""
WORLD_FACTOR = 0.08
"""Share of error variance common to the world: 0.08 at h=1 outside Europe."""
PERSISTENCE = 0.7
"""Correlation of a market's error at the end of a block of years with that at the end of the block before."""
STALLS, MORE_STALLS = 0.05, 0.25
"""Share of draws that stall where NEV are few, and how many more where they are many."""
MANY = (0.02, 0.2)
"""Share of NEV at which stalls begin to be more frequent, and at which they are most frequent."""
TOGETHER = 0.9
"""Errors of regions and the world beside those of single markets, which partly cancel in them."""
OWN_STEPS = 6
"""Years whose steps tell how much a market moves by itself."""
UNKNOWN_STEP = 0.5
"""Step of a market of which one year is known. [logit]"""


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
    experience: Experience,
    histories: Sequence[Adoption],
    last_year: int,
    draws: int,
    rng: np.random.Generator,
) -> list[Floats]:
    """Joint draws of NEV share from the year after each history's last to ``last_year``.

    Returns one array per market, shape (draws, years ahead). Draws of one row belong together across markets. Where the
    experience knows steps of policy, they move them (O.8).
    """
    blocks = 1 + max(0, *(last_year - int(h.years[-1]) for h in histories)) // REACH
    regions = [h.region for h in histories]
    # Streams of their own: what is drawn of the first years does not depend on how many are asked for.
    of_growth, of_stalls = rng.spawn(2)
    fresh = [common_normals(regions, draws, of_growth) for _ in range(blocks)]
    stalling = [common_normals(regions, draws, of_stalls) for _ in range(blocks)]
    chance, luck = ndtr(_by_year(np.stack(fresh))), ndtr(np.stack(stalling))
    drawn = [
        _draw_one(experience, history, last_year, chance[..., i], luck[..., i]) for i, history in enumerate(histories)
    ]
    effects = experience.effects
    if effects is None:
        return drawn
    # A region's own draws stay: its members are under the steps, and their sum tells what these do to it.
    return [
        paths if history.is_aggregate else effects.moved(paths, history.place, int(history.years[-1]))
        for history, paths in zip(histories, drawn, strict=True)
    ]


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


def _draw_one(experience: Experience, history: Adoption, last_year: int, chance: Floats, luck: Floats) -> Floats:
    """Draws of one market.

    Parameters
    ----------
    chance
        One for each year of a block and draw. Shape (blocks, REACH, draws).
    luck
        One for each block and draw: which of them stall. Shape (blocks, draws).
    """
    draws = luck.shape[1]
    wanted = last_year - int(history.years[-1])
    if wanted <= 0:
        return np.empty((draws, 0))
    path = history.shares[None, -MEMORY:]
    ahead = np.empty((draws, wanted))
    for block, first in enumerate(range(0, wanted, REACH)):
        # Past the first block a year takes its share from the block's end: one year after another as foretold anew would
        # slow down wherever a block begins.
        years = range(1, REACH + 1) if block == 0 else range(REACH, REACH + 1)
        stalled = luck[block] < stall_chance(path[:, -1])
        told = _block(experience, path, chance[block], stalled, years, is_aggregate=history.is_aggregate)
        told = told if block == 0 else _straight(path[:, -1], told[:, 0])
        reach = min(REACH, wanted - first)
        ahead[:, first : first + reach] = told[:, :reach]
        path = np.concatenate([np.broadcast_to(path, (draws, path.shape[1])), told], axis=1)[:, -MEMORY:]
    return ahead


def _straight(first: Floats, last: Floats) -> Floats:
    """Shares of a block's years, straight on the logit scale from the year before it to its end. Shape (n, REACH)."""
    way = np.arange(1, REACH + 1) / REACH
    begin, end = link(first, "logit")[:, None], link(last, "logit")[:, None]
    return unlink(begin + way * (end - begin), "logit")


def stall_chance(share: Floats) -> Floats:
    """Share of draws that stall, by level. Shape (n,)."""
    return STALLS + MORE_STALLS * between(share, *MANY)


def _block(
    experience: Experience, path: Floats, chance: Floats, stalled: Flags, years: Sequence[int], *, is_aggregate: bool
) -> Floats:
    """Shares of some years of one block (O.6). Shape (draws, len(years)).

    Parameters
    ----------
    path
        What came before; one row where it is the same for all draws. Shape (draws or 1, T).
    chance
        Shape (REACH, draws).
    stalled
        Shape (draws,).
    years
        Counted from the year before the block.
    """
    now = np.clip(path[:, -1], FLOOR, CEILING)
    given = {kind: features(link(path[:, -3:], kind)) for kind in LINKS}
    curve, own, keep = fit_curves(path), own_step(path), taken_out(now, is_aggregate=is_aggregate)
    found = np.empty((len(stalled), len(years)))
    for column, horizon in enumerate(years):
        u = chance[horizon - 1]
        still = unlink(link(now, "logit") + own * np.sqrt(horizon) * ndtri(u), "logit")
        errors = experience.errors[horizon - 1]
        if errors is None:
            found[:, column] = still
            continue
        grown = link(centre(experience.projections, given, curve, now, horizon), "gompit")
        missed = errors.at(np.broadcast_to(now, u.shape), u, np.broadcast_to(keep, u.shape))
        missed = TOGETHER * missed if is_aggregate else missed
        found[:, column] = np.where(stalled, still, unlink(grown + missed, "gompit"))
    return np.clip(found, FLOOR, CEILING)


def own_step(path: Floats) -> Floats:
    """Root mean square of a market's last steps. Shape (n, T) -> (n,). [logit]"""
    steps = np.diff(link(path[:, -OWN_STEPS - 1 :], "logit"), axis=1)
    if steps.shape[1] == 0:
        return np.full(len(path), UNKNOWN_STEP)
    return np.asarray(np.sqrt((steps**2).mean(axis=1)))
