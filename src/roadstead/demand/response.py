r"""What a firm earns from its own volumes in a market, as concave curves cut into price segments for the planner.

With rivals at given prices, own volumes q (shares of all who might buy) earn exactly

.. math::
    R(q) = \frac{1}{\alpha} \sum_k q_k \bigl(a_k - (1 - \rho) \ln q_k\bigr)
           + \frac{1}{\alpha} \Bigl(Q \ln q_0 - \rho \sum_g Q_g \ln S_g\Bigr)                      \qquad (D.9)

with :math:`Q_g` own volume in a nest, Q that of all nests, :math:`S_g` the nest's volume with the rivals' cars and
:math:`q_0` those who buy nothing, which follow from :math:`Q_g` by

.. math::
    S_g - Q_g = B_g \Bigl(\frac{S_g}{q_0}\Bigr)^{-\rho / (1 - \rho)} q_0, \qquad q_0 + \sum_g S_g = 1       \qquad (D.10)

B_g being the rivals' attraction in the nest (from D.1, D.2). The first sum is a concave curve of each model. In plain logit
(:math:`\rho = 0`) the rest is exactly a concave curve of Q alone (Li & Huh 2011, M&SOM 13(4)). With nests it is fitted by

.. math::
    \frac{1}{\alpha}\bigl(\dots\bigr) \approx \sum_g \varphi_g(Q_g) + \psi(Q), \qquad
    \varphi_g(Q_g) = -\frac{\rho}{\alpha} Q_g \ln S_g                                            \qquad (D.11)

with :math:`S_g` as it is while the other nests stay at their reference, and :math:`\psi` what makes the sum exact where all
own prices move by one amount. A nest with one own model adds its curve to the model's; a firm with one nest has no use for
two curves of it. Curves are cut into chords that lie below them, as many as a tolerance asks for (the error of a chord is
an eighth of curvature times its length squared, so equal steps of the integral of the root of curvature are best).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from roadstead.terms.arrays import Floats, Ints

REACH = 3.0
"""Where curves end at most, in multiples of the reference volume: further than a plan goes, which every plan is checked for."""
BEYOND = 1.2
"""Where curves end at most, in multiples of the volume at which one more car brings no money at all."""
FULL = 0.98
"""Largest part of a nest or market that a curve reaches."""
SAMPLES = 160
"""Points at which a curve is looked at before it is cut."""
LEAST_SEGMENTS, MOST_SEGMENTS = 3, 11
CELL_TOLERANCE, GROUP_TOLERANCE = 0.0035, 0.0016
"""Largest error of a model's curve, and of a group's, as a share of the revenue at reference volumes."""


@dataclass(frozen=True, slots=True)
class Stand:
    r"""A firm's models in one market, and what stands against them; leading dimension: rows (years, futures).

    Attributes
    ----------
    appeal, price, volume
        Own models: a of (D.1), reference price, reference share of all who might buy. Shape (Y, K).
    nest
        Nest of each own model. Shape (K,).
    rivals
        B of (D.10): sum of :math:`e^{\delta/(1-\rho)}` over the rivals of every nest. Shape (Y, G).
    alpha
        Price coefficient. Shape (Y,). [1/money]
    rho
        Nest correlation.
    """

    appeal: Floats
    price: Floats
    volume: Floats
    nest: Ints
    rivals: Floats
    alpha: Floats
    rho: float


@dataclass(frozen=True, slots=True)
class Segments:
    """Chords of a concave curve: widths and slopes, padded with segments of no width. Shapes (..., S)."""

    width: Floats
    slope: Floats


@dataclass(frozen=True, slots=True)
class Curves:
    """Segments of every own model and group, in shares of all who might buy and money per car beside the reference price.

    Attributes
    ----------
    cells
        Shapes (Y, K, S).
    groups
        Shapes (Y, J, T).
    members
        Own models of each group. Length J.
    """

    cells: Segments
    groups: Segments
    members: tuple[tuple[int, ...], ...]


def revenue(stand: Stand, volume: Floats) -> Floats:
    """What own volumes earn (D.9), exactly, rivals' prices being given. Shapes (Y, K) -> (Y,). [money per buyer]"""
    nest_total, nobody = mix_at(stand, volume)
    own = totals_of(stand, volume)
    safe = np.maximum(volume, 1e-300)
    each = np.where(volume > 0, volume * (stand.appeal - (1.0 - stand.rho) * np.log(safe)), 0.0).sum(-1)
    rest = own.sum(-1) * np.log(nobody) - stand.rho * (own * np.log(nest_total)).sum(-1)
    return np.asarray((each + rest) / stand.alpha)


def prices_at(stand: Stand, volume: Floats) -> Floats:
    """Own prices that sell the volumes, all positive, at rivals' given prices: (D.2) with (D.10). Shapes (Y, K)."""
    nest_total, nobody = mix_at(stand, volume)
    utility = (
        (1.0 - stand.rho) * np.log(volume) + stand.rho * np.log(nest_total[:, stand.nest]) - np.log(nobody)[:, None]
    )
    return np.asarray((stand.appeal - utility) / stand.alpha[:, None])


def totals_of(stand: Stand, volume: Floats) -> Floats:
    """Own volume by nest. Shapes (Y, K) -> (Y, G)."""
    found = np.zeros_like(stand.rivals)
    np.add.at(found.T, stand.nest, volume.T)
    return found


def mix_at(stand: Stand, volume: Floats) -> tuple[Floats, Floats]:
    """S and q_0 of (D.10) at own volumes. Shapes (Y, G), (Y,).

    Own attraction X_g is raised or lowered by the part its volume falls short or exceeds; each pass brings the logarithms
    nearer, since a nest's volume rises with its own attraction by less than one for one.
    """
    wanted = totals_of(stand, volume)
    live = wanted > 0
    attraction = np.where(live, _own_attraction(stand, stand.price), 0.0)
    for _ in range(MOST_PASSES):
        nest_total = _mix(stand, attraction)[0]
        met = nest_total * attraction / (attraction + stand.rivals)
        off = np.where(live, np.log(np.where(live, wanted, 1.0)) - np.log(np.where(live, met, 1.0)), 0.0)
        attraction = attraction * np.exp(off)
        if np.abs(off).max(initial=0.0) < MEETS:
            break
    return _mix(stand, attraction)


MOST_PASSES, MEETS = 2000, 1e-13


def _mix(stand: Stand, attraction: Floats) -> tuple[Floats, Floats]:
    """S and q_0 where own models have the attraction X in each nest. Shapes (Y, G), (Y,)."""
    weight = (attraction + stand.rivals) ** (1.0 - stand.rho)
    nobody = 1.0 / (1.0 + weight.sum(-1))
    return weight * nobody[..., None], nobody


def _own_attraction(stand: Stand, price: Floats) -> Floats:
    """X: sum over own models of a nest. Shape (Y, G)."""
    return totals_of(stand, np.exp((stand.appeal - stand.alpha[:, None] * price) / (1.0 - stand.rho)))


def groups_of(nest: Ints, rho: float) -> tuple[tuple[int, ...], ...]:
    """Groups of own models: every nest that holds several, and the whole firm. A firm of one nest has one group."""
    whole = tuple(range(len(nest)))
    if rho == 0.0:
        return (whole,)
    inside = [tuple(np.flatnonzero(nest == g).tolist()) for g in np.unique(nest)]
    return (*(members for members in inside if 1 < len(members) < len(whole)), whole)


def respond(stand: Stand) -> Curves:
    """Cut (D.9) into segments; curves that are fitted are fitted by (D.11)."""
    earned = stand.price * stand.volume
    fits = _nest_fits(stand)
    members = groups_of(stand.nest, stand.rho)
    steps = np.linspace(0.0, 1.0, SAMPLES) ** 2
    most = np.minimum(REACH * stand.volume, _most(stand)[:, None])
    at = most[..., None] * steps
    base = (stand.appeal - stand.alpha[:, None] * stand.price)[..., None]
    curve = at / stand.alpha[:, None, None] * (base - (1.0 - stand.rho) * np.log(np.maximum(at, 1e-300)))
    for k, g in enumerate(stand.nest.tolist()):
        if g in fits and int((stand.nest == g).sum()) == 1:
            curve[:, k] += _read(at[:, k], *fits[g])
    cells = cut(at, curve, stand.volume, CELL_TOLERANCE * earned)
    of_groups = []
    for group in members:
        inside = list(group)
        if len(group) == len(stand.nest):
            x, f = _ray(stand, fits)
        else:
            x, f = fits[int(stand.nest[inside[0]])]
        volume = stand.volume[:, inside].sum(-1)
        of_groups.append(cut(x, f, volume, GROUP_TOLERANCE * earned[:, inside].sum(-1)))
    return Curves(cells, _stacked(of_groups), members)


def _nest_fits(stand: Stand) -> dict[int, tuple[Floats, Floats]]:
    """Curve of phi by nest with own models: Q_g and phi at it. Shapes (Y, n); nothing without nests, or in a firm of one."""
    held = np.unique(stand.nest)
    if stand.rho == 0.0 or len(held) == 1:
        return {}
    reference = _own_attraction(stand, stand.price)
    found = {}
    for g in held.tolist():
        path = np.repeat(reference[:, None, :], SAMPLES, axis=1)
        path[..., g] *= _scales()
        x, total, _ = _along(stand, path)
        curve = -stand.rho / stand.alpha[:, None] * x[..., g] * np.log(total[..., g])
        found[g] = _up_to(x[..., g], curve, REACH * totals_of(stand, stand.volume)[:, g])
    return found


def _ray(stand: Stand, fits: dict[int, tuple[Floats, Floats]]) -> tuple[Floats, Floats]:
    """What makes (D.11) exact where all own prices move by one amount: Q and psi at it. Shapes (Y, n)."""
    reference = _own_attraction(stand, stand.price)
    own, total, nobody = _along(stand, reference[:, None, :] * _scales()[:, None])
    curve = own.sum(-1) * np.log(nobody) - stand.rho * (own * np.log(total)).sum(-1)
    curve /= stand.alpha[:, None]
    for g, (x, f) in fits.items():
        curve -= _read(own[..., g], x, f)
    return _up_to(own.sum(-1), curve, np.minimum(REACH * stand.volume.sum(-1), _most(stand)))


def _most(stand: Stand) -> Floats:
    """Own volume up to which curves are of use: a little beyond the one that earns most where cars cost nothing. Shape (Y,)."""
    reference = _own_attraction(stand, stand.price)
    own = _along(stand, reference[:, None, :] * _scales()[:, None])[0]
    sold = totals_of(stand, stand.volume)
    paid = np.divide(totals_of(stand, stand.volume * stand.price), sold, out=np.zeros_like(sold), where=sold > 0)
    cheaper = np.log(np.maximum(_scales(), 1e-300)) * (1.0 - stand.rho) / stand.alpha[:, None]
    earned = (own * (paid[:, None, :] - cheaper[..., None])).sum(-1)
    best = np.argmax(earned, axis=1)
    return np.asarray(BEYOND * np.take_along_axis(own.sum(-1), best[:, None], axis=1)[:, 0])


def _scales() -> Floats:
    """Multiples of own attraction along a path: nothing, then from a thousandth to beyond any reach."""
    return np.concatenate([[0.0], np.geomspace(1e-3, 1e4, SAMPLES - 1)])


def _along(stand: Stand, path: Floats) -> tuple[Floats, Floats, Floats]:
    """Own volume and all volume by nest, and q_0, along a path of own attraction. (Y, n, G) -> the same, the same, (Y, n)."""
    weight = (path + stand.rivals[:, None, :]) ** (1.0 - stand.rho)
    nobody = 1.0 / (1.0 + weight.sum(-1))
    total = weight * nobody[..., None]
    with np.errstate(invalid="ignore"):
        own = np.where(path > 0, total * path / (path + stand.rivals[:, None, :]), 0.0)
    return own, np.maximum(total, 1e-300), nobody


def _up_to(x: Floats, f: Floats, end: Floats) -> tuple[Floats, Floats]:
    """The curve read at even steps of the root of x, from nothing to ``end`` or to where it comes close to its own end."""
    last = np.minimum(end, FULL * x[:, -1])
    at = last[:, None] * np.linspace(0.0, 1.0, SAMPLES) ** 2
    return at, _read(at, x, f)


def _read(at: Floats, x: Floats, f: Floats) -> Floats:
    """A curve read row by row, straight between its points and straight on beyond its last. Shapes (Y, n)."""
    found = np.empty_like(at)
    for y in range(len(at)):
        found[y] = np.interp(at[y], x[y], f[y])
        slope = (f[y, -1] - f[y, -2]) / (x[y, -1] - x[y, -2])
        found[y] += np.maximum(at[y] - x[y, -1], 0.0) * slope
    return found


def cut(x: Floats, f: Floats, reference: Floats, tolerance: Floats) -> Segments:
    """Chords of concave curves with about the error asked for, and at most MOST_SEGMENTS of them.

    Parameters
    ----------
    x, f
        Points from 0 on, and the curve at them. Shapes (..., n).
    reference, tolerance
        Volume, and the error allowed up to it; beyond, error may grow as the root of the volume. Shape (...).
    """
    slope = np.diff(f, axis=-1) / np.diff(x, axis=-1)
    middle = (x[..., 1:] + x[..., :-1]) / 2.0
    bend = np.maximum(-np.diff(slope, axis=-1) / np.diff(middle, axis=-1), 0.0)
    allowed = tolerance[..., None] * np.sqrt(np.maximum(x[..., 1:-1] / reference[..., None], 1.0))
    # Equal steps of this integral are chords of equal error, an eighth of the step squared in parts of the tolerance.
    pieces = np.sqrt(bend / allowed) * np.diff(middle, axis=-1)
    pieces = np.concatenate([pieces[..., :1], pieces, pieces[..., -1:]], axis=-1)
    run = np.cumsum(pieces, axis=-1) - pieces[..., :1]
    # Every curve has as many as it asks for itself: how it is cut does not hang on what it is cut beside.
    wanted = np.clip(np.ceil(run[..., -1:] / np.sqrt(8.0)), LEAST_SEGMENTS, MOST_SEGMENTS)
    steps = np.arange(1, int(wanted.max(initial=LEAST_SEGMENTS)) + 1)
    index = (run[..., None, :] < (run[..., -1:] * steps / wanted)[..., None]).sum(-1)
    index[steps >= wanted] = x.shape[-1] - 1
    chosen = np.concatenate([np.zeros_like(index[..., :1]), index], axis=-1)
    points, values = np.take_along_axis(x, chosen, -1), np.take_along_axis(f, chosen, -1)
    width = np.diff(points, axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        price = np.where(width > 0, np.diff(values, axis=-1) / width, np.inf)
    # A fitted curve may bend the wrong way by a hair; a falling one that lies below it is planned with.
    return Segments(width, np.minimum.accumulate(price, axis=-1))


def _stacked(parts: list[Segments]) -> Segments:
    """Segments of several groups side by side, padded to one length. Shapes (Y, J, T)."""
    most = max(part.width.shape[-1] for part in parts)

    def padded(array: Floats, mode: str) -> Floats:
        return np.pad(array, [(0, 0), (0, most - array.shape[-1])], mode=mode)  # type: ignore[call-overload,no-any-return]

    width = np.stack([padded(part.width, "constant") for part in parts], axis=1)
    slope = np.stack([padded(part.slope, "edge") for part in parts], axis=1)
    return Segments(width, slope)


def value_at(segments: Segments, volume: Floats) -> Floats:
    """Money that segments give for volumes, filled in order. Shapes (..., S), (...,) -> (...,)."""
    before = np.cumsum(segments.width, axis=-1) - segments.width
    inside = np.clip(volume[..., None] - before, 0.0, segments.width)
    return np.asarray((inside * segments.slope).sum(-1))


def fitted(curves: Curves, stand: Stand, volume: Floats) -> Floats:
    """Revenue by the segments at own volumes; beside :func:`revenue`, the error of the fit. Shapes (Y, K) -> (Y,)."""
    each = (stand.price * volume).sum(-1) + value_at(curves.cells, volume).sum(-1)
    pooled = np.stack([volume[:, list(group)].sum(-1) for group in curves.members], axis=1)
    return np.asarray(each + value_at(curves.groups, pooled).sum(-1))


__all__ = ["Curves", "Segments", "Stand", "cut", "fitted", "groups_of", "prices_at", "respond", "revenue", "value_at"]
