"""Which node-years borrow the prices of others: a cut holds at any prices, and those of a near relation make it nearly as low as its own.

To ask a program takes three to four times as long as to work out a cut alone. While the relaxed master is far from the truth, not every node need be
asked: one of every few that run alike is, and the others borrow (decision 28).
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from roadstead.footprint.lump_prices import joined_lumps
from roadstead.footprint.pricing import PRICES, BarePrices

if TYPE_CHECKING:
    from roadstead.futures.prospect import NodeYears
    from roadstead.terms.arrays import Flags, Floats, Ints


def alike(years: NodeYears, count: int) -> Ints:
    """Nodes whose node-years are of the same calendar years have the same number. Shape (N,)."""
    begins = np.searchsorted(years.node, np.arange(count + 1))
    run = [tuple(zip(years.year[i:j].tolist(), years.span[i:j].tolist(), strict=True)) for i, j in pairwise(begins)]
    number: dict[tuple[tuple[int, int], ...], int] = {}
    return np.asarray([number.setdefault(each, len(number)) for each in run], dtype=np.int64)


def every_so_many(group: Ints, step: int) -> Flags:
    """One of every ``step`` members of each group, the first among them. Shape (I,)."""
    order = np.argsort(group, kind="stable")
    begins = np.searchsorted(group[order], group[order])
    found = np.zeros(len(group), dtype=bool)
    found[order] = (np.arange(len(group)) - begins) % step == 0
    return found


def lenders(nodes: Ints, group: Ints, asked: Flags) -> Ints:
    """The node-year whose prices each node-year of a share borrows: that of the nearest node asked about in its group; -1 where it is
    asked about itself, or no such node is.

    ``nodes``: the node of each, in order, shape (Y,). ``group``, ``asked``: of all nodes, shape (N,).
    """
    mine, first = np.unique(nodes, return_index=True)
    lender = np.full(len(mine), -1)
    for g in np.unique(group[mine]):
        members = np.flatnonzero(group[mine] == g)
        lend = members[asked[mine[members]]]
        if len(lend):
            right = np.minimum(np.searchsorted(lend, members), len(lend) - 1)
            left = np.maximum(right - 1, 0)
            nearer = mine[lend[right]] - mine[members] < mine[members] - mine[lend[left]]
            lender[members] = np.where(nearer | (lend[left] > members), lend[right], lend[left])
    lender[asked[mine]] = -1
    at = np.searchsorted(mine, nodes)
    turn = np.arange(len(nodes)) - first[at]
    return np.where(lender[at] >= 0, first[lender[at]] + turn, -1)


def with_borrowed(raw: BarePrices, row: Ints, worth: Floats, is_open: Floats) -> BarePrices:
    """Prices, and after them those of some rows once more, for borrowers at their own states, to whom they are ``worth`` so many times as much.

    Shapes (B,), (B,), (B, D).
    """
    count, lumps = len(raw.node_year), raw.lumps
    again = [np.flatnonzero(lumps.node_year == r) for r in row]
    of, at = np.repeat(np.arange(len(row)), [len(each) for each in again]), np.concatenate([*again, row[:0]])
    more = replace(lumps.some(at), node_year=count + of, price=lumps.price[at] * worth[of])
    priced: dict[str, Any] = {
        name: np.concatenate([getattr(raw, name), getattr(raw, name)[row] * worth[:, None]]) for name in PRICES
    }
    return BarePrices(
        node_year=np.arange(count + len(row)),
        is_open=np.concatenate([raw.is_open, is_open]),
        unfit=np.append(raw.unfit, np.zeros(len(row), dtype=bool)),
        lumps=joined_lumps([lumps, more]),
        **priced,
    )
