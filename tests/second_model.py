"""The decision model once more, written in linopy straight from docs/model.md with plain loops: an independent answer.

It shares no code with ``footprint/``: timing is counted year by year, nothing is left out as useless, nothing tightens it.
Cars are in thousands and money in millions, so that the solver's tolerances mean the same in both.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import linopy

if TYPE_CHECKING:
    from prospects import Invented

    from roadstead.footprint.plan import Pin

K, M = 1e3, 1e6
MANY = 1e6
"""More than any state can be."""


@dataclass
class Times:
    """F.1 and its like, by loops. ``phi``, ``sigma_r``: (Y, N, R). ``sigma_d``, ``omega``: (Y, N, D). ``path``: (N, N)."""

    path: np.ndarray
    phi: np.ndarray
    sigma_r: np.ndarray
    sigma_d: np.ndarray
    omega: np.ndarray


def times(made: Invented) -> Times:
    tree, p = made.tree, made.prospect
    years, res, opt = p.node_years, p.resources, p.options
    path = np.zeros((tree.count, tree.count))
    for n in range(tree.count):
        m = n
        while m >= 0:
            path[n, m] = 1.0
            m = int(tree.parent[m])
    shape = (years.count, tree.count)
    phi, sigma_r = (np.zeros((*shape, len(res.lead))) for _ in range(2))
    sigma_d, omega = (np.zeros((*shape, len(opt.lead))) for _ in range(2))
    for y in range(years.count):
        calendar = [int(years.year[y]) + i for i in range(int(years.span[y]))]
        for n in range(tree.count):
            if not path[years.node[y], n]:
                continue
            for r in range(len(res.lead)):
                ages = [t - int(tree.start[n]) - int(res.lead[r]) for t in calendar]
                reached = [res.ramp[r, min(age, res.ramp.shape[1] - 1)] if age >= 0 else 0.0 for age in ages]
                phi[y, n, r] = sum(reached) / len(calendar)
                sigma_r[y, n, r] = sum(age >= 0 for age in ages) / len(calendar)
            for d in range(len(opt.lead)):
                open_in = [t >= tree.start[n] + opt.lead[d] for t in calendar]
                sigma_d[y, n, d] = sum(open_in) / len(calendar)
                omega[y, n, d] = float(any(open_in))
    return Times(path, phi, sigma_r, sigma_d, omega)


@dataclass
class Known:
    """What the formulas call by letters. ``pi_y``: (Y, K), ``pi_n``: (N, K), ``pi_e``: (N, K); o0 (Y, D), k_bar (N, R), chi (Y, R)."""

    pi_y: np.ndarray
    pi_n: np.ndarray
    pi_e: np.ndarray
    o0: np.ndarray
    k_bar: np.ndarray
    chi: np.ndarray
    ends: list[int]


def known(made: Invented) -> Known:
    tree, p = made.tree, made.prospect
    years = p.node_years
    probability = np.ones(tree.count)
    for n in range(1, tree.count):
        probability[n] = tree.branch_probability[n] * probability[tree.parent[n]]
    last = years.year + years.span - 1
    k_bar = np.zeros((tree.count, len(p.resources.lead)))
    chi = np.ones(p.resources.existing.shape)
    for y in range(years.count):
        n = int(years.node[y])
        while n >= 0:
            k_bar[n] = np.maximum(k_bar[n], p.resources.existing[y])
            n = int(tree.parent[n])
    for y, r in np.ndindex(chi.shape):
        if k_bar[years.node[y], r] > 0:
            chi[y, r] = p.resources.existing[y, r] / k_bar[years.node[y], r]
    return Known(
        pi_y=probability[years.node][:, None] * p.discount / M,
        pi_n=probability[:, None] * p.node_discount / M,
        pi_e=probability[:, None] * p.end_discount[None, :] / M,
        o0=(p.options.opens[None, :] <= last[:, None]).astype(float),
        k_bar=k_bar,
        chi=chi,
        ends=[n for n in range(tree.count) if n not in set(tree.parent.tolist())],
    )


def values(made: Invented, pins: tuple[Pin, ...] = ()) -> tuple[float, float] | None:
    """Best expected NPV with whole decisions, and with divisible ones; None where nothing fits. [money]"""
    model, constant = state(made, pins)
    best = []
    for relaxed in (False, True):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if relaxed:
                for name in model.variables.integers:
                    model.variables[name].relax()
            status, _ = model.solve(
                "highs", io_api="direct", output_flag=False, mip_rel_gap=1e-9, primal_feasibility_tolerance=1e-9
            )
        if status != "ok":
            return None
        best.append(M * (model.objective.value + constant))
    return best[0], best[1]


def state(made: Invented, pins: tuple[Pin, ...]) -> tuple[linopy.Model, float]:
    """The model, and what no decision moves. In millions."""
    p, when, n_ = made.prospect, times(made), known(made)
    model = linopy.Model()
    v = _variables(model, made)
    gain = _decision_money(made, when, n_, v) + _flow_money(made, n_, v)
    model.add_objective(gain, sense="max")
    _states(model, made, when, n_, v)
    _order_of_decisions(model, made, when, n_, v)
    _flows(model, made, v)
    for pin in pins:
        _pin(model, made, n_, when, v, pin)
    res, opt = p.resources, p.options
    idle = (n_.pi_y[:, res.risk] * res.fixed * res.existing).sum() + (n_.pi_y[:, opt.risk] * opt.fixed * n_.o0).sum()
    return model, -float(idle)


def _array(values: np.ndarray, *dims: str) -> xr.DataArray:
    return xr.DataArray(np.asarray(values, dtype=float), dims=dims)


def _pick(index: np.ndarray, dim: str) -> xr.DataArray:
    """An index along another axis; where it is -1, any entry, for what stands there is masked or weighs nothing."""
    return xr.DataArray(np.maximum(index, 0), dims=(dim,), coords={dim: np.arange(len(index))})


def _variables(model: linopy.Model, made: Invented) -> dict[str, linopy.Variable | linopy.LinearExpression]:
    p, tree = made.prospect, made.tree
    res, opt = p.resources, p.options
    decided = opt.allowed.any(1) | (len(opt.opens) == 0)
    offered = opt.allowed & (opt.opens > tree.last_year)[None, :]
    at_most = np.maximum(res.limit, res.existing.max(0))

    def decision(name: str, upper: np.ndarray, axis: str, is_whole: bool) -> linopy.Variable:
        none, most = _array(np.zeros(upper.shape), "n", axis), _array(upper, "n", axis)
        return model.add_variables(none, most, name=name, integer=is_whole)

    every = np.ones_like(opt.allowed) * decided[:, None]
    step = np.ones_like(res.cost) * decided[:, None]
    room = known(made).k_bar < res.limit[None, :] - 1e-9
    later = times(made).path.T @ room > 0  # room at the node or at one that follows it
    bought, retired = step * later * res.limit[None, :], step * at_most[None, :]
    found = {"u": decision("u", offered * 1.0, "d", True), "v": decision("v", every, "d", True)}
    for name, most in (("z", bought), ("w", retired)):
        found[name] = decision(f"{name} whole", most * res.whole, "r", True) + decision(
            f"{name} parts", most * ~res.whole, "r", False
        )

    def amount(name: str, upper: np.ndarray, *dims: str) -> linopy.Variable:
        return model.add_variables(_array(np.zeros(upper.shape), *dims), _array(upper, *dims), name=name)

    found["x"] = amount("x", np.where(p.arcs.allowed, MANY, 0.0), "y", "a")
    found["q"] = amount("q", p.demand.width / K, "y", "c", "s")
    found["g"] = amount("g", p.demand.group_width / K, "y", "j", "t")
    found["h"] = amount("h", np.full(res.free.shape, MANY), "y", "r")
    found["o"] = amount("o", np.full(opt.fixed.shape, MANY), "y", "d")
    found["k"] = amount("k", np.full(res.free.shape, MANY), "y", "r")
    return found


def _decision_money(made: Invented, when: Times, n_: Known, v: dict) -> linopy.LinearExpression:
    """The second and third line of F.2."""
    p = made.prospect
    res, opt = p.resources, p.options
    pi_nd, pi_yd, pi_nr, pi_yr = n_.pi_n[:, opt.risk], n_.pi_y[:, opt.risk], n_.pi_n[:, res.risk], n_.pi_y[:, res.risk]
    under = when.path[p.node_years.node]  # (Y, N): n is on the path to y
    u = -opt.cost * pi_nd - np.einsum("yd,ynd->nd", opt.fixed * pi_yd, when.sigma_d)
    close = np.einsum("yd,yn->nd", opt.fixed * pi_yd, under) - opt.exit_cost * pi_nd
    end = n_.pi_e[:, res.risk]
    z = -res.cost * pi_nr - np.einsum("yr,ynr->nr", res.fixed * pi_yr, when.sigma_r) + res.salvage * end
    retire = (
        np.einsum("yr,yn->nr", res.fixed * pi_yr * n_.chi, under) + res.scrap * pi_nr - res.salvage.max(0)[None] * end
    )
    options = (_array(u, "n", "d") * v["u"]).sum() + (_array(close, "n", "d") * v["v"]).sum()
    return options + (_array(z, "n", "r") * v["z"]).sum() + (_array(retire, "n", "r") * v["w"]).sum()


def _flow_money(made: Invented, n_: Known, v: dict) -> linopy.LinearExpression:
    """The first line of F.2."""
    p = made.prospect
    margin = n_.pi_y[:, p.arcs.risk] * p.arcs.margin * K
    price = n_.pi_y[:, p.demand.cell_risk][..., None] * p.demand.price * K
    group = n_.pi_y[:, p.demand.group_risk][..., None] * p.demand.group_price * K
    short = n_.pi_y[:, p.resources.risk] * p.resources.take_price * K
    return (
        (_array(margin, "y", "a") * v["x"]).sum()
        + (_array(price, "y", "c", "s") * v["q"]).sum()
        + (_array(group, "y", "j", "t") * v["g"]).sum()
        - (_array(short, "y", "r") * v["h"]).sum()
    )


def _states(model: linopy.Model, made: Invented, when: Times, n_: Known, v: dict) -> None:
    """F.3."""
    p = made.prospect
    under = _array(when.path[p.node_years.node], "y", "n")
    if len(p.options.opens):
        opened = (_array(when.omega, "y", "n", "d") * v["u"]).sum("n") - (under * v["v"]).sum("n")
        model.add_constraints(v["o"] - opened == _array(n_.o0, "y", "d"))
    built = (_array(when.phi, "y", "n", "r") * v["z"]).sum("n") - (under * _array(n_.chi, "y", "r") * v["w"]).sum("n")
    model.add_constraints(v["k"] - built == _array(p.resources.existing, "y", "r"))
    if len(p.options.opens):
        model.add_constraints((_array(when.path[n_.ends], "l", "n") * v["u"]).sum("n") <= 1.0)


def _order_of_decisions(model: linopy.Model, made: Invented, when: Times, n_: Known, v: dict) -> None:
    """F.4, F.5, F.6; rows run over m, the node they hold at."""
    tree, p = made.tree, made.prospect
    res, opt = p.resources, p.options
    path = _array(when.path, "m", "n")
    start = tree.start

    def ready(lead: np.ndarray, axis: str) -> xr.DataArray:
        due = start[None, :, None] + lead[None, None, :] <= start[:, None, None]
        above = when.path - np.eye(tree.count)
        return _array(above[:, :, None] * due, "m", "n", axis)

    open_now = _array(opt.opens[None, :] <= start[:, None], "m", "d")
    if len(opt.opens):
        opened = (ready(opt.lead, "d") * v["u"]).sum("n")
        model.add_constraints((path * v["v"]).sum("n") - opened <= open_now)  # F.4
    stands, limit = _array(n_.k_bar, "m", "r"), _array(np.maximum(res.limit, n_.k_bar), "m", "r")
    total = (path * (v["z"] - v["w"])).sum("n")
    gate = np.where(res.option >= 0, res.option, 0)
    gated = res.option >= 0
    open_anyway = np.where(gated, (opt.opens <= tree.last_year)[gate] if len(opt.opens) else True, True)
    spare = limit * _array(open_anyway, "r") - stands
    if len(opt.opens):
        committed = (path * (v["u"] - v["v"])).sum("n").isel(d=_pick(res.option, "r"))
        total = total - limit * _array(gated, "r") * committed
    model.add_constraints(total <= spare)  # F.5
    in_service = (ready(res.lead, "r") * v["z"]).sum("n")
    model.add_constraints((path * v["w"]).sum("n") - in_service <= stands)  # F.6


def _flows(model: linopy.Model, made: Invented, v: dict) -> None:
    """F.7 to F.11."""
    p = made.prospect
    res, arcs = p.resources, p.arcs
    cells, groups = len(p.labels.cell), len(p.labels.group)
    into = np.zeros((cells, len(arcs.cell)))
    into[arcs.cell, np.arange(len(arcs.cell))] = 1.0
    arrives = (_array(into, "c", "a") * v["x"]).sum("a")
    sold = v["q"].sum("s")
    model.add_constraints(arrives - sold == 0.0)  # F.7
    model.add_constraints(sold >= _array(p.demand.least / K, "y", "c"))  # F.19
    member = np.zeros((groups, cells))
    member[p.demand.member_group, p.demand.member_cell] = 1.0
    model.add_constraints((_array(member, "j", "c") * sold).sum("c") - v["g"].sum("t") == 0.0)  # F.8
    most = p.demand.width.sum(-1) / K
    if len(p.labels.option):
        open_ = v["o"].isel(d=_pick(arcs.supply_option, "a"))
        mask = xr.DataArray(np.broadcast_to(arcs.supply_option >= 0, arcs.margin.shape), dims=("y", "a"))
        model.add_constraints(v["x"] - _array(most[:, arcs.cell], "y", "a") * open_ <= 0.0, mask=mask)  # F.9
    entered = np.flatnonzero(arcs.entry_option >= 0)
    pairs = sorted({(int(arcs.cell[a]), int(arcs.entry_option[a])) for a in entered})
    for c, e in pairs:
        mine = np.flatnonzero((arcs.cell == c) & (arcs.entry_option == e))
        model.add_constraints(v["x"].isel(a=mine).sum("a") - _array(most[:, c], "y") * v["o"].isel(d=e) <= 0.0)  # F.9
    use = np.zeros((len(res.limit), len(arcs.cell)))
    np.add.at(use, (res.use_resource, res.use_arc), res.use_amount)
    used = (_array(use, "r", "a") * v["x"]).sum("a")
    model.add_constraints(used - _array(res.usable * res.size / K, "y", "r") * v["k"] <= _array(res.free / K, "y", "r"))
    take = _array(res.minimum_take * res.size / K, "r")
    model.add_constraints(used + v["h"] - take * v["k"] >= 0.0)  # F.11


def _pin(model: linopy.Model, made: Invented, n_: Known, when: Times, v: dict, pin: Pin) -> None:
    """F.12."""
    letter, axis = {"option": ("u", "d"), "resource": ("z", "r"), "close": ("v", "d"), "retire": ("w", "r")}[pin.kind]
    mine = v[letter].isel({axis: pin.index})
    for leaf in n_.ends:
        counts = when.path[leaf] * ((made.tree.start <= pin.by) if pin.do else 1.0)
        total = (_array(counts, "n") * mine).sum()
        if pin.do:
            model.add_constraints(total >= 1.0)
        else:
            model.add_constraints(total == 0.0)
