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
ENDLESS = 1000
MANY = 1e6
"""More than any state can be."""


@dataclass
class Times:
    """F.1 and its like, by loops. ``phi``, ``sigma_r``: (Y, N, R). ``sigma_d``, ``omega``: (Y, N, D). ``path``: (N, N).

    Once notice is over: ``past_r`` (Y, N, R) and ``past_d`` (Y, N, D) are shares of years, ``gone`` is 1 where it is all of them.
    """

    path: np.ndarray
    phi: np.ndarray
    sigma_r: np.ndarray
    sigma_d: np.ndarray
    omega: np.ndarray
    past_r: np.ndarray
    past_d: np.ndarray
    gone: np.ndarray


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
    phi, sigma_r, past_r = (np.zeros((*shape, len(res.lead))) for _ in range(3))
    sigma_d, omega, past_d, gone = (np.zeros((*shape, len(opt.lead))) for _ in range(4))
    for y in range(years.count):
        calendar = [int(years.year[y]) + i for i in range(int(years.span[y]))]
        for n in range(tree.count):
            if not path[years.node[y], n]:
                continue
            for r in range(len(res.lead)):
                ages = [t - int(tree.start[n]) - int(res.lead[r]) for t in calendar]
                serves = [0 <= age < res.maximum_life[r] for age in ages]
                step = [res.ramp[r, min(max(age, 0), res.ramp.shape[1] - 1)] for age in ages]
                phi[y, n, r] = sum(s for s, on in zip(step, serves, strict=True) if on) / len(calendar)
                sigma_r[y, n, r] = sum(serves) / len(calendar)
                past_r[y, n, r] = sum(t >= tree.start[n] + res.notice[r] for t in calendar) / len(calendar)
            for d in range(len(opt.lead)):
                open_in = [0 <= t - tree.start[n] - opt.lead[d] < opt.maximum_life[d] for t in calendar]
                sigma_d[y, n, d] = sum(open_in) / len(calendar)
                omega[y, n, d] = float(any(open_in))
                over = [t >= tree.start[n] + opt.notice[d] for t in calendar]
                past_d[y, n, d], gone[y, n, d] = sum(over) / len(calendar), float(all(over))
    return Times(path, phi, sigma_r, sigma_d, omega, past_r, past_d, gone)


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


def probabilities(made: Invented) -> np.ndarray:
    probability = np.ones(made.tree.count)
    for n in range(1, made.tree.count):
        probability[n] = made.tree.branch_probability[n] * probability[made.tree.parent[n]]
    return probability


def known(made: Invented, counts: np.ndarray | None = None) -> Known:
    """With ``counts`` in place of the nodes' probabilities, where they are given."""
    tree, p = made.tree, made.prospect
    years = p.node_years
    probability = probabilities(made) if counts is None else counts
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
        o0=np.asarray(
            (p.options.opens[None, :] <= last[:, None])
            & (years.year[:, None] < (p.options.opens + p.options.maximum_life)[None, :])
        ).astype(float),
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
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # one entry of an axis beside another, which linopy would rather see dropped
        return _stated(made, pins)


def _stated(made: Invented, pins: tuple[Pin, ...]) -> tuple[linopy.Model, float]:
    p, when, n_ = made.prospect, times(made), known(made)
    model = linopy.Model()
    v = _variables(model, made)
    tails = p.tails
    mean = 1.0 - float(tails.weight.sum())
    gain = mean * (_decision_money(made, when, n_, v) + _flow_money(made, n_, v))
    constant = -mean * _idle(made, n_)
    probability = probabilities(made)
    for e, (level, weight) in enumerate(zip(tails.level, tails.weight, strict=True)):  # F.26
        begins = model.add_variables(name=f"t {e}")
        gain = gain + float(weight) * begins
        for leaf in n_.ends:
            short = model.add_variables(lower=0.0, name=f"s {e} {leaf}")
            on = known(made, when.path[leaf])
            worth = _decision_money(made, when, on, v) + _flow_money(made, on, v)
            model.add_constraints(short - begins + worth >= _idle(made, on))
            gain = gain - float(weight * probability[leaf] / level) * short
    model.add_objective(gain, sense="max")
    _states(model, made, when, n_, v)
    _order_of_decisions(model, made, when, n_, v)
    _ties(model, made, when, n_, v)
    _flows(model, made, v)
    _pledges(model, made, v)
    for pin in pins:
        _pin(model, made, n_, when, v, pin)
    return model, constant


def _idle(made: Invented, n_: Known) -> float:
    """What today's lines cost to keep."""
    res, opt = made.prospect.resources, made.prospect.options
    idle = (n_.pi_y[:, res.risk] * res.fixed * res.existing).sum() + (n_.pi_y[:, opt.risk] * opt.fixed * n_.o0).sum()
    return float(idle)


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

    every = np.ones_like(opt.allowed) * decided[:, None] * (opt.maximum_life >= ENDLESS)
    step = np.ones_like(res.cost) * decided[:, None]
    room = known(made).k_bar < res.limit[None, :] - 1e-9
    later = times(made).path.T @ room > 0  # room at the node or at one that follows it
    bought = step * later * res.limit[None, :]
    ends = res.maximum_life < ENDLESS
    retired = step * at_most[None, :] * ~(ends & (_buyable(made) & (bought > 0)).any(0))[None, :]
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
    for name in ("earned", "spent"):
        found[name] = amount(name, np.full(p.pledges.floor.shape, MANY), "y", "p")
    low, high = p.pledges.floor / K, np.minimum(p.pledges.ceiling / K, MANY)
    found["balance"] = model.add_variables(_array(low, "y", "p"), _array(high, "y", "p"), name="balance")
    return found


def _buyable(made: Invented) -> np.ndarray:
    """Nodes at which a module would yield something before the end, its option being open to it. Shape (N, R)."""
    p, when = made.prospect, times(made)
    offered = p.options.allowed & (p.options.opens > made.tree.last_year)[None, :] & (when.omega.sum(0) > 0)
    yields = when.phi.sum(0) > 0
    found = yields.copy()
    for r, gate in enumerate(p.resources.option.tolist()):
        if gate >= 0 and p.options.opens[gate] > made.tree.last_year:
            found[:, r] &= when.path @ offered[:, gate] > 0
    return found


def _decision_money(made: Invented, when: Times, n_: Known, v: dict) -> linopy.LinearExpression:
    """The second and third line of F.2."""
    p = made.prospect
    res, opt = p.resources, p.options
    pi_nd, pi_yd, pi_nr, pi_yr = n_.pi_n[:, opt.risk], n_.pi_y[:, opt.risk], n_.pi_n[:, res.risk], n_.pi_y[:, res.risk]
    u = -opt.cost * pi_nd - np.einsum("yd,ynd->nd", opt.fixed * pi_yd, when.sigma_d)
    for d, first in enumerate(opt.grows_from.tolist()):
        if first >= 0:
            u[:, d] += (opt.fixed * pi_yd)[:, first] @ when.sigma_d[:, :, d]
    close = np.einsum("yd,ynd->nd", opt.fixed * pi_yd, when.past_d) - opt.exit_cost * pi_nd
    end = n_.pi_e[:, res.risk]
    z = -res.cost * pi_nr - np.einsum("yr,ynr->nr", res.fixed * pi_yr, when.sigma_r) + res.salvage * end
    retire = (
        np.einsum("yr,ynr->nr", res.fixed * pi_yr * n_.chi, when.past_r)
        + res.scrap * pi_nr
        - res.salvage.max(0)[None] * end
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
    if len(p.options.opens):
        begun = (_array(when.omega, "y", "n", "d") * v["u"]).sum("n")
        opened = begun - (_array(when.gone, "y", "n", "d") * v["v"]).sum("n")
        grows = np.zeros((len(p.options.opens),) * 2)
        for d, first in enumerate(p.options.grows_from.tolist()):
            if first >= 0:
                grows[first, d] = 1.0
        converted = (_array(grows, "first", "d") * begun).sum("d").rename({"first": "d"})
        model.add_constraints(v["o"] - opened + converted == _array(n_.o0, "y", "d"))
    ended = _array(when.past_r * n_.chi[:, None, :], "y", "n", "r") * v["w"]
    built = (_array(when.phi, "y", "n", "r") * v["z"]).sum("n") - ended.sum("n")
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

    open_now = _array((opt.opens + opt.minimum_life)[None, :] <= start[:, None], "m", "d")
    if len(opt.opens):
        opened = (ready(opt.lead + opt.minimum_life, "d") * v["u"]).sum("n")
        model.add_constraints((path * v["v"]).sum("n") - opened <= open_now)  # F.4
    stands, limit = _array(n_.k_bar, "m", "r"), _array(np.maximum(res.limit, n_.k_bar), "m", "r")
    ends = (res.lead + res.maximum_life)[None, None, :] + start[None, :, None]
    held = _array(when.path[:, :, None] * (ends > start[:, None, None]), "m", "n", "r")
    over = start[None, :, None] + res.notice[None, None, :] <= start[:, None, None]
    gone = _array(when.path[:, :, None] * over, "m", "n", "r")
    ordered = (held * v["z"]).sum("n")
    total, on_notice = ordered - (path * v["w"]).sum("n"), ordered - (gone * v["w"]).sum("n")
    gate = np.where(res.option >= 0, res.option, 0)
    gated = res.option >= 0
    open_anyway = np.where(gated, (opt.opens <= tree.last_year)[gate] if len(opt.opens) else True, True)
    spare = limit * _array(open_anyway, "r") - stands
    if len(opt.opens):
        line = np.zeros((len(res.option), len(opt.opens)))  # 1 where closing an option ends a resource's line
        for d in range(len(opt.opens)):
            back = d
            while back >= 0:
                line[res.option == back, d] = 1.0
                back = int(opt.grows_from[back])
        committed = (path * v["u"]).sum("n").isel(d=_pick(res.option, "r"))
        on_notice = on_notice - limit * _array(gated, "r") * committed
        committed = committed - (_array(line, "r", "d") * (path * v["v"]).sum("n")).sum("d")
        total = total - limit * _array(gated, "r") * committed
    model.add_constraints(total <= spare)  # F.5
    model.add_constraints(on_notice <= spare)  # F.5
    in_service = (ready(res.lead + res.minimum_life, "r") * v["z"]).sum("n")
    model.add_constraints((path * v["w"]).sum("n") - in_service <= stands)  # F.6


def _ties(model: linopy.Model, made: Invented, when: Times, n_: Known, v: dict) -> None:
    """F.21, F.22, F.23: choices, needs, conversions, budgets."""
    tree, p = made.tree, made.prospect
    opt = p.options
    for choice in set(opt.choice[opt.choice >= 0].tolist()):
        mine = np.flatnonzero(opt.choice == choice)
        for leaf in n_.ends:
            taken = (_array(when.path[leaf], "n") * v["u"].isel(d=mine)).sum()
            model.add_constraints(taken <= 1.0)
    for d in np.flatnonzero(opt.needs >= 0).tolist():
        model.add_constraints(v["o"].isel(d=d) - v["o"].isel(d=int(opt.needs[d])) <= 0.0)
    for first in set(opt.grows_from[opt.grows_from >= 0].tolist()):
        grown = np.flatnonzero(opt.grows_from == first)
        for m in range(tree.count):
            ready = when.path[m] * (np.arange(tree.count) != m) * (tree.start + opt.lead[first] <= tree.start[m])
            gone = (_array(when.path[m], "n") * v["u"].isel(d=grown)).sum()
            gone = gone + (_array(when.path[m], "n") * v["v"].isel(d=first)).sum()
            there = (_array(ready, "n") * v["u"].isel(d=first)).sum()
            model.add_constraints(gone - there <= float(opt.opens[first] <= tree.start[m]))
    for n in np.flatnonzero(np.isfinite(p.budget)).tolist():
        spent = (_array(opt.outlay * opt.cost[n] / M, "d") * v["u"].isel(n=n)).sum() if len(opt.opens) else 0.0
        spent = spent + (_array(p.resources.outlay * p.resources.cost[n] / M, "r") * v["z"].isel(n=n)).sum()
        model.add_constraints(spent <= p.budget[n] / M)


def _pledges(model: linopy.Model, made: Invented, v: dict) -> None:
    """F.24 and F.25, year by year."""
    p, tree = made.prospect, made.tree
    pledges, years, res = p.pledges, p.node_years, p.resources
    before = {}
    for y in range(years.count):
        same = y > 0 and years.node[y - 1] == years.node[y]
        above = int(tree.parent[years.node[y]])
        before[y] = y - 1 if same else (int(np.flatnonzero(years.node == above)[-1]) if above >= 0 else None)
    for j, y in np.ndindex(len(p.labels.pledge), years.count):
        span = int(years.span[y])
        change = span * float(pledges.earn_rate[j]) * v["earned"].isel(y=y, p=j)
        change = change - span * float(pledges.spend_rate[j]) * v["spent"].isel(y=y, p=j)
        left = v["balance"].isel(y=y, p=j) - change
        if before[y] is not None:
            left = left - float(pledges.carry[j] ** span) * v["balance"].isel(y=before[y], p=j)
        model.add_constraints(left <= span * float(pledges.grant[y, j]) / K)
        for r, kind, sign in ((pledges.earns[j], "earned", 1.0), (pledges.spends[j], "spent", -1.0)):
            amount = v[kind].isel(y=y, p=j)
            if r < 0:
                model.add_constraints(amount + 0.0 == 0.0)
                continue
            use = np.zeros(len(p.arcs.cell))
            mine = res.use_resource == r
            np.add.at(use, res.use_arc[mine], res.use_amount[mine])
            used = (_array(use, "a") * v["x"].isel(y=y)).sum()
            model.add_constraints(sign * (amount - used) <= 0.0)


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
