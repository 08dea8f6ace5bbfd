r"""One series carried on by another whose level differs: growth is taken over, levels are never spliced.

Two counts of one market rarely agree: they cover other vehicles, other registrations, another edition. Beyond the last
year that a series knows, another carries it on from the last year T that both know, on the logit scale:

.. math::
    \operatorname{logit} s_t = \operatorname{logit} s_T
        + \left[\operatorname{logit} o_t - \operatorname{logit} o_T\right], \quad t > T   \qquad (W.2)

with s the share of the series and o that of the other. Odds multiply by one ratio, so a share stays inside 0 to 1, and
where levels agree the other's figures come through unchanged. The size of the market is carried on by the other's
growth from the last year that both know it, and NEV sold are share times size.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from roadstead.terms.errors import Fault, RoadsteadError
from roadstead.world.panel import Series
from roadstead.world.readers.series import spans

if TYPE_CHECKING:
    from roadstead.terms.arrays import Flags, Floats, Ints


def extended(base: Series, other: Series) -> Series:
    """``base`` as far as its own shares go, then carried on by ``other`` (W.2), with a note that says so.

    Raises
    ------
    RoadsteadError
        RS-W317 where the two are of different markets, or share no year with shares above 0 and below 1 in both.
    """
    years = np.arange(min(base.years[0], other.years[0]), max(base.years[-1], other.years[-1]) + 1, dtype=np.int64)
    at_base, at_other = base.years - years[0], other.years - years[0]
    share, carried = _laid(base.share, at_base, years.size), _laid(other.share, at_other, years.size)
    common = _inside(share) & _inside(carried)
    if base.code != other.code or not common.any():
        raise RoadsteadError(_no_chain(base, other))
    anchor = int(np.flatnonzero(common)[-1])
    new = _beyond(share) & np.isfinite(carried)
    if not new.any():
        return base
    ratio = _odds(share[anchor]) / _odds(carried[anchor])
    share = np.where(new, _shifted(carried, ratio), share)  # (W.2)
    total = _sizes(base, other, new, int(years[0]))
    nev = _laid(base.nev, at_base, years.size)
    nev = np.where(_beyond(nev) & new, share * total, nev)
    note = (
        f"{spans(years[new])} chained on the logit scale to another count at {years[anchor]}: "
        f"{100 * share[anchor]:.3g} % here, {100 * carried[anchor]:.3g} % there"
    )
    kept = slice(int(base.years[0] - years[0]), int(max(at_base[-1], np.flatnonzero(new)[-1])) + 1)
    return Series(
        code=base.code,
        region=base.region,
        is_aggregate=base.is_aggregate,
        years=years[kept].copy(),
        share=share[kept].copy(),
        nev=nev[kept].copy(),
        total=total[kept].copy(),
        notes=(*base.notes, note),
    )


def _laid(values: Floats, at: Ints, size: int) -> Floats:
    laid = np.full(size, np.nan)
    laid[at] = values
    return laid


def _inside(share: Floats) -> Flags:
    """Shares that have a finite logit."""
    return np.asarray((share > 0.0) & (share < 1.0))


def _beyond(values: Floats) -> Flags:
    """Years after the last that is known; every year where none is."""
    known = np.flatnonzero(np.isfinite(values))
    return np.arange(values.size) > (known[-1] if known.size else -1)


def _odds(share: float) -> float:
    return float(share / (1.0 - share))


def _shifted(share: Floats, ratio: float) -> Floats:
    """Shares whose odds are ``ratio`` times as large; exactly the same shares for a ratio of 1."""
    return np.asarray(ratio * share / (1.0 + (ratio - 1.0) * share))


def _sizes(base: Series, other: Series, new: Flags, first: int) -> Floats:
    """Size of the market: the base's own, then in ``new`` years the other's growth from the last year that both know."""
    own, carried = (_laid(s.total, s.years - first, new.size) for s in (base, other))
    common = np.flatnonzero((own > 0.0) & (carried > 0.0))
    if not common.size:
        return own
    return np.where(new & _beyond(own), carried * (own[common[-1]] / carried[common[-1]]), own)


def _no_chain(base: Series, other: Series) -> Fault:
    if base.code != other.code:
        message = f"{other.code} cannot carry on {base.code}"
        return Fault(base.code, "RS-W317", message, "two series of one market")
    known = [spans(s.years[_inside(s.share)]) or "no year" for s in (base, other)]
    message = f"no year with a share in both series: {known[0]} and {known[1]}"
    return Fault(base.code, "RS-W317", message, "at least one year with a share above 0 and below 100 % in both")
